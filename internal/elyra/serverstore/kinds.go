package serverstore

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// kind is a kind of fault.
type kind struct {
	traits trait
	// happened is a clause that says what was observed.
	happened string
	// next says what to do about it, the most likely cause first. It's empty if the
	// error of package elyra says it all. What stands in braces is for
	// [hubPlace.explain].
	next string
	// elyra returns the error of package elyra that this amounts to; nil if none.
	elyra func(*exchange) error
}

type trait uint8

const (
	// transient: the same request may succeed a moment later.
	transient trait = 1 << iota
	// unsent: the request certainly wasn't carried out.
	unsent
	// door: the request was turned away before the server looked at what it wants,
	// and so will be the next one.
	door
	// credentials: the server or something in front of it refuses them.
	credentials
)

func (k *kind) is(t trait) bool { return k.traits&t != 0 }

// ErrRefusedCredentials says that the server, its Hub, or a proxy refuses the
// credentials, or that there are none.
var ErrRefusedCredentials = errors.New("the credentials are refused")

// What Elyra says about one instance.
var (
	notFound = &kind{happened: elyra.ErrNotFound.Error(), elyra: func(*exchange) error { return elyra.ErrNotFound }}
	exists   = &kind{happened: "the name is taken", elyra: func(x *exchange) error { return &elyra.ExistsError{Found: x.unread()} }}

	protected = &kind{0, "the instance is protected",
		"It ships with Elyra or belongs to the system. An update writes a copy that hides it. Only an administrator of the server can remove it.",
		func(x *exchange) error {
			return x.client.readOnly(x.name, "can't be deleted by the server's user: it ships with Elyra or belongs to the system")
		}}
	refused = &kind{0, "Elyra refuses the document",
		"Correct the value that Elyra names. This server's Elyra may be too old for it, or newer than this provider.",
		func(x *exchange) error { return x.invalid(elyra.InvalidError{}) }}
	invalid = &kind{0, "the stored instance is invalid",
		"Correct the instance, or remove its file from the server's Jupyter data directory.",
		func(x *exchange) error { return x.invalid(elyra.InvalidError{}) }}
	unloadable = &kind{unsent, "Elyra can't load the stored instance",
		"Correct the instance, or remove its file from the server's Jupyter data directory.",
		func(x *exchange) error { return x.invalid(elyra.InvalidError{Unloadable: true, Irreparable: true}) }}
	otherSchema = &kind{unsent, "the stored instance has another schema",
		"An extension of Elyra keeps instances of its own under such names. Use another name.",
		func(x *exchange) error { return x.invalid(elyra.InvalidError{Irreparable: true}) }}
)

// What else can be at the endpoint, or in front of it.
var (
	unexpected = newKind(0, "a response that Elyra never sends",
		"Check that the endpoint is the address of a Jupyter Server with Elyra. A proxy in front of it may have answered instead.")
	page = newKind(door, "a page of JupyterLab answers, not the server's REST endpoint",
		"The endpoint is the server's base URL: the address in the browser without /lab and what follows it.")
	htmlPage = newKind(door, "an HTML page answers, not Elyra",
		"The endpoint may be the address of a page or of another website, or a proxy in front of the server may show a page of its own, such as one to sign in. Set the endpoint to the server's base URL, or set the headers that the proxy requires.")
	noJupyter = newKind(door, "no Jupyter Server is there",
		"Check the endpoint: it is the server's address with its base path, such as https://hub.example.com/user/jdoe on a JupyterHub.")
	noElyra = newKind(door, "the Jupyter Server there has no Elyra",
		"Install Elyra in the environment of that Jupyter Server (pip install elyra-server, or elyra) and restart it. \"jupyter server extension list\" must show elyra as enabled.")
	methodRefused = newKind(unsent, "the method isn't allowed",
		"A proxy in front of the server may not pass it: let it pass GET, POST, PUT, and DELETE. Or the endpoint isn't the address of a Jupyter Server.")
	redirect = newKind(door, "the answer is a redirect",
		"Redirects aren't followed, so that credentials don't end up elsewhere. Set the endpoint to the server's own address. Check the scheme (http or https) and the base path.")
	speaksTLS = newKind(unsent, "the server speaks HTTPS on this port",
		"Begin the endpoint with https://.")
	noClientCertificate = newKind(unsent, "the server requires a client certificate that it accepts",
		"Set client_cert_pem and client_key_pem to such a certificate and its key.")
	throttled = newKind(transient, "too many requests",
		"Run this again later. max_retries makes the provider wait longer.")
	unavailable = newKind(transient, "the server isn't available",
		"A proxy in front of the server answered. Run this again when the server is back. max_retries makes the provider wait longer.")
	serverFailed = newKind(0, "the server failed",
		"See the server's log for details.")
)

