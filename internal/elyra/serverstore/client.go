package serverstore

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-retryablehttp"
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

	minBackoff = 500 * time.Millisecond
	maxBackoff = 30 * time.Second
)

// client speaks HTTP with one server.
type client struct {
	base      *url.URL
	http      *http.Client
	transport *transport
	headers   http.Header
	userAgent string
	token     string
	xsrf      string   // of a server without authentication
	session   *session // of a server with a password
	secrets   []string

	maxRetries int
	timeout    time.Duration
	backoff    func(attempt int) time.Duration
	// failing tells that a request used up its retries and none was answered
	// since.
	failing atomic.Bool
}

// answer is a whole HTTP response.
type answer struct {
	method string
	url    string
	// instance is the name that was asked for, if it was one.
	instance string
	status   int
	header   http.Header
	body     []byte
}

// request is what to ask.
type request struct {
	method string
	// path below the base URL; it needs no escaping.
	path string
	// instance is the name that this is about, if it is one.
	instance string
	body     []byte
	// form tells that the body is one, not JSON.
	form bool
}

func newClient(cfg Config, base *url.URL, headers http.Header, tlsConfig *tls.Config) *client {
	c := &client{
		base: base, headers: headers, userAgent: cfg.UserAgent, token: cfg.Token,
		maxRetries: cfg.MaxRetries, timeout: cfg.RequestTimeout, backoff: cfg.backoff,
	}
	for _, secret := range append([]string{cfg.Token, cfg.Password}, headerValues(headers)...) {
		// Shorter ones would only riddle messages.
		if len(secret) >= 4 {
			c.secrets = append(c.secrets, secret)
		}
	}
	c.transport = &transport{
		timeout: cfg.RequestTimeout, grace: cfg.grace, list: below(base, collectionPath).Path, onRequest: cfg.OnRequest,
		inner: &http.Transport{
			Proxy:                  cfg.proxy,
			OnProxyConnectResponse: checkProxy,
			DialContext:            (&net.Dialer{Timeout: cfg.RequestTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        tlsConfig,
			TLSHandshakeTimeout:    min(handshakeTimeout, cfg.RequestTimeout),
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    32, // Terraform works on 10 resources at once, or on as many as it is told
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: maxBody,
		},
	}
	c.http = &http.Client{
		Transport:     c.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	switch {
	case cfg.Password != "":
		// New without options does not fail.
		jar, _ := cookiejar.New(nil)
		c.http.Jar = jar
		c.session = newSession(cfg.Password)
	case cfg.Token == "":
		c.xsrf = newXSRF()
	}
	return c
}

func headerValues(h http.Header) []string {
	var values []string
	for _, v := range h {
		values = append(values, v...)
	}
	return values
}

// do asks, and asks again where that may help. It returns an answer of status
// 2xx or an error: an [*Error], or one that wraps the context's. Lost tells that
// an attempt may have been carried out although its answer did not say so.
func (c *client) do(ctx context.Context, r request) (a *answer, lost bool, err error) {
	for again := false; ; again = true {
		var login int
		if c.session != nil {
			if login, err = c.login(ctx); err != nil {
				return nil, false, err
			}
		}
		a, lost, err = c.exchange(ctx, r)
		if err != nil {
			return nil, lost, err
		}
		if a.status >= 200 && a.status < 300 {
			return a, lost, nil
		}
		fault := c.fault(a)
		if c.session != nil && fault.Kind == KindPassword && !again {
			c.session.expire(login)
			continue
		}
		if fault.Kind == KindWrongURL {
			c.probe(ctx, fault)
		}
		return a, lost, fault
	}
}

// exchange asks until there is an answer that is worth looking at.
func (c *client) exchange(ctx context.Context, r request) (*answer, bool, error) {
	target := below(c.base, r.path)
	shown := target.String()
	if r.method == http.MethodGet {
		target.RawQuery = "no_track_activity=1"
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, target.String(), nil)
	if err != nil {
		return nil, false, fmt.Errorf("%s %s: %w", r.method, shown, err)
	}
	if r.body != nil {
		if err := req.SetBody(r.body); err != nil {
			return nil, false, fmt.Errorf("%s %s: %w", r.method, shown, err)
		}
	}
	c.dress(req.Request, r)

	t := &tries{client: c, request: r, max: c.maxRetries}
	if c.failing.Load() {
		t.max = 0
	}
	retrying := &retryablehttp.Client{
		HTTPClient:   c.http,
		RetryMax:     t.max,
		CheckRetry:   t.again,
		Backoff:      t.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		// The standard client adds the cookies of its jar on every attempt.
		PrepareRetry: func(req *http.Request) error { c.dress(req, r); return nil },
	}
	resp, err := retrying.Do(req) //nolint:bodyclose // the transport has read and closed it
	switch {
	case ctx.Err() != nil && (err != nil || t.passing):
		return nil, t.lost, fmt.Errorf("%s %s: %w", r.method, shown, ctx.Err())
	case !t.passing:
		c.failing.Store(false)
	case t.max > 0 && t.made > t.max:
		c.failing.Store(true)
	}
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Kind: KindConnection, Method: r.method, URL: shown}
		}
		return nil, t.lost, e
	}
	// The transport has read the body; this cannot fail.
	body, _ := io.ReadAll(resp.Body)
	return &answer{
		method: r.method, url: shown, instance: r.instance,
		status: resp.StatusCode, header: resp.Header, body: body,
	}, t.lost, nil
}

