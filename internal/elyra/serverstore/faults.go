package serverstore

import (
	"bytes"
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
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// Error is the fault of one request.
type Error struct{ *exchange }

// ErrRefusedCredentials says that the server, its Hub, or a proxy refuses the
// credentials, or that there are none.
var ErrRefusedCredentials = errors.New("the credentials are refused")

func (e *Error) Error() string {
	text := e.kind.happened
	if text == "" {
		return e.Unwrap().Error()
	}
	if e.status != 0 {
		status := fmt.Sprintf("status %d", e.status)
		if target := e.target(); target != nil {
			status += " to " + target.String()
		}
		text += " (" + status + ")"
	}
	if detail := e.detail(); detail != "" {
		text += ": " + strings.TrimSuffix(detail, ".")
	}
	return text + "; the request was " + e.method + " " + e.url().String()
}

// Unwrap returns the error of package elyra that this one amounts to, if any.
func (e *Error) Unwrap() error {
	if e.kind.elyra == nil {
		return nil
	}
	return e.kind.elyra(e.exchange)
}

// Is makes errors.Is(err, ErrRefusedCredentials) true for refused credentials.
func (e *Error) Is(target error) bool {
	return target == ErrRefusedCredentials && e.kind.is(credentials)
}

// NextStep says what to do about it. It's empty if the error of package elyra that
// this one wraps says it all.
func (e *Error) NextStep() string {
	next := explain(e.kind.next, e.store.base)
	if cfg := e.store.cfg; cfg.Token != "" && cfg.TokenVariable != "" && e.kind.is(credentials) {
		next += " The token comes from the environment variable " + cfg.TokenVariable + "."
	}
	if path, isPage := cutPage(e.store.base.EscapedPath()); isPage && e.status != 0 && !e.byElyra {
		next = fmt.Sprintf("The endpoint looks like the address of a page. Set it to the server's:\n\n    endpoint = %q\n\nIf that isn't the reason: %s", cleanEndpoint(e.store.base, path), next)
	}
	return next
}

// kindOf is the kind of fault that an error is; nil if it's none.
func kindOf(err error) *kind {
	if fault, ok := errors.AsType[*Error](err); ok {
		return fault.kind
	}
	return nil
}

// detail adds to what happened, in words of known origin: the operating system's, the
// standard library's, or Elyra's. Other errors quote what a stranger sent.
func (x *exchange) detail() string {
	var proxy proxyError
	var verify *tls.CertificateVerificationError
	wait, asked := x.retryAfter()
	switch {
	case asked:
		return "it asks to wait for " + wait.Round(time.Second).String()
	case x.kind == serverFailed:
		return x.said()
	case errors.As(x.err, &proxy):
		return proxy.Error()
	case errors.As(x.err, &verify):
		return verify.Error()
	default:
		_, why := x.network()
		return why
	}
}

// network says in which operation the network failed, and why.
func (x *exchange) network() (operation, why string) {
	if failed, ok := errors.AsType[*net.OpError](x.err); ok {
		return failed.Op, failed.Err.Error()
	}
	return "", ""
}

// maxMessage bounds what is quoted from Elyra, in characters.
const maxMessage = 500

// said quotes Elyra, which may repeat any value of a document. Nothing is quoted about
// instances of a kind that has secrets.
func (x *exchange) said() string {
	if len(x.store.kind.Secrets) > 0 {
		return ""
	}
	return netutil.Line(x.message, maxMessage)
}

// invalid completes an error about the instance with the reason.
func (x *exchange) invalid(e elyra.InvalidError) error {
	reason := strings.TrimSuffix(x.said(), ".")
	switch _, after, isFramed := strings.Cut(reason, " schema with error: "); {
	case e.Unloadable:
		reason = "it isn't a JSON object"
	case e.Irreparable && x.schema == "":
		reason = "this server's Elyra doesn't have its schema"
	case x.schema != "":
		reason = fmt.Sprintf("schema_name is %q, not one of Elyra's own (%s)", x.schema, strings.Join(x.store.kind.Schemas, ", "))
	case reason == "":
		reason = "Elyra refuses it, with a message that may repeat a password and so isn't shown"
	case isFramed:
		reason = after
	}
	e.Name, e.Location, e.Reasons = x.name, x.store.Location(x.name), []string{reason}
	e.Irreparable = e.Irreparable || elyra.ValidateName(x.name) != nil
	return &e
}

// kind is a kind of fault: how it's recognized, what follows from it, and its text.
type kind struct {
	// statuses are those that it comes with: 0 if no answer came, or one digit for a
	// class. None means any.
	statuses []int
	// matches reports whether an exchange with such a status is of this kind. Nil
	// means that all are.
	matches func(*exchange) bool
	traits  trait
	// happened is a clause that says what was observed. It's empty if the error of
	// package elyra says that.
	happened string
	// next says what to do about it, the most likely cause first. It's empty if the
	// error of package elyra says it all. [explain] fills in what is in braces.
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
	// everyRequest: the answer isn't about this request. If a read gets it too, a write that got it
	// wasn't carried out.
	everyRequest
	// credentials: the server or something in front of it refuses them.
	credentials
)

func newKind(statuses []int, matches func(*exchange) bool, traits trait, happened, next string) *kind {
	return &kind{statuses, matches, traits, happened, next, nil}
}

func (k *kind) is(t trait) bool { return k.traits&t != 0 }

// kinds are all kinds in order: an exchange is of the first that matches it.
var kinds = []*kind{
	interrupted, noHandshake, notTLS, noClientCertificate, badCertificate, proxyRefused, proxyFailed, unknownHost,
	timedOut, oversize, noConnection, speaksTLS, connectionLost,
	notFound, protected, exists, unloadable, otherSchema, refused, invalid,
	hubItself, hubPassword, hubLogin, hubRefused, hubStopped, hubNamedStopped,
	hostRefused, passwordRefused, unauthorized, tokenRefused, noCredentials, forbidden,
	noSchema, noElyra, noJupyter, methodRefused, throttled, unavailable, serverFailed,
	page, loginPage, htmlPage, redirect, unexpected,
}

// classify returns what an exchange means; nil if its answer is accepted.
func classify(x *exchange) *kind {
	if x.err == nil && x.accept(x) {
		return nil
	}
	i := slices.IndexFunc(kinds, func(k *kind) bool {
		return (len(k.statuses) == 0 || slices.Contains(k.statuses, x.status) || slices.Contains(k.statuses, x.status/100)) && (k.matches == nil || k.matches(x))
	})
	return kinds[i] // the last one matches everything
}

var noAnswer = []int{0}

// Without an answer: the network, TLS, and proxies that connect us. A server or proxy
// may also say some of it.
var (
	interrupted = &kind{statuses: noAnswer, matches: func(x *exchange) bool {
		// Not by errors.Is: a dial that takes too long says that it is DeadlineExceeded.
		return x.err == context.Canceled || x.err == context.DeadlineExceeded //nolint:errorlint // see above
	}, elyra: func(x *exchange) error {
		return fmt.Errorf("%w; the request was %s %s", x.err, x.method, x.url())
	}}
	noHandshake = newKind(noAnswer, func(x *exchange) bool { return x.inHandshake && isTimeout(x.err) }, unsent, "the TLS handshake didn't end in time",
		"The endpoint may have to begin with http://: a Jupyter Server without TLS doesn't respond to a handshake. Otherwise, check that the server isn't overloaded, or raise request_timeout.")
	notTLS = newKind(noAnswer, either(failed(http.ErrSchemeMismatch), failedAs[tls.RecordHeaderError]), unsent,
		"the server at this address doesn't speak TLS",
		"Check the endpoint: perhaps it begins with http://.")
	noClientCertificate = newKind([]int{0, 400}, either(refusesCertificate, contains("No required SSL certificate was sent", "The SSL certificate error")), unsent,
		"the server requires a client certificate that it accepts",
		"Set client_cert_pem and client_key_pem to such a certificate and its key.")
	badCertificate = newKind(noAnswer, either(failedAs[*tls.CertificateVerificationError], failedAs[x509.UnknownAuthorityError]), unsent,
		"the server's certificate isn't trusted",
		"If a private authority signed it, set ca_cert_pem to that authority's certificate. Otherwise, use a host that the certificate names, or have it renewed.")
	proxyRefused = newKind([]int{0, 407}, func(x *exchange) bool { return x.status == 407 || errors.Is(x.err, proxyError(407)) }, unsent|credentials,
		"the proxy that leads to the server refuses the credentials",
		"Put the user name and password for the proxy into the environment variable that names it, HTTPS_PROXY or HTTP_PROXY (http://user:password@proxy.example.com:3128), or list the server's host in NO_PROXY.")
	proxyFailed = newKind(noAnswer, func(x *exchange) bool {
		operation, _ := x.network()
		return operation == "proxyconnect" || failedAs[proxyError](x)
	}, transient|unsent, "the proxy doesn't connect to the server",
		"Check the environment variable that names the proxy (HTTPS_PROXY or HTTP_PROXY), and whether the server's host belongs in NO_PROXY.")
	unknownHost = newKind(noAnswer, func(x *exchange) bool {
		dns, ok := errors.AsType[*net.DNSError](x.err)
		return ok && dns.IsNotFound
	}, unsent, "the host is unknown",
		"Check the host in the endpoint, and that this machine can resolve it.")
	timedOut = newKind(noAnswer, func(x *exchange) bool { return isTimeout(x.err) }, transient, "no response in time",
		"Check that the server isn't overloaded, or raise request_timeout.")
	oversize = newKind(noAnswer, failed(errOversize), 0, "the response is too large to be Elyra's",
		"Check that the endpoint is the address of a Jupyter Server.")
	noConnection = newKind(noAnswer, func(x *exchange) bool { return !x.sent }, transient|unsent, "the connection failed",
		"Check host and port in the endpoint, its scheme (http or https), that the server is running (\"jupyter server list\"), and that this machine can reach it.")
	// In the words of nginx, Apache, and Go. Others hang up.
	speaksTLS = newKind([]int{400}, contains("plain HTTP request was sent to HTTPS port", "speaking plain HTTP to an SSL-enabled server port", "Client sent an HTTP request to an HTTPS server"), unsent,
		"the server speaks HTTPS on this port",
		"Begin the endpoint with https://.")
	connectionLost = newKind(noAnswer, nil, transient, "the connection was closed before a whole and valid response arrived",
		"Run this again. If the server speaks HTTPS, begin the endpoint with https://. Otherwise, see its log, and that of the proxy in front of it.")
)

// What Elyra itself says about one instance. Its answers differ in nothing else: a 404
// or 403 may come from something else, and a 500 is how it reports that a stored document
// isn't an object or has an unknown schema.
// (Elyra's elyra/metadata/{error,storage,manager}.py)
var (
	notFound = &kind{matches: says(404, "No such instance named '%s' was found in the %s schemaspace"),
		happened: elyra.ErrNotFound.Error(), elyra: func(*exchange) error { return elyra.ErrNotFound }}
	protected = &kind{matches: says(403, "Removal of instance '%s' from the %s schemaspace is not permitted"),
		elyra: func(x *exchange) error {
			return x.store.readOnly(x.name, "can't be deleted by the server's user: it ships with Elyra or belongs to the system")
		}}
	exists = &kind{matches: says(409, "An instance named '%s' already exists in the %s schemaspace"),
		elyra: func(x *exchange) error { return &elyra.ExistsError{Found: x.store.unread(x.name)} }}
	unloadable = &kind{matches: stored(says(400, "JSON failed to load for instance '%s'"), says(500, "TypeError(")), traits: unsent,
		next:  correctStored,
		elyra: func(x *exchange) error { return x.invalid(elyra.InvalidError{Unloadable: true, Irreparable: true}) }}
	otherSchema = &kind{matches: stored(says(500, "SchemaNotFoundError("), func(x *exchange) bool {
		return x.status == 200 && x.schema != "" && !slices.Contains(x.store.kind.Schemas, x.schema)
	}), traits: unsent,
		next:  "An extension of Elyra keeps instances of its own under such names. Use another name.",
		elyra: func(x *exchange) error { return x.invalid(elyra.InvalidError{Irreparable: true}) }}
	refused = &kind{statuses: []int{400}, matches: func(x *exchange) bool {
		return x.byElyra && (x.method == http.MethodPost || x.method == http.MethodPut)
	},
		next:  "Correct the value that Elyra names. This server's Elyra may be too old for it, or newer than this provider.",
		elyra: func(x *exchange) error { return x.invalid(elyra.InvalidError{}) }}
	invalid = &kind{statuses: []int{400}, matches: func(x *exchange) bool {
		return x.byElyra && x.name != "" && strings.Contains(x.message, "'"+x.name+"'")
	},
		next:  correctStored,
		elyra: func(x *exchange) error { return x.invalid(elyra.InvalidError{}) }}
)

const correctStored = "Correct the instance, or remove its file from the server's Jupyter data directory."

const startIt = "or with a POST to {start} (scope start:servers!server={server}, on JupyterHub 5 servers!server={server}), wait until it's ready, and run this again."

// A JupyterHub instead of a user's server. The servers' own answers have its header, too,
// but Elyra's all have Elyra's shape.
// (Measured on JupyterHub 5.5 and 6.1.)
var (
	hubItself = newKind(nil, func(x *exchange) bool { return x.byHub() && !placeOnHub(x.store.base).isServer() }, everyRequest,
		"this is the JupyterHub itself, not the server of one of its users",
		"Set the endpoint to that server:\n\n    endpoint = \"{endpoint}\"")
	hubPassword = newKind(nil, func(x *exchange) bool { return x.isLogin && x.hubVersion() != "" }, everyRequest|credentials,
		"JupyterHub doesn't accept a password here",
		"Instead of the password, set a JupyterHub token with the scope access:servers!server={server}, made at {hub}/token.")
	hubRefused = newKind([]int{403}, func(x *exchange) bool { return x.byElyra && x.hubVersion() != "" }, everyRequest|credentials,
		"JupyterHub refuses the token for this server",
		"The token is wrong or expired, belongs to somebody else, or lacks this scope:\n\n    access:servers!server={server}\n\nCreate a token that has it at {hub}/token.")
	hubLogin = newKind([]int{3, 403}, func(x *exchange) bool {
		isAnonymous := x.store.headers.Get("Authorization") == "" && x.store.cfg.Password == ""
		return x.byElyra && x.hubVersion() != "" && isAnonymous || leadsTo("/hub/api/oauth2/", "/hub/login", "/hub/oauth_login")(x)
	}, everyRequest|credentials, "JupyterHub requires a login",
		"Set a JupyterHub token with the scope access:servers!server={server}, made at {hub}/token.")
	hubStopped = newKind([]int{3, 403, 424, 503}, func(x *exchange) bool {
		switch x.status {
		case 424: // some proxies hide the header
			return x.byHub() || placeOnHub(x.store.base).isServer()
		case 403, 503: // the Hub takes every write without its own cookie for a forged one
			return x.byHub()
		default: // the Hub's proxy redirects there what it has no server for
			return leadsTo("/hub/user/", "/hub/spawn")(x)
		}
	}, everyRequest, "JupyterHub responded instead of this server, which probably isn't running",
		"Start the server at {hub}/home, "+startIt+" If it's running: there is no user {user}, or the token isn't valid, which the Hub doesn't distinguish from a server that isn't running.")
	hubNamedStopped = newKind([]int{404}, func(x *exchange) bool {
		return placeOnHub(x.store.base).server != "" && !x.isJupyter() && x.api().hubVersion() != ""
	}, everyRequest, "no Jupyter Server is there, or the named server isn't running",
		"Start the named server at {hub}/home, "+startIt+" If it's running, check the endpoint.")
)

// Credentials, and what looks like them.
var (
	hostRefused = newKind([]int{403}, func(x *exchange) bool {
		return x.api().status == 403 && x.api().isJSON() && bytes.Contains(x.api().body, []byte(`"reason"`)) // as Jupyter's
	}, everyRequest,
		"the server refuses the host name in the request",
		"By default, Jupyter accepts only local names. Let the proxy in front of it send \"Host: localhost\", or start the server with\n\n    --ServerApp.local_hostnames={host}\n\nor with --ServerApp.allow_remote_access=True.")
	passwordRefused = newKind([]int{401, 403}, func(x *exchange) bool {
		return x.isLogin || x.status == 403 && x.byElyra && x.store.cfg.Password != ""
	}, everyRequest|credentials, "the server refuses the password",
		"Check the password. A server that has a token instead needs the token argument.")
	unauthorized = newKind([]int{401}, nil, everyRequest|credentials, "a proxy in front of the server refuses the credentials",
		"Jupyter never sends this status. Set or correct the headers that the proxy requires. If it requires an Authorization header, it has to send the server's token itself: both would need that header.")
	tokenRefused = newKind([]int{403}, func(x *exchange) bool { return x.byElyra && x.store.cfg.Token != "" }, everyRequest|credentials,
		"the server refuses the token",
		"Check the token: \"jupyter server list\" shows it, and a restarted server has a new one unless it is configured.")
	noCredentials = newKind([]int{403}, func(x *exchange) bool { return x.byElyra }, everyRequest|credentials,
		"the server requires credentials",
		"Set the token (\"jupyter server list\" shows it), or the password if the server has one.")
	forbidden = newKind([]int{403}, nil, everyRequest, "a proxy in front of the server refuses the request",
		"The response isn't Jupyter's. Check the proxy's rules: which addresses, methods, and paths it lets through, and which headers it requires.")
)

// What else can be at the endpoint, or in front of it.
var (
	noSchema = newKind([]int{404}, func(x *exchange) bool { return x.byElyra && strings.HasPrefix(x.message, "No such schema named") }, unsent,
		"the server's Elyra doesn't have this schema",
		"Install an Elyra there that has it. Open Data Hub's doesn't have Apache Airflow.")
	noElyra = newKind([]int{404}, (*exchange).isJupyter, everyRequest, "the Jupyter Server there has no Elyra",
		"Install Elyra in the environment of that Jupyter Server (pip install elyra-server, or elyra) and restart it. \"jupyter server extension list\" must show elyra as enabled.")
	noJupyter = newKind([]int{404}, nil, everyRequest, "no Jupyter Server is there",
		"Check the endpoint: it's the server's address with its base path, such as https://hub.example.com/user/jdoe on a JupyterHub.")
	methodRefused = newKind([]int{405}, nil, unsent, "the method isn't allowed",
		"A proxy in front of the server may not pass it: let it pass GET, POST, PUT, and DELETE. Or the endpoint isn't the address of a Jupyter Server.")
	throttled = newKind([]int{429}, nil, transient, "too many requests",
		"Run this again later. To make the provider wait longer, raise max_retries.")
	unavailable = newKind([]int{502, 503, 504}, nil, transient, "the server isn't available",
		"This is the response of a proxy in front of the server. Run this again when the server is back. To make the provider wait longer, raise max_retries.")
	serverFailed = newKind([]int{5}, nil, 0, "the server failed",
		"See the server's log for details.")
	page = newKind([]int{200}, contains("jupyter-config-data"), everyRequest, "the server returned a page of JupyterLab, not the response of its REST endpoint",
		"The endpoint is the server's base URL: the address in the browser without /lab and what follows it.")
	loginPage = newKind([]int{3, 200}, either(leadsToLogin, contains(`type="password"`)), everyRequest|credentials,
		"the server returned a login page",
		"Set a token (\"jupyter server list\" shows it), a password if the server has one, or the headers that the proxy in front of it requires.")
	htmlPage = newKind([]int{200}, func(x *exchange) bool { return x.media() == "text/html" }, everyRequest, "the server returned an HTML page, not a response of Elyra's",
		"The endpoint may be the address of a page or of another website, or a proxy in front of the server may show a page of its own, such as one to sign in. Set the endpoint to the server's base URL, or set the headers that the proxy requires.")
	redirect = newKind([]int{3}, nil, everyRequest, "the server returned a redirect",
		"Redirects aren't followed, so that credentials don't end up elsewhere. Set the endpoint to the server's own address. Check the scheme (http or https) and the base path.")
	unexpected = &kind{happened: "the server returned a response that Elyra never sends",
		next: "Check that the endpoint is the address of a Jupyter Server with Elyra. A proxy in front of it may have responded instead."}
)

// Errors of this package's own for exchanges without an answer.
var (
	errTimeout  = errors.New("request timeout")
	errOversize = errors.New("the response is too large")
)

// proxyError is the status with which a proxy refused to connect us.
type proxyError int

func (e proxyError) Error() string { return fmt.Sprintf("it returned status %d", int(e)) }

func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyError(resp.StatusCode)
	}
	return nil
}

