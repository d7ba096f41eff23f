package serverstore

import (
	"bytes"
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
)

// rule says what an exchange means. The rules are tried in order, and the first
// that matches counts.
type rule struct {
	// statuses are those that the rule is about; none means all, and no answer.
	statuses []int
	matches  func(*exchange) bool
	kind     *kind
}

// classify returns what an exchange means; nil if its answer is accepted.
func classify(x *exchange) *kind {
	if x.err == nil && x.accept != nil && x.accept(x) {
		return nil
	}
	for _, r := range rules {
		if (len(r.statuses) == 0 || slices.Contains(r.statuses, x.status)) && (r.matches == nil || r.matches(x)) {
			return r.kind
		}
	}
	return unexpected
}

// rules are for exchanges without an accepted answer.
var rules = slices.Concat(connectionRules, elyraRules, hubRules, answerRules)

// connectionRules are for exchanges without an answer.
var connectionRules = []rule{
	// Not by errors.Is: a dial that takes too long says that it is DeadlineExceeded.
	{matches: func(x *exchange) bool {
		return slices.Contains([]error{context.Canceled, context.DeadlineExceeded}, x.err)
	}, kind: interrupted},
	{matches: failed(errHandshake), kind: noHandshake},
	{matches: failed(http.ErrSchemeMismatch), kind: notTLS},
	{matches: failedAs[tls.RecordHeaderError], kind: notTLS},
	{matches: refusesCertificate, kind: noClientCertificate},
	{matches: failedAs[*tls.CertificateVerificationError], kind: badCertificate},
	{matches: failedAs[x509.UnknownAuthorityError], kind: badCertificate},
	{matches: func(x *exchange) bool { return inOperation(x, "remote error", "local error") }, kind: tlsFailed},
	{matches: func(x *exchange) bool { return proxyStatus(x.err) == http.StatusProxyAuthRequired }, kind: proxyRefused},
	{matches: func(x *exchange) bool { return proxyStatus(x.err) != 0 || inOperation(x, "proxyconnect") }, kind: proxyFailed},
	{matches: func(x *exchange) bool {
		var dns *net.DNSError
		return errors.As(x.err, &dns) && dns.IsNotFound
	}, kind: unknownHost},
	{matches: func(x *exchange) bool { return x.err != nil && isTimeout(x.err) }, kind: timedOut},
	{matches: failed(syscall.ECONNREFUSED, errRefused), kind: connectionRefused},
	{matches: failed(errOversize), kind: oversize},
	{matches: failed(errTruncated), kind: truncated},
	{matches: func(x *exchange) bool { return x.err != nil && !x.sent }, kind: noConnection},
	// Some servers with TLS answer plain HTTP in words, others hang up.
	{matches: func(x *exchange) bool { return x.err != nil && x.client.speaksTLS() }, kind: speaksTLS},
	{matches: func(x *exchange) bool { return x.err != nil }, kind: connectionLost},
}

// elyraRules are for what Elyra itself says of one instance. Its answers differ in
// nothing else: a 404 or 403 may come from something else, and a 500 is how it
// reports that a stored document isn't an object or has an unknown schema.
// (Elyra's elyra/metadata/{error,storage,manager}.py)
var elyraRules = []rule{
	{[]int{404}, says("No such instance named '%s' was found in the %s schemaspace"), notFound},
	{[]int{403}, says("Removal of instance '%s' from the %s schemaspace is not permitted"), protected},
	{[]int{409}, says("An instance named '%s' already exists in the %s schemaspace"), exists},
	{[]int{400}, says("JSON failed to load for instance '%s'"), unloadable},
	{[]int{500}, says("TypeError("), unloadable},
	{[]int{500}, says("SchemaNotFoundError("), otherSchema},
	{[]int{200}, func(x *exchange) bool { return x.schema != "" && !slices.Contains(x.client.kind.Schemas, x.schema) }, otherSchema},
	{[]int{400}, func(x *exchange) bool {
		return x.byElyra && (x.method == http.MethodPost || x.method == http.MethodPut)
	}, refused},
	{[]int{400}, func(x *exchange) bool {
		return x.byElyra && x.name != "" && strings.Contains(x.message, "'"+x.name+"'")
	}, invalid},
}

// hubRules are for answers of a JupyterHub instead of a user's server. The
// servers' own answers have its header, too, but Elyra's all have Elyra's shape.
// (Measured on JupyterHub 5.5 and 6.1; package elyratest answers alike.)
var hubRules = []rule{
	// Some proxies hide the header.
	{[]int{424}, func(x *exchange) bool { return x.client.place.isServer() }, hubStopped},
	{nil, func(x *exchange) bool { return x.byHub() && !x.client.place.isServer() }, hubItself},
	// The Hub takes every write without its own cookie for a forged one.
	{[]int{403, 503}, (*exchange).byHub, hubStopped},
	{[]int{403}, func(x *exchange) bool { return x.byElyra && x.hubVersion() != "" }, hubRefused},
	{redirects, leadsTo("/hub/api/oauth2/", "/hub/login", "/hub/oauth_login"), hubLogin},
	// The Hub's proxy redirects there what it has no server for.
	{redirects, leadsTo("/hub/user/", "/hub/spawn"), hubStopped},
	{[]int{404}, func(x *exchange) bool {
		return x.client.place.server != "" && !x.isJupyter() && x.api().hubVersion() != ""
	}, hubNamedStopped},
}

