package containerimage

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/elyra-ai/terraform-provider-elyra/internal/wire"
)

// ErrUnreachable is what every [UnreachableError] is: the registry gave no
// answer, so nothing is known of the image.
var ErrUnreachable = errors.New("registry unreachable")

// UnreachableError says that a registry gave no answer: its name does not
// resolve, nothing listens, TLS fails, time is up, or it answers that it is out
// of order (408 and 5xx).
type UnreachableError struct {
	Registry string // as a reader knows it: docker.io, quay.io, localhost:5000
	Reason   string // without addresses' query strings, which may hold tokens
	NextStep string // a sentence: what to do about it
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("cannot reach the registry %s: %s. %s", e.Registry, e.Reason, e.NextStep)
}

// Is makes every UnreachableError an [ErrUnreachable].
func (e *UnreachableError) Is(target error) bool { return target == ErrUnreachable }

// Problem is the error as a problem, for who would rather go on without an
// answer.
func (e *UnreachableError) Problem() Problem {
	return Problem{CodeUnreachable, fmt.Sprintf("Cannot reach the registry %s: %s.", e.Registry, e.Reason), e.NextStep}
}

// InputError says that an argument of [Check] cannot be used.
type InputError struct {
	Argument string // "image_name", "platform", "max_bytes", "timeout" or "ca_cert_pem"
	Reason   string // a sentence
}

func (e *InputError) Error() string { return e.Argument + ": " + e.Reason }

var (
	errTimeout  = errors.New("the time given for the check is up")
	errMaxBytes = errors.New("the bytes given for the inspection are used up")

	errAnswerTooLarge = errors.New("the answer is too large")
	errDigestMismatch = errors.New("the content does not have the digest that was asked for")
	errWebPage        = errors.New("the answer is a web page")
	errPlainHTTP      = errors.New("plain HTTP is for loopback registries only")
	errRedirect       = errors.New("a redirect into a private network")
	errRedirects      = errors.New("too many redirects")
)

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

// explain turns whatever came of asking a registry into a [*Problem], when the
// registry gave an answer, or an [*UnreachableError], when it gave none. It
// goes by types, never by text, and quotes nothing but a registry's own codes
// and messages: bodies and addresses can hold tokens.
func (c *checker) explain(ctx context.Context, s *session, at stage, err error) error {
	var answer *transport.Error
	var network *url.Error
	var certificate *tls.CertificateVerificationError
	var problem *Problem
	var realm realmError
	registry := registryName(c.ref)
	if refused := refusal(registry, at, err); refused != nil {
		return refused
	}
	switch {
	case errors.As(err, &problem):
		return err
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTimeout):
		return &UnreachableError{registry, "no answer within " + c.opts.Timeout.String(),
			"Give it longer with timeout, or check that it can be reached from here."}
	case errors.As(err, &realm):
		return &Problem{CodeCredentialsWithheld,
			fmt.Sprintf("%s sends to %s for its tokens, which is not known to belong to it and was given no credentials.", registry, realm.host),
			fmt.Sprintf("If it does belong to the registry, give the same credentials for %q in registry_auth too.", realm.host)}
	case errors.Is(err, errPlainHTTP) && at != stageHandshake:
		return &Problem{CodeRefused,
			fmt.Sprintf("%s redirects to plain HTTP, which was not followed.", registry),
			"Ask who runs the registry to redirect to https addresses."}
	// Before answers: on loopback, plain HTTP was then tried in vain.
	case errors.As(err, &certificate):
		e := &UnreachableError{registry, clip(certificate.Error()), "Have the registry's certificate renewed or corrected."}
		if errors.As(err, new(x509.UnknownAuthorityError)) {
			e.NextStep = "If its certificate is from a private authority, give that authority's in ca_cert_pem."
		}
		return e
	case errors.As(err, &answer):
		return c.explainAnswer(s, at, answer)
	case errors.As(err, &network), isNetworkError(err):
		e := &UnreachableError{registry, networkReason(err), "Check the host in image_name, and that it can be reached from here."}
		if errors.Is(err, http.ErrSchemeMismatch) {
			e.NextStep = "It seems to speak plain HTTP, which only loopback addresses may: give the registry a certificate."
		}
		return e
	}
	p := &Problem{CodeInvalidAnswer, fmt.Sprintf("What %s sends as %s makes no sense.", registry, at),
		"Check that image_name is a container image in a registry; pushing it again may repair it."}
	if syntax := (*json.SyntaxError)(nil); at == stageManifest && errors.As(err, &syntax) { // others may quote what was sent
		p.Message = strings.TrimSuffix(p.Message, ".") + ": " + clip(syntax.Error()) + "."
	}
	return p
}

// refusals are the answers that are refused whatever they say. A message is given the registry and
// the stage.
var refusals = []struct {
	err               error
	code              Code
	message, nextStep string
}{
	{errDigestMismatch, CodeDigestMismatch,
		"%[1]s sends something else as %[2]s than its digest says, so it was refused.",
		"Push the image again; if it stays so, the registry or a proxy before it is broken or tampers with content."},
	{errAnswerTooLarge, CodeTooLarge,
		fmt.Sprintf("%%[1]s sends more than %d bytes as %%[2]s.", int64(maxDocument)),
		"No image needs that much: check that image_name is a container image."},
	{errWebPage, CodeNotARegistry,
		"%[1]s answers with a web page where %[2]s should be.",
		"Check the host in image_name; if it is right, a proxy or a login page stands before the registry, and a cluster will meet it too."},
	{errRedirect, CodeRefused,
		"%[1]s redirects to an address in a private network, which was not followed.",
		"Use the registry's address in that network in image_name."},
	{errRedirects, CodeNotARegistry,
		"%[1]s redirects without end where %[2]s should be.",
		"Check the host in image_name, and ask who runs it."},
}

