package containerimage

import (
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

// ErrUnreachable is what every [UnreachableError] is: the registry gave no
// answer, so nothing is known of the image.
var ErrUnreachable = errors.New("registry unreachable")

// UnreachableError says that a registry gave no answer: its name doesn't
// resolve, nothing listens, TLS fails, time is up, or it answers that it is out
// of order (408 and 5xx).
type UnreachableError struct {
	Registry string // as a reader knows it: docker.io, quay.io, localhost:5000
	Reason   string // without addresses' query strings, which may hold tokens
	NextStep string // a sentence: what to do about it
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("can't reach the registry %s: %s. %s", e.Registry, e.Reason, e.NextStep)
}

// Is makes every UnreachableError an [ErrUnreachable].
func (e *UnreachableError) Is(target error) bool { return target == ErrUnreachable }

// Problem is the error as a problem, for who would rather go on without an
// answer.
func (e *UnreachableError) Problem() Problem {
	return *registryUnreachable.problem("Can't reach the registry %s: %s.", e.Registry, e.Reason).cure("%s", e.NextStep)
}

// InputError says that an argument of [Check] can't be used.
type InputError struct {
	Argument string // "image_name", "platform", "max_bytes", "timeout" or "ca_cert_pem"
	Reason   string // a sentence
}

func (e *InputError) Error() string { return e.Argument + ": " + e.Reason }

var (
	errTimeout        = errors.New("the time given for the check is up")
	errAnswerTooLarge = errors.New("the answer is too large")
	errDigestMismatch = errors.New("the content does not have the digest that was asked for")
	errWebPage        = errors.New("the answer is a web page")
	errPlainHTTP      = errors.New("plain HTTP is for loopback registries only")
	errRedirects      = errors.New("too many redirects")
)

// leadsAwayError says that a registry sends somewhere that the provider doesn't follow: into a private
// network, or with credentials to a token server that isn't trusted.
type leadsAwayError struct {
	host            string
	private, tokens bool
}

func (e leadsAwayError) Error() string { return "the registry sends to " + e.host }

func (e leadsAwayError) problem(registry string) error {
	switch {
	case !e.tokens:
		return refused.problem("%s redirects to %s, an address in a private network, which the provider doesn't follow.", registry, e.host).
			cure("Ask who runs the registry to redirect to a host name.")
	case e.private:
		return refused.problem("%s sends to %s for its tokens, an address in a private network, which the provider doesn't follow.", registry, e.host).
			cure("Ask who runs the registry to give its token server a host name, or the registry's own host and port.")
	}
	return credentialsWithheld.problem("%s sends to %s for its tokens, which isn't known to belong to it. It was given no credentials.", registry, e.host).
		cure("If that host belongs to the registry, give it the same credentials in registry_auth (%q).", e.host)
}

// stage is what was being asked when an error came.
type stage int

const (
	stageHandshake stage = iota // is there a registry, and does it want a token
	stageManifest
	stageConfig
	stageLayer
)

func (s stage) String() string {
	return [...]string{"the registry API", "the manifest", "the image configuration", "a layer"}[s]
}

// explain turns whatever came of asking a registry into a [*Problem], when the registry gave an answer, or
// an [*UnreachableError], when it gave none. It goes by types, never by text, and quotes only codes of the
// distribution specification: whatever else a registry sends can repeat credentials.
func (c *checker) explain(ctx context.Context, seen *sight, at stage, err error) error {
	var answer *transport.Error
	var certificate *tls.CertificateVerificationError
	var problem *Problem
	var away leadsAwayError
	registry := registryName(c.ref)
	switch {
	case errors.As(err, &problem):
		return err
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTimeout):
		if seen.digest != "" {
			return storageFailed.problem("%s has the image, but didn't send %s within %s.", registry, at, c.opts.Timeout).
				cure("Set timeout = %q or more, or check that the storage can be reached from here.", (2 * c.opts.Timeout).String())
		}
		return &UnreachableError{registry, "no answer within " + c.opts.Timeout.String(),
			"Give it longer with timeout, or check that it can be reached from here."}
	case errors.Is(err, errDigestMismatch):
		return digestMismatch.problem("%s sends something else as %s than its digest says.", registry, at)
	case errors.Is(err, errAnswerTooLarge):
		return tooLarge.problem("%s sends more than %d bytes as %s.", registry, int64(maxDocument), at)
	case errors.Is(err, errWebPage):
		return notARegistry.problem("%s answers with a web page where %s should be.", registry, at)
	case errors.Is(err, errRedirects):
		return notARegistry.problem("%s redirects without end where %s should be.", registry, at).cure("Check the host in image_name, and ask who runs it.")
	case errors.As(err, &away):
		return away.problem(registry)
	case errors.Is(err, errPlainHTTP) && at != stageHandshake:
		return refused.problem("%s redirects to plain HTTP, which the provider doesn't follow.", registry).
			cure("Ask who runs the registry to redirect to https addresses.")
	case errors.As(err, &answer) && !errors.As(err, &certificate): // on loopback, plain HTTP was then tried in vain
		return c.explainAnswer(seen, at, answer)
	case isNetworkError(err) && seen.digest != "":
		return storageFailed.problem("%s has the image, but %s doesn't arrive: %s.", registry, at, networkReason(err))
	case isNetworkError(err):
		return unreachable(registry, err)
	}
	return invalidAnswer.problem("What %s sends as %s makes no sense.", registry, at)
}