// below returns the URL of a path below a base URL. The path needs no escaping.
func below(base *url.URL, path string) *url.URL {
	u := *base
	u.Path += path
	if u.RawPath != "" {
		u.RawPath += path
	}
	return &u
}

// dress gives a request its headers.
func (c *client) dress(req *http.Request, r request) {
	req.Header = c.headers.Clone()
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "application/json")
	if r.form {
		req.Header.Set("Accept", "*/*")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	switch write := r.method != http.MethodGet; {
	case c.token != "":
		req.Header.Set("Authorization", "token "+c.token)
	case write && c.session != nil:
		req.Header.Set("X-Xsrftoken", c.cookie("_xsrf"))
	case write:
		req.AddCookie(&http.Cookie{Name: "_xsrf", Value: c.xsrf})
		req.Header.Set("X-Xsrftoken", c.xsrf)
	}
}

func (c *client) cookie(name string) string {
	for _, cookie := range c.http.Jar.Cookies(below(c.base, "/login")) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// probe tells a Jupyter Server without Elyra from an address where there is
// none: every Jupyter Server says its version at /api, to anybody.
func (c *client) probe(ctx context.Context, fault *Error) {
	api, _, err := c.exchange(ctx, request{method: http.MethodGet, path: "/api"})
	if err == nil && api.status == http.StatusOK && api.isJSON() && bytes.Contains(api.body, []byte(`"version"`)) {
		fault.Kind = KindNoElyra
	}
}

// tries follows one request through its attempts.
type tries struct {
	client  *client
	request request
	max     int
	made    int
	// lost tells that an attempt may have been carried out although its answer
	// does not say so.
	lost bool
	// passing tells that the last attempt met a fault that may pass.
	passing bool
}

// again is the retry policy. Unlike the library's own it never repeats a 500,
// nor a POST that may have been carried out.
func (t *tries) again(ctx context.Context, resp *http.Response, err error) (bool, error) {
	t.made++
	t.passing = false
	var sent bool
	if err != nil {
		var e *Error
		var d *delivery
		sent = errors.As(err, &d) && d.sent
		if errors.As(err, &e) {
			t.passing = e.Kind.passing()
			// A server that refuses our certificate says so where the answer would be.
			sent = sent && e.Kind != KindTLS
		}
	} else {
		kind := t.client.fault(&answer{status: resp.StatusCode, header: resp.Header}).Kind
		t.passing = kind.passing()
		// What stands in front may have passed the request on before it gave up. It
		// has not where it counts requests.
		sent = kind == KindUnavailable
		if wait, ok := retryAfter(resp.StatusCode, resp.Header); ok && wait > t.client.timeout {
			return false, nil
		}
	}
	t.lost = t.lost || sent
	if !t.passing || sent && t.request.method == http.MethodPost {
		return false, nil
	}
	return ctx.Err() == nil, nil
}

func (t *tries) backoff(_, _ time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if wait, ok := retryAfter(resp.StatusCode, resp.Header); ok {
			return wait
		}
	}
	return t.client.backoff(attempt)
}

// retryAfter reads how long a server wants to be left alone.
func retryAfter(status int, header http.Header) (time.Duration, bool) {
	if header.Get("Retry-After") == "" {
		return 0, false
	}
	// The library reads both forms of the header, for 429 and 503, and falls back
	// on the bounds it is given, which -1 gives away.
	wait := retryablehttp.DefaultBackoff(-1, -1, 0, &http.Response{StatusCode: status, Header: header})
	return wait, wait >= 0
}

// exponential doubles from minBackoff and takes off up to a half, so that
// clients which failed together do not come back together.
func exponential(attempt int) time.Duration {
	wait := maxBackoff
	if attempt < 10 {
		wait = min(wait, minBackoff<<attempt)
	}
	return wait - rand.N(wait/2)
}