// answerRules are for all other answers.
var answerRules = []rule{
	{redirects, leadsToLogin, loginPage},
	{redirects, nil, redirect},
	{[]int{400}, contains("plain HTTP request was sent to HTTPS port", "speaking plain HTTP to an SSL-enabled server port", "Client sent an HTTP request to an HTTPS server"), speaksTLS},
	{[]int{400}, contains("No required SSL certificate was sent", "The SSL certificate error"), noClientCertificate},
	{[]int{403}, func(x *exchange) bool { return x.api().status == http.StatusForbidden && x.api().isJSON() }, hostRefused},
	{[]int{401, 403}, func(x *exchange) bool { return x.form }, passwordRefused},
	{[]int{401}, nil, unauthorized},
	{[]int{403}, func(x *exchange) bool { return x.byElyra && x.client.session != nil }, passwordRefused},
	{[]int{403}, func(x *exchange) bool { return x.byElyra && x.client.Token != "" }, tokenRefused},
	{[]int{403}, func(x *exchange) bool { return x.byElyra }, noCredentials},
	{[]int{403}, nil, forbidden},
	{[]int{404}, (*exchange).isJupyter, noElyra},
	{[]int{404}, nil, noJupyter},
	{[]int{405}, nil, methodRefused},
	{[]int{407}, nil, proxyRefused},
	{[]int{429}, nil, throttled},
	{[]int{502, 503, 504}, nil, unavailable},
	{[]int{500}, nil, serverFailed},
	{nil, func(x *exchange) bool { return x.status > 500 }, serverFailed},
	{[]int{200}, contains("jupyter-config-data"), page},
	{[]int{200}, contains(`type="password"`), loginPage},
	{[]int{200}, func(x *exchange) bool { return x.media() == "text/html" }, htmlPage},
}

var redirects = []int{300, 301, 302, 303, 307, 308}

// Errors of this package's own for exchanges without an answer.
var (
	errTimeout   = errors.New("request timeout")
	errHandshake = errors.New("no TLS handshake in time")
	errOversize  = errors.New("the answer is too large")
	errTruncated = errors.New("the answer broke off")
)

// errRefused is Windows' WSAECONNREFUSED: package syscall's ECONNREFUSED on Windows is
// another number, which the network never returns.
const errRefused = syscall.Errno(10061)

// proxyError is the status with which a proxy refused to connect us.
type proxyError int

func (e proxyError) Error() string { return fmt.Sprintf("it answered with status %d", int(e)) }

func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyError(resp.StatusCode)
	}
	return nil
}

func proxyStatus(err error) int {
	var status proxyError
	_ = errors.As(err, &status)
	return int(status)
}

func failed(targets ...error) func(*exchange) bool {
	return func(x *exchange) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(x.err, target) })
	}
}

func failedAs[T error](x *exchange) bool {
	var target T
	return errors.As(x.err, &target)
}

// refusesCertificate reports whether the server ended the TLS handshake because of
// our certificate, or because we have none.
func refusesCertificate(x *exchange) bool {
	var network *net.OpError
	return errors.As(x.err, &network) && network.Op == "remote error" && strings.Contains(network.Err.Error(), "certificate")
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, errTimeout) || errors.As(err, &timeout) && timeout.Timeout()
}

// inOperation reports whether the network failed in one of these operations.
func inOperation(x *exchange, operations ...string) bool {
	var network *net.OpError
	return errors.As(x.err, &network) && slices.Contains(operations, network.Op)
}

// says matches a message of Elyra's by its beginning, with the instance's name and
// the schemaspace put in.
func says(text string) func(*exchange) bool {
	return func(x *exchange) bool {
		begin := strings.Replace(strings.Replace(text, "%s", x.name, 1), "%s", x.client.kind.Schemaspace, 1)
		return x.byElyra && x.name != "" && strings.HasPrefix(x.message, begin)
	}
}

// contains matches a page by a part of its text, which isn't quoted.
func contains(parts ...string) func(*exchange) bool {
	return func(x *exchange) bool {
		return !x.isJSON() && slices.ContainsFunc(parts, func(part string) bool { return bytes.Contains(x.body, []byte(part)) })
	}
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

// target is where a redirect leads, without its query, which carries OAuth states
// and tokens. It's nil if that can't be read.
func (x *exchange) target() *url.URL {
	location := x.header.Get("Location")
	target, err := x.client.base.Parse(location)
	if err != nil || location == "" {
		return nil
	}
	return &url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}
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