// Credentials, and what looks like them.
var (
	loginPage = newKind(door|credentials, "a login page answers",
		"Set a token (\"jupyter server list\" shows it), a password if the server has one, or the headers that the proxy in front of it requires.")
	unauthorized = newKind(door|credentials, "a proxy in front of the server refuses the credentials",
		"Jupyter never sends this status. Set the headers that the proxy requires. If it requires an Authorization header, the server behind it can't have a token: both would need that header.")
	proxyRefused = newKind(unsent|credentials, "the proxy that leads to the server refuses the credentials",
		"Put the user name and password for the proxy into the environment variable that names it, HTTPS_PROXY or HTTP_PROXY (http://user:password@proxy.example.com:3128), or list the server's host in NO_PROXY.")
	hostRefused = newKind(door, "the server refuses the host name in the request",
		"Jupyter answers only to local names unless it's told otherwise. Let the proxy in front of it send \"Host: localhost\", or start the server with\n\n    --ServerApp.local_hostnames={host}\n\nor with --ServerApp.allow_remote_access=True.")
	noCredentials = newKind(door|credentials, "the server requires credentials",
		"Set the token (\"jupyter server list\" shows it), or the password if the server has one.")
	tokenRefused = newKind(door|credentials, "the server refuses the token",
		"Check the token: \"jupyter server list\" shows it, and a restarted server has a new one unless it is configured.")
	passwordRefused = newKind(door|credentials, "the server refuses the password",
		"Check the password. A server that has a token instead needs the token argument.")
	forbidden = newKind(door, "a proxy in front of the server refuses the request",
		"The answer isn't Jupyter's. Check the proxy's rules: which addresses, methods, and paths it lets through, and which headers it requires.")
)

// JupyterHub.
var (
	hubLogin = newKind(door|credentials, "JupyterHub requires a login",
		"Set a JupyterHub token with the scope access:servers!server={server}, made at {hub}/token.")
	hubRefused = newKind(door|credentials, "JupyterHub refuses the token for this server",
		"The token is wrong or expired, belongs to somebody else, or lacks this scope:\n\n    access:servers!server={server}\n\nCreate a token that has it at {hub}/token.")
	hubStopped = newKind(door, "JupyterHub answers instead of this server, which isn't running",
		"Start the server at {hub}/home, or with a POST to {start} (scope {scope}!server={server}), wait until it is ready, and run this again. If it is running: there is no user {user}, or the token isn't valid, which the Hub doesn't distinguish from a server that isn't running.")
	hubNamedStopped = newKind(door, "no Jupyter Server is there, or the named server isn't running",
		"Start the named server at {hub}/home, or with a POST to {start} (scope {scope}!server={server}), wait until it is ready, and run this again. If it is running, check the endpoint.")
	hubItself = newKind(door, "this is the JupyterHub itself, not the server of one of its users",
		"Set the endpoint to that server:\n\n    endpoint = \"{endpoint}\"")
)

// The network.
var (
	interrupted = &kind{happened: "interrupted", elyra: func(x *exchange) error {
		return fmt.Errorf("%w; the request was %s %s", x.err, x.method, x.url())
	}}
	badCertificate = newKind(unsent, "the server's certificate isn't trusted",
		"For a private certificate authority, set ca_cert_pem to its certificate.")
	tlsFailed = newKind(unsent, "no secure connection",
		"Check the endpoint's scheme (http or https). If the server requires a client certificate, set client_cert_pem and client_key_pem.")
	notTLS = newKind(unsent, "no secure connection: what listens there doesn't speak TLS",
		"Check the endpoint: perhaps it begins with http://.")
	noHandshake = newKind(unsent, "the TLS handshake didn't end in time",
		"The endpoint may have to begin with http://: a Jupyter Server without TLS leaves a handshake unanswered. Otherwise, check that the server isn't overloaded, or raise request_timeout.")
	unknownHost = newKind(unsent, "the host is unknown",
		"Check the host in the endpoint, and that this machine can resolve it.")
	connectionRefused = newKind(transient|unsent, "the connection is refused",
		"Check host and port in the endpoint, and that the server is running (\"jupyter server list\").")
	proxyFailed = newKind(transient|unsent, "the proxy doesn't connect to the server",
		"Check the environment variable that names the proxy (HTTPS_PROXY or HTTP_PROXY), and whether the server's host belongs in NO_PROXY.")
	noConnection = newKind(transient|unsent, "the connection failed",
		"Check that the server is running and can be reached from this machine.")
	connectionLost = newKind(transient, "the connection was closed before a valid answer came",
		"Check that the server is running, and that what listens there speaks HTTP.")
	timedOut = newKind(transient, "no answer in time",
		"Check that the server isn't overloaded, or raise request_timeout.")
	truncated = newKind(transient, "the answer broke off",
		"The server or a proxy closed the connection in the middle of its answer. Run this again, and see the server's log for details.")
	oversize = newKind(0, "the answer is too large to be Elyra's",
		"Check that the endpoint is the address of a Jupyter Server.")
)