// wait sleeps as before the given attempt, or until the context is done.
func (c *client) wait(ctx context.Context, attempt int) error {
	timer := time.NewTimer(c.backoff(attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// transport makes one attempt: it bounds its time and its answer, reads that
// whole, names what went wrong, and tells the log.
type transport struct {
	inner     *http.Transport
	timeout   time.Duration
	grace     time.Duration
	list      string // path whose answer may be large
	onRequest func(context.Context, RequestInfo)
}

// delivery tells what is known of a request that got no answer.
type delivery struct {
	// sent tells that the server may have received it.
	sent bool
	err  error // an [*Error], or the context's
}

func (d *delivery) Error() string { return d.err.Error() }
func (d *delivery) Unwrap() error { return d.err }

var errTimeout = errors.New("request timeout")

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := t.roundTrip(req)
	if t.onRequest != nil {
		info := RequestInfo{Method: req.Method, Path: req.URL.Path, Duration: time.Since(start), Err: err}
		if resp != nil {
			info.Status = resp.StatusCode
		}
		t.onRequest(req.Context(), info)
	}
	return resp, err
}

func (t *transport) roundTrip(req *http.Request) (*http.Response, error) {
	caller := req.Context()
	if err := caller.Err(); err != nil {
		return nil, err
	}
	parent := caller
	if req.Method != http.MethodGet {
		parent = context.WithoutCancel(caller)
	}
	ctx, cancel := context.WithTimeoutCause(parent, t.timeout, errTimeout)
	defer cancel()
	if req.Method != http.MethodGet {
		stop := context.AfterFunc(caller, func() {
			grace := time.AfterFunc(t.grace, cancel)
			context.AfterFunc(ctx, func() { grace.Stop() })
		})
		defer stop()
	}
	var sent, shakingHands atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { shakingHands.Store(true) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { shakingHands.Store(err != nil) },
		GotConn:           func(httptrace.GotConnInfo) { sent.Store(true) },
	})

	fail := func(kind Kind, message string) error {
		return &delivery{sent: sent.Load(), err: &Error{Kind: kind, Method: req.Method, URL: withoutQuery(req.URL), Message: message}}
	}
	// cancelled tells that the caller's context ended the attempt, not its own time.
	cancelled := func() bool { return caller.Err() != nil && !errors.Is(context.Cause(ctx), errTimeout) }
	resp, err := t.inner.RoundTrip(req.WithContext(ctx))
	if err != nil {
		if cancelled() {
			return nil, &delivery{sent: sent.Load(), err: caller.Err()}
		}
		kind, message := diagnose(ctx, err)
		if kind == KindTimeout && shakingHands.Load() && !sent.Load() {
			// Jupyter without TLS waits in silence for the rest of what it takes for a
			// request.
			kind, message = KindTLS, notTLS
		}
		return nil, fail(kind, message)
	}
	defer func() { _ = resp.Body.Close() }()
	limit := int64(maxBody)
	if req.Method == http.MethodGet && req.URL.Path == t.list {
		limit = maxListBody
	}
	if resp.ContentLength > limit {
		return nil, fail(KindOversize, fmt.Sprintf("it announces %d bytes", resp.ContentLength))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, fail(KindOversize, fmt.Sprintf("more than %d bytes", limit))
	case err != nil && cancelled():
		return nil, &delivery{sent: true, err: caller.Err()}
	case err != nil && errors.Is(context.Cause(ctx), errTimeout):
		return nil, fail(KindTimeout, "the answer did not end within "+t.timeout.String())
	case err != nil:
		return nil, fail(KindTruncated, "")
	}
	whole := *resp
	whole.Body = io.NopCloser(bytes.NewReader(body))
	// The standard client quotes a Location that it cannot read.
	if _, err := url.Parse(resp.Header.Get("Location")); err != nil {
		whole.Header = resp.Header.Clone()
		whole.Header.Del("Location")
	}
	return &whole, nil
}

// errRefused is Windows' WSAECONNREFUSED: package syscall's ECONNREFUSED on Windows is
// another number, which the network never returns.
const errRefused = syscall.Errno(10061)

// proxyError is a proxy's refusal to connect us.
type proxyError int

func (e proxyError) Error() string { return fmt.Sprintf("the proxy answered with status %d", int(e)) }

func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyError(resp.StatusCode)
	}
	return nil
}

const notTLS = "what listens there does not speak TLS; perhaps the endpoint begins with http://"

// diagnose names the fault of a request that got no answer. Only texts of known
// origin are taken over: others quote what the server sent.
func diagnose(ctx context.Context, err error) (Kind, string) {
	var (
		dns     *net.DNSError
		network *net.OpError
		timeout net.Error
		alert   tls.AlertError
		proxy   proxyError
		record  tls.RecordHeaderError
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &alert):
		return KindTLS, innermost(err)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return KindTLS, notTLS
	case errors.As(err, &network) && (network.Op == "remote error" || network.Op == "local error"):
		return KindTLS, network.Error()
	case errors.As(err, &network) && network.Op == "proxyconnect": // before what it failed of: that is the proxy's
		return KindConnection, "the proxy cannot be reached"
	case errors.As(err, &dns) && dns.IsNotFound:
		return KindDNS, dns.Error()
	case errors.Is(context.Cause(ctx), errTimeout), errors.As(err, &timeout) && timeout.Timeout():
		return KindTimeout, ""
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, errRefused):
		return KindRefused, ""
	case errors.As(err, &dns):
		return KindConnection, dns.Error()
	case errors.As(err, &proxy):
		return KindConnection, proxy.Error()
	case errors.As(err, &network) && network.Op == "dial":
		return KindConnection, network.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return KindConnection, "it was closed before an answer came"
	default:
		return KindConnection, "it broke, or what listens there does not speak HTTP"
	}
}

func innermost(err error) string {
	var network *net.OpError
	if errors.As(err, &network) {
		return network.Err.Error()
	}
	return err.Error()
}

func withoutQuery(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}