func either(a, b func(*exchange) bool) func(*exchange) bool {
	return func(x *exchange) bool { return a(x) || b(x) }
}

// stored matches either answer, unless it's to a creation: then it may be about what was sent.
func stored(a, b func(*exchange) bool) func(*exchange) bool {
	return func(x *exchange) bool { return x.method != http.MethodPost && either(a, b)(x) }
}

func failed(target error) func(*exchange) bool {
	return func(x *exchange) bool { return errors.Is(x.err, target) }
}

func failedAs[T error](x *exchange) bool {
	_, ok := errors.AsType[T](x.err)
	return ok
}

// refusesCertificate reports whether the server ended the TLS handshake because of
// our certificate, or because we have none.
func refusesCertificate(x *exchange) bool {
	operation, why := x.network()
	return operation == "remote error" && strings.Contains(why, "certificate")
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return errors.Is(err, errTimeout) || ok && timeout.Timeout()
}

// says matches a message of Elyra's by its status and beginning, with the instance's name
// and the schemaspace put in.
func says(status int, text string) func(*exchange) bool {
	return func(x *exchange) bool {
		begin := strings.Replace(strings.Replace(text, "%s", x.name, 1), "%s", x.store.kind.Schemaspace, 1)
		return x.status == status && x.byElyra && x.name != "" && strings.HasPrefix(x.message, begin)
	}
}