// unreachable is the error of a registry that gives no answer.
func unreachable(registry string, err error) *UnreachableError {
	next := registryUnreachable.Cure
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		next = "If its certificate is from a private authority, give that authority's in ca_cert_pem."
	case errors.As(err, new(*tls.CertificateVerificationError)):
		next = "Have the registry's certificate renewed or corrected."
	case errors.Is(err, http.ErrSchemeMismatch):
		next = "It seems to speak plain HTTP, which only loopback addresses may. Give the registry a certificate."
	}
	return &UnreachableError{registry, networkReason(err), next}
}

// specified are the error codes of the distribution specification, and of its reference implementation.
var specified = []transport.ErrorCode{
	transport.BlobUnknownErrorCode, transport.DigestInvalidErrorCode, transport.ManifestBlobUnknownErrorCode, transport.ManifestInvalidErrorCode,
	transport.ManifestUnknownErrorCode, transport.NameInvalidErrorCode, transport.NameUnknownErrorCode, transport.SizeInvalidErrorCode,
	transport.UnauthorizedErrorCode, transport.DeniedErrorCode, transport.UnsupportedErrorCode, transport.TooManyRequestsErrorCode,
	transport.UnknownErrorCode, transport.UnavailableErrorCode,
}

// specifiedCode returns the first specified code of an answer, and what a message says of the answer.
func specifiedCode(answer *transport.Error) (code transport.ErrorCode, says string) {
	says = fmt.Sprintf(" (%d %s)", answer.StatusCode, http.StatusText(answer.StatusCode))
	for _, d := range slices.Backward(answer.Errors) {
		if slices.Contains(specified, d.Code) {
			code, says = d.Code, fmt.Sprintf(" (%s)", d.Code)
		}
	}
	return code, says
}