func newKind(traits trait, happened, next string) *kind { return &kind{traits, happened, next, nil} }

// Error is the fault of one request.
type Error struct {
	kind   *kind
	method string
	url    string // without query
	status int    // 0 if no answer came
	// byElyra reports whether it has the shape of Elyra's errors.
	byElyra bool
	// target is where a redirect leads, without its query.
	target string
	detail string
	place  hubPlace
	err    error
}

// fault is the error of an exchange without an accepted answer.
func (x *exchange) fault() *Error {
	e := &Error{kind: x.kind, method: x.method, url: x.url().String(), status: x.status, byElyra: x.byElyra, place: x.client.place, detail: x.detail()}
	e.place.version = x.hubVersion()
	if target := x.target(); target != nil {
		e.target = target.String()
	}
	if x.kind.elyra != nil {
		e.err = x.kind.elyra(x)
	}
	return e
}

func (e *Error) Error() string {
	if e.err != nil && e.kind != notFound {
		return e.err.Error()
	}
	text := e.kind.happened
	if e.target != "" {
		text += " at " + e.target
	}
	if e.status != 0 {
		text += fmt.Sprintf(" (status %d)", e.status)
	}
	if e.detail != "" {
		text += ": " + strings.TrimSuffix(e.detail, ".")
	}
	return text + "; the request was " + e.method + " " + e.url
}

// Unwrap returns the error of package elyra that this one amounts to, if any.
func (e *Error) Unwrap() error { return e.err }

// Is makes errors.Is(err, ErrRefusedCredentials) true for refused credentials.
func (e *Error) Is(target error) bool {
	return target == ErrRefusedCredentials && e.kind.is(credentials)
}

// NextStep says what to do about it. It's empty if the error of package elyra that
// this one wraps says it all.
func (e *Error) NextStep() string {
	next := e.place.explain(e.kind.next)
	if e.place.withoutPage != "" && e.status != 0 && !e.byElyra {
		next = fmt.Sprintf("The endpoint looks like the address of a page. Set it to the server's:\n\n    endpoint = %q\n\nIf that isn't the reason: %s", e.place.withoutPage, next)
	}
	return next
}

// isFault reports whether an error is a fault of that kind.
func isFault(err error, kind *kind) bool {
	var fault *Error
	return errors.As(err, &fault) && fault.kind == kind
}

// elyrasMessage is what Elyra says, fit for one line. It may repeat any value of the
// document, so it's empty for a kind with secrets.
func elyrasMessage(x *exchange) string {
	if len(x.client.kind.Secrets) > 0 {
		return ""
	}
	return netutil.Line(x.message, maxMessage)
}

// maxMessage bounds what is quoted from Elyra, in characters.
const maxMessage = 500

// detail adds to what happened, in words of known origin: the operating system's, the
// standard library's, or Elyra's. Other errors quote what a stranger sent.
func (x *exchange) detail() string {
	var (
		network *net.OpError
		dns     *net.DNSError
		proxy   proxyError
		verify  *tls.CertificateVerificationError
	)
	wait, asked := x.retryAfter()
	switch {
	case x.kind == connectionRefused:
		return ""
	case asked:
		return "it asks to wait for " + wait.Round(time.Second).String()
	case x.kind == serverFailed:
		return netutil.Line(x.message, maxMessage)
	case errors.As(x.err, &proxy):
		return proxy.Error()
	case errors.As(x.err, &dns):
		return dns.Error()
	case errors.As(x.err, &verify):
		return verify.Error()
	case errors.As(x.err, &network):
		return network.Err.Error()
	default:
		return ""
	}
}

// unread is an instance of which only name and place are known.
func (x *exchange) unread() elyra.Instance {
	return elyra.Instance{Name: x.name, Location: x.client.location(x.name), Writable: true}
}

func (c *client) readOnly(name, reason string) error {
	return &elyra.ReadOnlyError{Name: name, Location: c.location(name), Reason: reason}
}

// invalid completes an error about the instance with Elyra's reason.
func (x *exchange) invalid(e elyra.InvalidError) error {
	e.Name, e.Location = x.name, x.client.location(x.name)
	e.Reasons = []string{x.reason()}
	e.Irreparable = e.Irreparable || elyra.ValidateName(x.name) != nil
	return &e
}

// reason is why an instance is invalid.
func (x *exchange) reason() string {
	if x.schema != "" {
		return fmt.Sprintf("schema_name is %q, not one of Elyra's own (%s)", x.schema, strings.Join(x.client.kind.Schemas, ", "))
	}
	reason := elyrasMessage(x)
	if reason == "" {
		return "Elyra refuses it, with a message that may repeat a password and so isn't shown"
	}
	if _, after, found := strings.Cut(reason, " schema with error: "); found && strings.HasPrefix(reason, "Validation failed for instance") {
		reason = after
	}
	return strings.TrimSpace(strings.TrimSuffix(reason, "."))
}
