package serverstore

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Kind tells faults apart.
type Kind int

// The kinds of faults. Each has its own text and its own next step.
const (
	// KindUnexpected is an answer that makes no sense where it came.
	KindUnexpected Kind = iota
	// KindNotFound: Elyra says that it has no such instance. Wraps
	// [elyra.ErrNotFound], alone of all kinds.
	KindNotFound
	// KindExists: the name is taken. Wraps an [elyra.ExistsError].
	KindExists
	// KindProtected: the instance lives where the server does not write. Wraps an
	// [elyra.ReadOnlyError].
	KindProtected
	// KindInvalid: Elyra refuses the document, the stored one or ours. Wraps an
	// [elyra.InvalidError], or an [elyra.ReadOnlyError] where it stands in the way
	// of a change that cannot be made over REST.
	KindInvalid
	// KindWrongURL: no Jupyter Server has its base there.
	KindWrongURL
	// KindNoElyra: a Jupyter Server without Elyra.
	KindNoElyra
	// KindLogin: a login page, or a redirect to one.
	KindLogin
	// KindHubLogin: a redirect to JupyterHub's login.
	KindHubLogin
	// KindRedirect: a redirect to elsewhere.
	KindRedirect
	// KindUnauthorized: 401 or 407, which no Jupyter Server sends; a proxy does.
	KindUnauthorized
	// KindForbidden: the server refuses the token, or wants one.
	KindForbidden
	// KindPassword: the server refuses the password.
	KindPassword
	// KindHubForbidden: a server of a JupyterHub refuses the token.
	KindHubForbidden
	// KindHubStopped: the Hub says that the server is not running.
	KindHubStopped
	// KindThrottled: 429.
	KindThrottled
	// KindUnavailable: 502, 503 or 504 from what stands in front of the server.
	KindUnavailable
	// KindServerError: 500 or another status of the server's own failure.
	KindServerError
	// KindTLS: no secure connection.
	KindTLS
	// KindDNS: the host's name has no address.
	KindDNS
	// KindRefused: nothing listens there.
	KindRefused
	// KindConnection: the connection could not be made, or broke.
	KindConnection
	// KindTimeout: no answer within the request timeout.
	KindTimeout
	// KindTruncated: the answer broke off.
	KindTruncated
	// KindOversize: the answer is larger than any answer of Elyra's.
	KindOversize
)

// Error is one request's fault.
type Error struct {
	Kind   Kind
	Method string
	// URL is what was asked, without query.
	URL string
	// Status is the HTTP status, 0 where no answer came.
	Status int
	// Message is what the server said in JSON, shortened and cleaned, or what the
	// network said. May be empty.
	Message string

	// target is where a redirect leads, without query.
	target string
	// token tells that one was sent.
	token bool
	// err is what this amounts to in package elyra.
	err error
}

