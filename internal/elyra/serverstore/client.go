package serverstore

import (
	"bytes"
	"cmp"
	"context"
	crand "crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

const (
	minBackoff = 500 * time.Millisecond
	maxBackoff = 30 * time.Second

	// maxListBody bounds the answer to a list: some 100,000 instances.
	maxListBody = 64 << 20
	// maxBody bounds every other answer.
	maxBody = 1 << 20

	// writeGrace is how long a write may go on after its context is canceled. A
	// POST that is cut off leaves an instance that nobody remembers creating.
	writeGrace = 5 * time.Second

	// handshakeTimeout is net/http's own.
	handshakeTimeout = 10 * time.Second
	// probeTimeout bounds a TLS handshake that is a mere guess: Jupyter without TLS
	// waits in silence for the rest of what it takes for a request.
	probeTimeout = 2 * time.Second
)

// client sends requests about one kind of instances to a server.
type client struct {
	kind *elyra.Kind
	*server
}

// server is what all kinds share.
type server struct {
	Config
	base      *url.URL
	place     hubPlace
	headers   http.Header
	transport *http.Transport
	// xsrf is sent twice with every write, as a cookie and as a header, unless the
	// login gave us another. Jupyter compares the two and nothing else.
	xsrf    string
	session *session // nil without a password
	breaker breaker
	// speaksTLS is [client.probeTLS], called once.
	speaksTLS func() bool
}

// request is what to ask.
type request struct {
	method string
	// path is below the base URL. It needs no escaping.
	path string
	// name is the instance's, if the request is about one.
	name string
	body []byte
	// form marks a body that is a form, not JSON.
	form bool
	// accept reads an answer, and reports whether it's what was asked for.
	accept func(*exchange) bool
}

// exchange is one attempt of a request and what came of it.
type exchange struct {
	request
	client *client
	// status is 0 if no whole answer came; err then says why.
	status int
	header http.Header
	body   []byte
	err    error
	// sent reports whether the server may have received the request.
	sent bool
	// kind is what the first matching rule says; nil if the answer is accepted.
	kind *kind
	// message is what Elyra says, if the answer has the shape of Elyra's errors.
	// (Elyra's elyra/util/http.py)
	message string
	byElyra bool
	// instance is the one in the answer, and schema its schema.
	instance elyra.Instance
	schema   string
	// api is what the server answers to GET /api, which Jupyter doesn't protect.
	api func() *exchange
}

func newClient(kind *elyra.Kind, cfg Config, base *url.URL, headers http.Header, tlsConfig *tls.Config) *client {
	c := &client{kind: kind, server: &server{
		Config: cfg, base: base, place: placeOnHub(base), headers: headers, xsrf: crand.Text(),
		transport: &http.Transport{
			Proxy:                  cfg.proxy,
			OnProxyConnectResponse: checkProxy,
			DialContext:            (&net.Dialer{Timeout: cfg.RequestTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        tlsConfig,
			TLSHandshakeTimeout:    min(handshakeTimeout, cfg.RequestTimeout),
			MaxIdleConnsPerHost:    32, // Terraform works on 10 resources at once, or on as many as it is told
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: maxBody,
			// HTTP/2 would send all retries down one connection, even after a load
			// balancer has forgotten it.
			Protocols: new(http.Protocols),
		},
	}}
	c.transport.Protocols.SetHTTP1(true)
	c.speaksTLS = sync.OnceValue(c.probeTLS)
	if cfg.Password != "" {
		c.session = &session{cookies: map[string]string{}}
	}
	return c
}

// read sends a request until its answer is accepted or another attempt is no use.
func (c *client) read(ctx context.Context, r request) *exchange {
	for attempt := 0; ; attempt++ {
		if x := c.attempt(ctx, r); x.kind == nil || !c.again(ctx, x, attempt) {
			return x
		}
	}
}

// probeTLS reports whether there is TLS at an http endpoint that is reached without a
// proxy. Whatever was sent there as plain HTTP wasn't understood.
func (c *client) probeTLS() bool {
	if proxy, err := c.transport.Proxy(&http.Request{URL: c.base}); c.base.Scheme != "http" || proxy != nil || err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	config := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // nothing is sent
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", net.JoinHostPort(c.base.Hostname(), cmp.Or(c.base.Port(), "80")))
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// again waits until a request may be repeated, and reports whether it may be.
func (c *client) again(ctx context.Context, x *exchange, attempt int) bool {
	if !x.kind.is(transient) {
		return false
	}
	retries := c.MaxRetries
	if c.breaker.tripped() {
		retries = 0
	}
	wait, asked := x.retryAfter()
	if attempt >= retries {
		c.breaker.trip(x.fault())
	}
	if attempt >= retries || wait > c.RequestTimeout {
		return false
	}
	if !asked {
		wait = c.backoff(attempt)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		x.kind, x.err = interrupted, ctx.Err()
		return false
	}
}

// attempt sends a request once, logged in if there is a password. If the login
// has ended, it logs in again, once.
func (c *client) attempt(ctx context.Context, r request) *exchange {
	for again := false; ; again = true {
		var current *login
		if c.session != nil && r.path != loginPath {
			var failed *exchange
			if current, failed = c.login(ctx); failed != nil {
				return failed
			}
		}
		x := c.roundTrip(ctx, r)
		if x.kind == nil || !x.kind.is(transient) && x.kind != interrupted {
			c.breaker.reset()
		}
		if current == nil || again || x.kind != passwordRefused {
			return x
		}
		c.session.expire(current)
	}
}

// roundTrip sends a request once, reads its whole answer, classifies it, and logs it.
func (c *client) roundTrip(caller context.Context, r request) *exchange {
	x := &exchange{request: r, client: c}
	if x.err = caller.Err(); x.err != nil {
		x.kind = interrupted
		return x
	}
	x.api = sync.OnceValue(func() *exchange {
		return c.roundTrip(caller, request{method: http.MethodGet, path: "/api", accept: func(*exchange) bool { return true }})
	})
	start := time.Now()
	ctx, cancel := c.bound(caller, r.method)
	defer cancel()
	x.exchange(ctx)
	switch {
	case x.err == nil, errors.Is(x.err, errHandshake):
	case errors.Is(context.Cause(ctx), errTimeout):
		x.err = errTimeout
		// Whatever made this connection silent, such as a load balancer that forgot
		// it, may have hit the idle ones, too.
		c.transport.CloseIdleConnections()
	case caller.Err() != nil:
		x.err = caller.Err()
	}
	took := time.Since(start)
	x.kind = classify(x)
	if c.OnRequest != nil {
		info := RequestInfo{Method: r.method, Path: x.url().Path, Status: x.status, Duration: took}
		if x.err != nil {
			info.Err = x.fault()
		}
		c.OnRequest(caller, info)
	}
	return x
}

// bound limits the time of one attempt. A write may outlive the caller's context by
// the grace.
func (c *client) bound(caller context.Context, method string) (context.Context, context.CancelFunc) {
	if method == http.MethodGet {
		return context.WithTimeoutCause(caller, c.RequestTimeout, errTimeout)
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(caller), c.RequestTimeout, errTimeout)
	stop := context.AfterFunc(caller, func() {
		grace := time.AfterFunc(c.grace, cancel)
		context.AfterFunc(ctx, func() { grace.Stop() })
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// exchange sends the request and reads the answer.
func (x *exchange) exchange(ctx context.Context) {
	var connected, handshaking atomic.Bool
	req, err := x.client.newRequest(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { handshaking.Store(true) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { handshaking.Store(err != nil) },
		GotConn:           func(httptrace.GotConnInfo) { connected.Store(true) },
	}), x.request)
	if err != nil {
		x.err = err
		return
	}
	resp, err := x.client.transport.RoundTrip(req)
	x.sent = connected.Load()
	if err != nil {
		x.err = err
		if handshaking.Load() && !x.sent && isTimeout(err) {
			x.err = errHandshake
		}
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if x.client.session != nil {
		x.client.session.keep(resp.Cookies())
	}
	limit := int64(maxBody)
	if x.method == http.MethodGet && x.path == x.client.collection() {
		limit = maxListBody
	}
	if resp.ContentLength > limit {
		x.err = errOversize
		return
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case int64(len(body)) > limit:
		x.err = errOversize
	case err != nil:
		x.err = fmt.Errorf("%w: %w", errTruncated, err)
	default:
		x.status, x.header, x.body = resp.StatusCode, resp.Header, body
		var said struct{ Reason, Message, Timestamp *string }
		if x.isJSON() && json.Unmarshal(body, &said) == nil && said.Reason != nil && said.Message != nil && said.Timestamp != nil {
			x.byElyra, x.message = true, *said.Message
		}
	}
}

func (x *exchange) url() *url.URL { return below(x.client.base, x.path) }

func (x *exchange) media() string {
	media, _, _ := mime.ParseMediaType(x.header.Get("Content-Type"))
	return media
}

func (x *exchange) isJSON() bool { return x.media() == "application/json" }

// inDoubt reports whether the request may have been carried out although its
// answer doesn't say so. Only Elyra's own word settles that, but not its 500, nor a
// creation that it refuses: some leave a file.
func (x *exchange) inDoubt() bool {
	said := x.byElyra && x.status < http.StatusInternalServerError && (x.kind != refused || x.method != http.MethodPost)
	return x.sent && !x.kind.is(unsent) && !said
}

// retryAfter reads how long an answer asks to be left alone: a number of seconds
// or a date (RFC 9110, section 10.2.3).
func (x *exchange) retryAfter() (wait time.Duration, asked bool) {
	if x.status != http.StatusTooManyRequests && x.status != http.StatusServiceUnavailable {
		return 0, false
	}
	header := x.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(header)
	return max(0, time.Until(date)), err == nil
}

// exponential doubles from minBackoff and takes off up to a half, so that clients
// that failed together don't come back together.
func exponential(attempt int) time.Duration {
	wait := maxBackoff
	if attempt < 10 {
		wait = min(wait, minBackoff<<attempt)
	}
	return wait - rand.N(wait/2)
}

// newRequest builds the HTTP request of one attempt.
func (c *client) newRequest(ctx context.Context, r request) (*http.Request, error) {
	target := below(c.base, r.path)
	if r.method == http.MethodGet {
		target.RawQuery = "no_track_activity=1"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header = c.headers.Clone()
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	req.Header.Set("Accept", "application/json")
	switch {
	case r.form:
		req.Header.Set("Accept", "*/*")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case r.body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "token "+c.Token)
	}
	cookies := c.cookies(r.method)
	for name, value := range cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value}) //nolint:gosec // a request's cookie has no attributes
	}
	if r.method != http.MethodGet {
		req.Header.Set("X-Xsrftoken", cookies[xsrfCookie])
	}
	return req, nil
}

// cookies returns what a request carries, the value that writes repeat included.
func (c *client) cookies(method string) map[string]string {
	cookies := map[string]string{}
	if method != http.MethodGet {
		cookies[xsrfCookie] = c.xsrf
	}
	if c.session != nil {
		c.session.addTo(cookies)
	}
	return cookies
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
