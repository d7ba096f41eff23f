package serverstore

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxListBody bounds the answer to a list: some 100,000 instances.
	maxListBody = 64 << 20
	// maxBody bounds every other answer.
	maxBody = 1 << 20

	// writeGrace is how long a write that is under way may go on after its
	// context is cancelled: a POST of a few milliseconds that is cut off leaves
	// behind an instance that nobody remembers having made.
	writeGrace = 5 * time.Second

	// handshakeTimeout is net/http's own.
	handshakeTimeout = 10 * time.Second
)

var errTimeout = errors.New("request timeout")

// attempt sends a request once, reads its whole answer, and tells the log. Sent
// reports whether the server may have received it. The error is an [*Error], or
// wraps the context's.
func (c *client) attempt(ctx context.Context, r request) (a *answer, sent bool, err error) {
	start := time.Now()
	a, sent, err = c.roundTrip(ctx, r)
	if c.onRequest != nil {
		info := RequestInfo{Method: r.method, Path: below(c.base, r.path).Path, Duration: time.Since(start), Err: err}
		if a != nil {
			info.Status = a.status
		}
		c.onRequest(ctx, info)
	}
	return a, sent, err
}

func (c *client) roundTrip(caller context.Context, r request) (a *answer, sent bool, err error) {
	if caller.Err() != nil {
		return nil, false, c.interrupted(caller, r)
	}
	ctx, cancel := c.bound(caller, r.method)
	defer cancel()
	var progress progress
	req, err := c.newRequest(progress.watch(ctx), r)
	if err != nil {
		return nil, false, c.broken(r, KindConnection, err.Error())
	}
	// cancelled reports whether the caller's context ended the attempt, not its own time.
	cancelled := func() bool { return caller.Err() != nil && !errors.Is(context.Cause(ctx), errTimeout) }

	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		sent = progress.connected.Load()
		if cancelled() {
			return nil, sent, c.interrupted(caller, r)
		}
		kind, message := diagnose(ctx, err)
		if kind == KindTimeout && progress.shakingHands.Load() && !sent {
			// Jupyter without TLS waits in silence for the rest of what it takes for a
			// request.
			kind, message = KindNotTLS, ""
		}
		return nil, sent, c.broken(r, kind, message)
	}
	defer func() { _ = resp.Body.Close() }()
	if c.jar != nil {
		c.jar.SetCookies(req.URL, resp.Cookies())
	}
	body, fault := c.readWhole(ctx, resp, r)
	switch {
	case fault == nil:
		return &answer{request: r, url: below(c.base, r.path).String(), status: resp.StatusCode, header: resp.Header, body: body}, true, nil
	case cancelled():
		return nil, true, c.interrupted(caller, r)
	default:
		return nil, true, fault
	}
}

// bound limits the time of one attempt. A write may outlive the caller's context by
// the grace.
func (c *client) bound(caller context.Context, method string) (context.Context, context.CancelFunc) {
	if method == http.MethodGet {
		return context.WithTimeoutCause(caller, c.timeout, errTimeout)
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(caller), c.timeout, errTimeout)
	stop := context.AfterFunc(caller, func() {
		grace := time.AfterFunc(c.grace, cancel)
		context.AfterFunc(ctx, func() { grace.Stop() })
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// readWhole reads an answer, up to the size of what Elyra would send.
func (c *client) readWhole(ctx context.Context, resp *http.Response, r request) ([]byte, *Error) {
	limit := int64(maxBody)
	if r.method == http.MethodGet && r.path == collectionPath {
		limit = maxListBody
	}
	if resp.ContentLength > limit {
		return nil, c.broken(r, KindOversize, fmt.Sprintf("it announces %d bytes", resp.ContentLength))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, c.broken(r, KindOversize, fmt.Sprintf("more than %d bytes", limit))
	case err != nil && errors.Is(context.Cause(ctx), errTimeout):
		return nil, c.broken(r, KindTimeout, "the answer did not end within "+c.timeout.String())
	case err != nil:
		return nil, c.broken(r, KindTruncated, "")
	}
	return body, nil
}

// progress is how far an attempt came.
type progress struct {
	// connected is set once there is a connection for the request to go out on.
	connected atomic.Bool
	// shakingHands is set while TLS is not agreed upon.
	shakingHands atomic.Bool
}

func (p *progress) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { p.shakingHands.Store(true) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { p.shakingHands.Store(err != nil) },
		GotConn:           func(httptrace.GotConnInfo) { p.connected.Store(true) },
	})
}

// errRefused is Windows' WSAECONNREFUSED: package syscall's ECONNREFUSED on Windows is
// another number, which the network never returns.
const errRefused = syscall.Errno(10061)

// proxyError is a proxy's refusal to connect us.
type proxyError int

func (e proxyError) Error() string { return fmt.Sprintf("it answered with status %d", int(e)) }

func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyError(resp.StatusCode)
	}
	return nil
}

// diagnose names the fault of a request that got no answer. Only texts of known
// origin are taken over: others quote what the server sent.
func diagnose(ctx context.Context, err error) (Kind, string) {
	var (
		dns     *net.DNSError
		network *net.OpError
		timeout net.Error
		proxy   proxyError
	)
	if kind, message := diagnoseTLS(err); kind != KindUnexpected {
		return kind, message
	}
	operation := ""
	if errors.As(err, &network) {
		operation = network.Op
	}
	switch {
	case operation == "proxyconnect": // before what it failed of: that is the proxy's
		return KindProxy, "it cannot be reached"
	case errors.As(err, &proxy):
		return KindProxy, proxy.Error()
	case errors.As(err, &dns) && dns.IsNotFound:
		return KindDNS, dns.Error()
	case errors.Is(context.Cause(ctx), errTimeout), errors.As(err, &timeout) && timeout.Timeout():
		return KindTimeout, ""
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, errRefused):
		return KindConnectionRefused, ""
	case errors.As(err, &dns):
		return KindConnection, dns.Error()
	case operation == "dial":
		return KindConnection, network.Error()
	case operation != "", errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return KindConnection, "it was closed before an answer came"
	default:
		return KindConnection, "it broke, or what listens there does not speak HTTP"
	}
}

// diagnoseTLS is [diagnose] for what TLS fails of; KindUnexpected is none of it.
func diagnoseTLS(err error) (Kind, string) {
	var (
		network *net.OpError
		alert   tls.AlertError
		record  tls.RecordHeaderError
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &alert):
		if errors.As(err, &network) {
			err = network.Err
		}
		return KindTLS, err.Error()
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return KindNotTLS, ""
	case errors.As(err, &network) && (network.Op == "remote error" || network.Op == "local error"):
		return KindTLS, network.Error()
	default:
		return KindUnexpected, ""
	}
}
