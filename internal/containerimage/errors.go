package containerimage

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// UnreachableError says that a registry gave no answer, so nothing is known of the image: its name doesn't
// resolve, nothing listens, TLS fails, time is up, or it answers that it's out of order (408 and 5xx).
type UnreachableError struct {
	Registry string // as a reader knows it: docker.io, quay.io, localhost:5000
	Reason   string // without addresses' query strings, which may hold tokens
	NextStep string // a sentence: what to do about it
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("can't reach the registry %s: %s. %s", e.Registry, e.Reason, e.NextStep)
}

// Problem is the error as a problem, to go on without an answer.
func (e *UnreachableError) Problem() Problem {
	return *registryUnreachable.problem("Can't reach the registry %s: %s.", e.Registry, e.Reason).cure("%s", e.NextStep)
}

// InputError says that an argument of [Client.Check] can't be used.
type InputError struct {
	Argument string // "image_name", "platform", "programs", or "ca_cert_pem"
	Reason   string // a sentence
}

func (e *InputError) Error() string { return e.Argument + ": " + e.Reason }

var (
	errTimeout        = errors.New("the time given for the check is up")
	errAnswerTooLarge = errors.New("the answer is too large")
	errDigestMismatch = errors.New("the content doesn't have the digest that was asked for")
	errWebPage        = errors.New("the answer is a web page")
	errPlainHTTP      = errors.New("plain HTTP is for loopback registries only")
	errRedirects      = errors.New("too many redirects")
)

// stage is what a registry is asked for.
type stage string

const (
	stageHandshake stage = "the registry API" // is there a registry, and does it want a token
	stageManifest  stage = "the manifest"
	stageConfig    stage = "the image configuration"
	stageLayer     stage = "a layer"
)

// explain turns an error into a [*Problem], if the registry gave an answer, or into an [*UnreachableError].
// It goes by types, never by text, and quotes only codes of the distribution specification: whatever else a
// registry sends can repeat credentials.
func (c *checker) explain(ctx context.Context, seen *sight, err error) error {
	var answer *transport.Error
	switch {
	case errors.As(err, new(*Problem)):
		return err
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTimeout):
		if seen.Digest != "" {
			return storageFailed.problem("%s has the image, but didn't send %s within %s.", c.registry, seen.asked, c.opts.Timeout).
				cure("Set timeout = %q or more, or check that the storage can be reached from here.", (2 * c.opts.Timeout).String())
		}
		return &UnreachableError{c.registry, "no answer within " + c.opts.Timeout.String(),
			"Give it longer with timeout, or check that it can be reached from here."}
	case errors.Is(err, errDigestMismatch):
		return digestMismatch.problem("The content that %s sends as %s doesn't match its digest.", c.registry, seen.asked)
	case errors.Is(err, errAnswerTooLarge):
		return tooLarge.problem("%s sends more than %d bytes as %s.", c.registry, int64(maxDocument), seen.asked)
	case errors.Is(err, errWebPage):
		return notARegistry.problem("%s answers with a web page where %s should be.", c.registry, seen.asked)
	case errors.Is(err, errRedirects):
		return notARegistry.problem("%s redirects without end where %s should be.", c.registry, seen.asked).cure("Check the host in image_name, and ask who runs it.")
	case errors.Is(err, errPlainHTTP) && seen.asked != stageHandshake:
		return refused.problem("%s redirects to plain HTTP, which the provider doesn't follow.", c.registry).
			cure("Ask who runs the registry to redirect to https addresses.")
	case errors.As(err, &answer) && !errors.As(err, new(*tls.CertificateVerificationError)): // on loopback, plain HTTP was then tried in vain
		return c.explainAnswer(seen, answer)
	case isNetworkError(err):
		reason, cure := networkFault(err)
		if seen.Digest != "" {
			return storageFailed.problem("%s has the image, but %s doesn't arrive: %s.", c.registry, seen.asked, reason)
		}
		return &UnreachableError{c.registry, reason, cure}
	}
	return invalidAnswer.problem("The content that %s sends as %s is malformed.", c.registry, seen.asked)
}

// specified are the error codes of the distribution specification, and of its reference implementation.
var specified = []transport.ErrorCode{
	transport.BlobUnknownErrorCode, transport.DigestInvalidErrorCode, transport.ManifestBlobUnknownErrorCode, transport.ManifestInvalidErrorCode,
	transport.ManifestUnknownErrorCode, transport.NameInvalidErrorCode, transport.NameUnknownErrorCode, transport.SizeInvalidErrorCode,
	transport.UnauthorizedErrorCode, transport.DeniedErrorCode, transport.UnsupportedErrorCode, transport.TooManyRequestsErrorCode,
	transport.UnknownErrorCode, transport.UnavailableErrorCode,
}