// contains matches a page by a part of its text, which isn't quoted.
func contains(parts ...string) func(*exchange) bool {
	return func(x *exchange) bool {
		return !x.isJSON() && slices.ContainsFunc(parts, func(part string) bool { return bytes.Contains(x.body, []byte(part)) })
	}
}

func leadsTo(parts ...string) func(*exchange) bool {
	return func(x *exchange) bool {
		target := x.target()
		return target != nil && slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(target.String(), part) })
	}
}

func leadsToLogin(x *exchange) bool {
	target := x.target()
	return target != nil && (strings.HasSuffix(target.Path, "/login") || strings.Contains(target.Path, "/oauth"))
}

// target is where a redirect leads, without its query, which carries OAuth states
// and tokens. It's nil if that can't be read.
func (x *exchange) target() *url.URL {
	location := x.header.Get("Location")
	target, err := x.store.base.Parse(location)
	if err != nil || location == "" {
		return nil
	}
	return &url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}
}

func (x *exchange) hubVersion() string { return x.header.Get("X-Jupyterhub-Version") }

// byHub reports whether the Hub answers instead of a user's server.
func (x *exchange) byHub() bool {
	return x.hubVersion() != "" && !x.byElyra && (x.status < 200 || x.status >= 300)
}

// isJupyter reports whether a Jupyter Server is at the endpoint: each gives its
// version at /api to anybody.
func (x *exchange) isJupyter() bool {
	api := x.api()
	return api.status == http.StatusOK && api.isJSON() && bytes.Contains(api.body, []byte(`"version"`))
}