func (e *Error) Error() string {
	if e.err != nil && e.Kind != KindNotFound {
		return e.err.Error()
	}
	text := fmt.Sprintf("%s %s: %s", e.Method, e.URL, e.what())
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Unwrap returns the error of package elyra that this one amounts to, if any.
func (e *Error) Unwrap() error { return e.err }

// what says in a clause what happened.
func (e *Error) what() string {
	switch e.Kind {
	case KindNotFound:
		return elyra.ErrNotFound.Error()
	case KindExists:
		return "the name is taken"
	case KindProtected:
		return "the instance is protected"
	case KindInvalid:
		return "Elyra refuses the document"
	case KindWrongURL:
		return fmt.Sprintf("no Jupyter Server is there (status %d)", e.Status)
	case KindNoElyra:
		return fmt.Sprintf("the Jupyter Server there has no Elyra (status %d)", e.Status)
	case KindLogin:
		return "a login page answers" + e.leading()
	case KindHubLogin:
		return "JupyterHub wants a login" + e.leading()
	case KindRedirect:
		return fmt.Sprintf("the answer is a redirect (status %d)%s", e.Status, e.leading())
	case KindUnauthorized:
		return fmt.Sprintf("the credentials are refused (status %d)", e.Status)
	case KindForbidden:
		if !e.token {
			return "the server wants credentials (status 403)"
		}
		return "the server refuses the credentials (status 403)"
	case KindPassword:
		return fmt.Sprintf("the server refuses the password (status %d)", e.Status)
	case KindHubForbidden:
		return "the JupyterHub refuses the token for this server (status 403)"
	case KindHubStopped:
		return fmt.Sprintf("JupyterHub says that this server is not running (status %d)", e.Status)
	case KindThrottled:
		return "too many requests (status 429)"
	case KindUnavailable:
		return fmt.Sprintf("the server is not available (status %d)", e.Status)
	case KindServerError:
		return fmt.Sprintf("the server failed (status %d)", e.Status)
	case KindTLS:
		return "no secure connection"
	case KindDNS:
		return "the host is unknown"
	case KindRefused:
		return "the connection is refused"
	case KindConnection:
		return "the connection failed"
	case KindTimeout:
		return "no answer in time"
	case KindTruncated:
		return "the answer broke off"
	case KindOversize:
		return "the answer is too large to be Elyra's"
	default:
		return fmt.Sprintf("an answer that Elyra does not give (status %d)", e.Status)
	}
}

func (e *Error) leading() string {
	if e.target == "" {
		return ""
	}
	return " at " + e.target
}

// NextStep says in a sentence or two what to do about it. Empty where the
// sentinel that the error wraps says all.
func (e *Error) NextStep() string {
	switch e.Kind {
	case KindNotFound, KindExists:
		return ""
	case KindProtected:
		return "It ships with Elyra or belongs to the system. An update writes a copy that hides it; only an administrator of the server can remove it."
	case KindInvalid:
		if writes(e.Method) {
			return "Correct the value that Elyra names. This server's Elyra may be too old for it, or newer than this provider."
		}
		return "Correct the instance, or remove its file in metadata/runtime-images of the server's Jupyter data directory."
	case KindWrongURL:
		return "Check the endpoint: it is the server's address with its base path, without /lab or /tree, such as https://hub.example.com/user/jdoe on a JupyterHub."
	case KindNoElyra:
		return "Install Elyra in the environment of that Jupyter Server (pip install elyra-server, or elyra) and restart it. \"jupyter server extension list\" must show elyra as enabled."
	case KindLogin:
		return "Set a token (the server prints it when it starts), or a password where the server has one, or the headers that the proxy in front of it wants."
	case KindHubLogin:
		return "Set a JupyterHub token with the scope access:servers; the Hub makes one at /hub/token."
	case KindRedirect:
		return "Redirects are not followed, lest credentials end up elsewhere. Set the endpoint to where the server really is; mind http and https, and the base path."
	case KindUnauthorized:
		return "A Jupyter Server does not answer so; what stands in front of it does. Set the headers that it wants."
	case KindForbidden:
		if !e.token {
			return "Set the token (\"jupyter server list\" shows it), or the password where the server has one."
		}
		return "Check the token: \"jupyter server list\" shows it, and a restarted server has a new one unless it is configured."
	case KindPassword:
		return "Check the password. A server that is entered with a token wants the token argument instead."
	case KindHubForbidden:
		return "The token is wrong or expired, belongs to somebody else, or lacks the scope access:servers!server=<user>/<server name>. Make a new one at /hub/token."
	case KindHubStopped:
		return "Start the server on the Hub's home page, or with a POST to /hub/api/users/<user>/server, and run this again."
	case KindThrottled, KindUnavailable:
		return "What stands in front of the server answered. Run this again when the server is back; max_retries makes the provider wait longer."
	case KindServerError:
		return "The server's log tells more."
	case KindTLS:
		return "Check that the endpoint's scheme is right (http or https). For a private authority set ca_cert_pem; for a server that asks for a client certificate set client_cert_pem and client_key_pem."
	case KindDNS:
		return "Check the host in the endpoint, and that this machine can resolve it."
	case KindRefused:
		return "Check host and port in the endpoint, and that the server is running (\"jupyter server list\")."
	case KindConnection:
		return "Check that the server is running and can be reached from this machine, proxies (HTTPS_PROXY) included, and that the endpoint's scheme is right: a server with TLS hangs up on http."
	case KindTimeout:
		return "Check that the server is not overloaded, or raise request_timeout."
	case KindTruncated:
		return "The server or a proxy closed the connection in the middle of its answer. Run this again; the server's log tells more."
	case KindOversize:
		return "Check that the endpoint is a Jupyter Server."
	default:
		return "Check that the endpoint is a Jupyter Server with Elyra; a proxy in front of it may have answered in its place."
	}
}

// passing tells that the same request may succeed a moment later.
func (k Kind) passing() bool {
	switch k {
	case KindThrottled, KindUnavailable, KindRefused, KindConnection, KindTimeout, KindTruncated:
		return true
	default:
		return false
	}
}

// maxMessage bounds what is taken over from a server, in characters.
const maxMessage = 500

// message is what a JSON answer says, or nothing.
func (a *answer) message() string {
	if !a.isJSON() {
		return ""
	}
	var said struct{ Message string }
	if json.Unmarshal(a.body, &said) != nil {
		return ""
	}
	return said.Message
}

func (a *answer) isJSON() bool {
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	return err == nil && media == "application/json"
}

// clean makes what a server said fit for a line of text: no control characters,
// bounded, and without our own secrets should it have repeated them.
func (c *client) clean(message string) string {
	for _, secret := range c.secrets {
		message = strings.ReplaceAll(message, secret, "***")
	}
	message = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(message, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if r := []rune(message); len(r) > maxMessage {
		message = string(r[:maxMessage]) + "…"
	}
	return message
}

// fault turns an answer that is no success into an error.
func (c *client) fault(a *answer) *Error {
	e := &Error{
		Kind: KindUnexpected, Method: a.method, URL: a.url, Status: a.status,
		Message: c.clean(a.message()), token: c.token != "" || c.session != nil,
	}
	if a.instance != "" && c.instanceFault(e, a) {
		return e
	}
	fromHub := a.header.Get("X-Jupyterhub-Version") != ""
	switch {
	case a.status >= 300 && a.status < 400:
		c.redirect(e, a)
	case a.status == http.StatusUnauthorized, a.status == http.StatusProxyAuthRequired:
		e.Kind = KindUnauthorized
	case a.status == http.StatusForbidden && fromHub:
		e.Kind = KindHubForbidden
	case a.status == http.StatusForbidden && c.session != nil:
		e.Kind = KindPassword
	case a.status == http.StatusForbidden:
		e.Kind = KindForbidden
	case a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed:
		e.Kind = KindWrongURL
	case a.status == http.StatusFailedDependency, a.status == http.StatusServiceUnavailable && fromHub:
		e.Kind = KindHubStopped
	case a.status == http.StatusTooManyRequests:
		e.Kind = KindThrottled
	case a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout:
		e.Kind = KindUnavailable
	case a.status >= 500:
		e.Kind = KindServerError
	}
	if wait, ok := retryAfter(a.status, a.header); ok && e.Message == "" {
		e.Message = "it asks to wait for " + wait.Round(time.Second).String()
	}
	return e
}

// What Elyra says of one instance. There is nothing else to tell its answers
// apart by: a 404 may come from elsewhere, a 403 too, and a 500 is how it reports
// that a stored document is no object or of an unknown schema.
// (Elyra's elyra/metadata/{error,storage,manager}.py)
const (
	saysNotFound   = "No such instance named '%s' was found in the runtime-images schemaspace"
	saysProtected  = "Removal of instance '%s' from the runtime-images schemaspace is not permitted"
	saysUnloadable = "JSON failed to load for instance '%s'"
	saysInvalid    = "Validation failed for instance '%s' using the runtime-image schema with error: "
	saysNoObject   = "TypeError("
	saysNoSchema   = "SchemaNotFoundError("
)

// instanceFault recognises what Elyra itself says of one instance.
func (c *client) instanceFault(e *Error, a *answer) bool {
	if !a.isJSON() {
		return false
	}
	said := a.message()
	says := func(text string) bool {
		return strings.HasPrefix(said, strings.Replace(text, "%s", a.instance, 1))
	}
	location := c.location(a.instance)
	switch {
	case a.status == http.StatusNotFound && says(saysNotFound):
		e.Kind, e.err = KindNotFound, elyra.ErrNotFound
	case a.status == http.StatusForbidden && says(saysProtected):
		e.Kind = KindProtected
		e.err = &elyra.ReadOnlyError{
			Name: a.instance, Location: location,
			Reason: "is not the server's user's to delete: it ships with Elyra or belongs to the system",
		}
	case a.status == http.StatusConflict:
		e.Kind = KindExists
		e.err = &elyra.ExistsError{Name: a.instance, Location: location, Writable: true}
	case a.status == http.StatusBadRequest && a.method == http.MethodPut && elyra.ValidateName(a.instance) != nil:
		e.Kind = KindInvalid
		e.err = &elyra.ReadOnlyError{
			Name: a.instance, Location: location,
			Reason: "has a name that Elyra reads but does not save: it can be deleted, not changed",
		}
	case a.status == http.StatusBadRequest && writes(a.method),
		// Elyra names the instance that it cannot read; a gateway does not.
		a.status == http.StatusBadRequest && strings.Contains(said, "'"+a.instance+"'"),
		a.status == http.StatusInternalServerError && (says(saysNoObject) || says(saysNoSchema)):
		e.Kind = KindInvalid
		reason := strings.TrimPrefix(e.Message, c.clean(strings.Replace(saysInvalid, "%s", a.instance, 1)))
		e.err = &elyra.InvalidError{
			Name: a.instance, Location: location,
			Reasons:    []string{strings.TrimSpace(strings.TrimSuffix(reason, "."))},
			Unloadable: says(saysUnloadable) || says(saysNoObject),
		}
	default:
		return false
	}
	return true
}

// writes reports whether a request carries a document, which a 400 is about.
func writes(method string) bool { return method == http.MethodPost || method == http.MethodPut }

// redirect tells where a redirect leads. Queries stay out: they carry OAuth
// states and tokens.
func (c *client) redirect(e *Error, a *answer) {
	e.Kind = KindRedirect
	target, err := c.base.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" {
		return
	}
	e.target = (&url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}).String()
	switch path := target.Path; {
	case strings.Contains(path, "/hub/api/oauth2/"), strings.Contains(path, "/hub/login"), strings.Contains(path, "/hub/oauth_login"):
		e.Kind = KindHubLogin
	// The proxy sends what it has no server for to the Hub, whose answer after
	// the redirect would be 424.
	case strings.Contains(path, "/hub/user/"), strings.Contains(path, "/hub/spawn"):
		e.Kind = KindHubStopped
	case strings.HasSuffix(path, "/login"), strings.Contains(path, "/oauth"):
		e.Kind = KindLogin
	}
}

// unexpected is the fault of a success that is not what Elyra answers. HTML
// with status 200 is what login pages are.
func (c *client) unexpected(a *answer) *Error {
	e := c.fault(a)
	e.Message = ""
	if media, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); media == "text/html" {
		e.Kind = KindLogin
	}
	return e
}