// explainAnswer goes by the first specified code of an answer, and by its status if it has none.
func (c *checker) explainAnswer(seen *sight, answer *transport.Error) error {
	at, status, repo := seen.asked, answer.StatusCode, c.ref.Context().RepositoryStr()
	var code transport.ErrorCode
	if i := slices.IndexFunc(answer.Errors, func(d transport.Diagnostic) bool { return slices.Contains(specified, d.Code) }); i >= 0 {
		code = answer.Errors[i].Code
	}
	says := fmt.Sprintf(" (%s)", cmp.Or(string(code), fmt.Sprint(status, " ", http.StatusText(status))))
	denied := status == http.StatusUnauthorized || status == http.StatusForbidden || code == transport.UnauthorizedErrorCode || code == transport.DeniedErrorCode
	broken := status >= 500 || status == http.StatusRequestTimeout
	elsewhere := at != stageHandshake && answer.Request != nil && answer.Request.URL.Host != seen.session.guard.registry
	switch {
	case elsewhere && (denied || broken):
		return storageFailed.problem("%s redirects to another host for %s, which refuses it%s.", c.registry, at, says).
			cure("Try again, and ask who runs the registry if it stays like this. Cluster nodes need that host, too.")
	case status == http.StatusTooManyRequests, code == transport.TooManyRequestsErrorCode:
		p := rateLimited.problem("%s limits requests%s.", c.registry, says)
		if wait := seen.session.guard.wait.Load(); wait > 0 {
			p = p.cure("Try again in %s, or set timeout to more than that. %s", time.Duration(wait), rateLimited.Cure)
		}
		return p
	case denied:
		return c.explainDenial(seen, status, says)
	case broken && seen.Digest != "":
		return storageFailed.problem("%s has the image, but doesn't send %s%s.", c.registry, at, says).cure("Try again later, or ask who runs the registry.")
	case broken:
		return &UnreachableError{c.registry, "it answers" + says, "Try again later, or ask who runs it."}
	case code == transport.NameUnknownErrorCode:
		return repositoryNotFound.problem("%s has no repository %s.", c.registry, repo)
	case status != http.StatusNotFound:
		return refused.problem("%s refuses to show %s%s.", c.registry, at, says)
	case at == stageHandshake:
		return notARegistry.problem("%s isn't a container registry: it has no /v2/.", c.registry)
	case at == stageManifest && seen.Digest == "":
		version := "tag"
		if _, ok := c.ref.(name.Digest); ok {
			version = "digest"
		}
		return imageNotFound.problem("%s has no %s %s in %s.", c.registry, version, c.ref.Identifier(), repo)
	}
	return invalidAnswer.problem("%s has the manifest of %s but not %s that it refers to.", c.registry, c.ref.Identifier(), at).
		cure("Push the image again: no cluster can pull it like this.")
}

// explainDenial says why a registry doesn't show an image, with credentials or without.
func (c *checker) explainDenial(seen *sight, status int, says string) error {
	repo, auth := c.ref.Context().RepositoryStr(), seen.session.auth
	if auth == authn.Anonymous {
		if seen.Digest != "" {
			return credentialsRequired.problem("%s doesn't send %s of %s without credentials%s.", c.registry, seen.asked, repo, says)
		}
		return credentialsRequired.problem("%s doesn't show %s without credentials%s. It isn't known whether the image exists.", c.registry, repo, says)
	}
	if status == http.StatusForbidden {
		return credentialsDenied.problem("%s doesn't let the credentials pull %s%s.", c.registry, repo, says)
	}
	return credentialsRefused.problem("%s refuses the credentials for %s%s.", c.registry, repo, says)
}

// isNetworkError reports whether a connection failed or broke.
func isNetworkError(err error) bool {
	return errors.As(err, new(brokenError)) || errors.As(err, new(*url.Error)) || errors.As(err, new(net.Error)) || errors.Is(err, context.Canceled)
}

// networkFault is what went wrong on the way, and what to do about it. Other texts may quote an answer, or
// the address that was asked, which after a redirect may be signed.
func networkFault(err error) (reason, cure string) {
	var lookup *net.DNSError
	var operation *net.OpError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var number syscall.Errno
	cure = registryUnreachable.Cure
	switch {
	case errors.As(err, &certificate):
		cure = "Have the registry's certificate renewed or corrected."
		if errors.As(err, new(x509.UnknownAuthorityError)) {
			cure = "If its certificate is from a private authority, give that authority's in ca_cert_pem."
		}
		return clip(certificate.Error()), cure
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it doesn't speak TLS", "It seems to speak plain HTTP, which only loopback addresses may. Give the registry a certificate."
	case errors.As(err, &lookup):
		return "no host " + clip(lookup.Name) + " was found", cure
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it doesn't answer in time", cure
	case errors.As(err, &number):
		return number.Error(), cure
	case errors.As(err, new(brokenError)):
		return "the connection broke off", cure
	case errors.As(err, &operation):
		return "the connection failed (" + operation.Op + ")", cure
	}
	return "the connection failed", cure
}

// maxQuote bounds what of a stranger's text goes into a message, in runes, and maxSentence the message.
const (
	maxQuote    = 200
	maxSentence = 1000
)

// clip makes a stranger's text fit for a message.
func clip(s string) string { return strings.TrimRight(netutil.Line(s, maxQuote), ".: ") }

// registryName is how people call a registry.
func registryName(registry string) string {
	if registry == name.DefaultRegistry {
		return "docker.io"
	}
	return registry
}