// hubPlace is what the path of an endpoint says of its place on a JupyterHub.
type hubPlace struct {
	// root is the Hub's public address, without a slash at the end.
	root string
	// user and server are the user's name and that of a named server, as in the
	// URL. Both are empty where the path isn't below /user/.
	user, server string
	// isHub reports whether the path leads to the Hub's own pages.
	isHub bool
}

// placeOnHub reads an endpoint's path: …/user/NAME or …/user/NAME/SERVER, with
// /hub before it where it is the Hub's own page about that server.
func placeOnHub(base *url.URL) (p hubPlace) {
	prefix, rest, found := strings.Cut(base.EscapedPath()+"/", "/user/")
	if found {
		p.user, rest, _ = strings.Cut(rest, "/")
		p.server, _, _ = strings.Cut(rest, "/")
	}
	prefix, _, p.isHub = strings.Cut(prefix+"/", "/hub/")
	p.root = (&url.URL{Scheme: base.Scheme, Host: base.Host}).String() + strings.TrimRight(prefix, "/")
	return p
}

// isServer reports whether a user's server could be there.
func (p hubPlace) isServer() bool { return p.user != "" && !p.isHub }

// explain puts into a text what the endpoint shows: {host} is its host, {hub} the Hub's
// own address, {user} the user, {endpoint} the user's server, {start} where it is started,
// and {server} the server as the Hub's scopes name it.
func explain(text string, base *url.URL) string {
	p, path, start := placeOnHub(base), "", "/server"
	p.user = cmp.Or(p.user, "<name>")
	if p.server != "" {
		path, start = p.server+"/", "/servers/"+p.server
	}
	user, _ := url.PathUnescape(p.user) // they're escaped well
	server, _ := url.PathUnescape(p.server)
	return strings.NewReplacer(
		"{host}", base.Hostname(),
		"{hub}", p.root+"/hub",
		"{user}", user,
		"{endpoint}", p.root+"/user/"+p.user+"/"+path,
		"{start}", p.root+"/hub/api/users/"+p.user+start,
		"{server}", user+"/"+server,
	).Replace(text)
}