// refusal is the problem of a refused answer, nil where the error is another.
func refusal(registry string, at stage, err error) error {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return &Problem{r.code, fmt.Sprintf(r.message, registry, at), r.nextStep}
		}
	}
	return nil
}

// explainAnswer goes by the codes of the distribution specification ("Error
// Codes") where the registry sends them, and by the status where not.
func (c *checker) explainAnswer(s *session, at stage, answer *transport.Error) error {
	registry := registryName(c.ref)
	codes := map[transport.ErrorCode]bool{}
	says := ""
	for _, d := range answer.Errors {
		codes[d.Code] = true
		if says == "" && d.Code != "" {
			says = " (" + clip(string(d.Code)+": "+d.Message) + ")"
		}
	}
	status := answer.StatusCode
	switch {
	case status == http.StatusTooManyRequests || codes[transport.TooManyRequestsErrorCode]:
		wait := "Wait"
		if after := s.guard.retryAfter.Load(); after != nil {
			wait = "Wait " + *after
		}
		if s.auth != authn.Anonymous {
			return &Problem{CodeRateLimited, fmt.Sprintf("%s limits how often it can be asked with these credentials%s.", registry, says), wait + " and try again."}
		}
		return &Problem{CodeRateLimited,
			fmt.Sprintf("%s limits how often it can be asked without credentials%s.", registry, says),
			wait + " and try again, or use an image_name in a mirror; nodes of a cluster that pull without a pull_secret meet the same limit."}
	case status == http.StatusUnauthorized, status == http.StatusForbidden,
		codes[transport.UnauthorizedErrorCode], codes[transport.DeniedErrorCode]:
		if s.auth != authn.Anonymous {
			return c.explainRefusal(s, status, says)
		}
		return &Problem{CodeCredentials,
			fmt.Sprintf("%s does not show %s without credentials%s; whether it exists is not known.", registry, c.ref.Context().RepositoryStr(), says),
			"Check the spelling of image_name; if the image is private, set pull_secret to the name of a Kubernetes Secret that can pull it."}
	case status >= 500, status == http.StatusRequestTimeout:
		return &UnreachableError{registry, fmt.Sprintf("it answers %d %s%s", status, http.StatusText(status), says),
			"Try again later, or ask who runs it."}
	case status == http.StatusNotFound && at == stageHandshake:
		return &Problem{CodeNotARegistry, registry + " is not a container registry: it has no /v2/.",
			"Check the host in image_name: it comes first, as in quay.io/owner/image:tag."}
	case codes[transport.NameUnknownErrorCode]:
		return &Problem{CodeRepositoryNotFound, fmt.Sprintf("%s has no repository %s.", registry, c.ref.Context().RepositoryStr()),
			"Check the spelling of image_name, or push the image."}
	case status == http.StatusNotFound && at == stageManifest:
		return &Problem{CodeImageNotFound, fmt.Sprintf("%s has no %s in %s.", registry, version(c.ref), c.ref.Context().RepositoryStr()),
			"Check the tag or digest in image_name, or push the image."}
	case status == http.StatusNotFound:
		return &Problem{CodeInvalidAnswer, fmt.Sprintf("%s has the manifest of %s but not %s that it refers to.", registry, c.ref.Identifier(), at),
			"Push the image again: no cluster can pull it like this."}
	}
	return &Problem{CodeRefused, fmt.Sprintf("%s refuses to show %s: it answers %d %s%s.", registry, at, status, http.StatusText(status), says),
		"Check image_name, and ask who runs the registry."}
}

// explainRefusal tells apart why a registry does not take credentials.
func (c *checker) explainRefusal(s *session, status int, says string) error {
	registry, repo := registryName(c.ref), c.ref.Context().RepositoryStr()
	auth, err := s.auth.Authorization()
	if err == nil {
		if end := expiry(*auth); !end.IsZero() && end.Before(time.Now()) {
			return &Problem{CodeCredentialsExpired,
				fmt.Sprintf("The credentials for %s expired at %s.", registry, end.Format(time.RFC3339)),
				"Get new ones, and give them in the provider's configuration and in the Secret behind pull_secret."}
		}
	}
	if status == http.StatusForbidden {
		return &Problem{CodeCredentialsDenied,
			fmt.Sprintf("%s takes the credentials, and does not let them pull %s%s.", registry, repo, says),
			"Have their user given the right to pull it, or give other credentials; the Secret behind pull_secret needs the same."}
	}
	return &Problem{CodeCredentialsRefused,
		fmt.Sprintf("%s refuses the credentials for %s%s.", registry, repo, says),
		"Check user name and password, or token, in the provider's configuration; where the registry hides what may not be pulled, check the spelling of image_name and what their user may pull."}
}

// isNetworkError reports whether a connection failed or broke.
func isNetworkError(err error) bool {
	return errors.As(err, new(brokenError)) || errors.As(err, new(net.Error)) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// networkReason is what went wrong without the address that was asked, which
// after a redirect may be signed.
func networkReason(err error) string {
	if errors.As(err, new(brokenError)) {
		return "the connection broke off"
	}
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			break
		}
		err = u.Err
	}
	return clip(err.Error())
}

// maxQuote bounds what of a stranger's text goes into a message, in runes, and maxSentence the message.
const (
	maxQuote    = 200
	maxSentence = 1000
)

// clip makes a stranger's text fit for a message.
func clip(s string) string { return strings.TrimRight(wire.Line(s, maxQuote), ".: ") }

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