// explainAnswer goes by the codes of the distribution specification ("Error Codes") where the registry
// sends them, and by the status where not.
func (c *checker) explainAnswer(seen *sight, at stage, answer *transport.Error) error {
	registry, repo, s := registryName(c.ref), c.ref.Context().RepositoryStr(), seen.session
	status := answer.StatusCode
	code, says := specifiedCode(answer)
	denied := slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, status) ||
		slices.Contains([]transport.ErrorCode{transport.UnauthorizedErrorCode, transport.DeniedErrorCode}, code)
	broken := status >= 500 || status == http.StatusRequestTimeout
	elsewhere := at != stageHandshake && answer.Request != nil && answer.Request.URL.Host != s.guard.registry
	switch {
	case elsewhere && (denied || broken):
		return storageFailed.problem("%s redirects to another host for %s, which refuses it%s.", registry, at, says).
			cure("Try again, and ask who runs the registry if it stays like this. Cluster nodes need that host, too.")
	case status == http.StatusTooManyRequests, code == transport.TooManyRequestsErrorCode:
		p := rateLimited.problem("%s limits requests%s.", registry, says)
		if wait := s.guard.wait.Load(); wait > 0 {
			p = p.cure("Try again in %s, or set timeout to more than that. %s", time.Duration(wait), rateLimited.Cure)
		}
		return p
	case denied:
		return c.explainDenial(seen, at, status, says)
	case broken:
		if seen.digest != "" {
			return storageFailed.problem("%s has the image, but doesn't send %s%s.", registry, at, says).cure("Try again later, or ask who runs the registry.")
		}
		return &UnreachableError{registry, "it answers" + says, "Try again later, or ask who runs it."}
	case code == transport.NameUnknownErrorCode:
		return repositoryNotFound.problem("%s has no repository %s.", registry, repo)
	case status != http.StatusNotFound:
		return refused.problem("%s refuses to show %s%s.", registry, at, says)
	case at == stageHandshake:
		return notARegistry.problem("%s isn't a container registry: it has no /v2/.", registry)
	case at == stageManifest && seen.digest == "":
		return imageNotFound.problem("%s has no %s in %s.", registry, version(c.ref), repo)
	}
	return invalidAnswer.problem("%s has the manifest of %s but not %s that it refers to.", registry, c.ref.Identifier(), at).
		cure("Push the image again: no cluster can pull it like this.")
}

// explainDenial tells apart why a registry doesn't show an image, with credentials or without.
func (c *checker) explainDenial(seen *sight, at stage, status int, says string) error {
	registry, repo, auth := registryName(c.ref), c.ref.Context().RepositoryStr(), seen.session.auth
	switch {
	case auth != authn.Anonymous:
	case seen.digest != "":
		return credentialsRequired.problem("%s doesn't send %s of %s without credentials%s.", registry, at, repo, says)
	default:
		return credentialsRequired.problem("%s doesn't show %s without credentials%s. Whether it exists isn't known.", registry, repo, says)
	}
	if config, err := auth.Authorization(); err == nil {
		if end := expiry(*config); !end.IsZero() && end.Before(time.Now()) {
			return credentialsExpired.problem("The credentials for %s expired at %s.", registry, end.Format(time.RFC3339))
		}
	}
	if status == http.StatusForbidden {
		return credentialsDenied.problem("%s takes the credentials, and doesn't let them pull %s%s.", registry, repo, says)
	}
	return credentialsRefused.problem("%s refuses the credentials for %s%s.", registry, repo, says)
}

// isNetworkError reports whether a connection failed or broke.
func isNetworkError(err error) bool {
	return errors.As(err, new(brokenError)) || errors.As(err, new(*url.Error)) || errors.As(err, new(net.Error)) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// networkReason is what went wrong on the way. Other texts may quote an answer, or the address that was
// asked, which after a redirect may be signed.
func networkReason(err error) string {
	var lookup *net.DNSError
	var operation *net.OpError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var number syscall.Errno
	switch {
	case errors.As(err, &certificate):
		return clip(certificate.Error())
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it doesn't speak TLS"
	case errors.As(err, &lookup):
		return "no host " + clip(lookup.Name) + " was found"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it doesn't answer in time"
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, new(brokenError)):
		return "the connection broke off"
	case errors.As(err, &operation):
		return "the connection failed (" + operation.Op + ")"
	}
	return "the connection failed"
}

// maxQuote bounds what of a stranger's text goes into a message, in runes, and maxSentence the message.
const (
	maxQuote    = 200
	maxSentence = 1000
)

// clip makes a stranger's text fit for a message.
func clip(s string) string { return strings.TrimRight(netutil.Line(s, maxQuote), ".: ") }

// version says what of the repository a reference asks for.
func version(ref name.Reference) string {
	if _, ok := ref.(name.Digest); ok {
		return "digest " + ref.Identifier()
	}
	return "tag " + ref.Identifier()
}

// registryName is how people call the registry of ref.
func registryName(ref name.Reference) string {
	if r := ref.Context().RegistryStr(); r != name.DefaultRegistry {
		return r
	}
	return "docker.io"
}
