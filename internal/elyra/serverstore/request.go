package serverstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/http/cookiejar"
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

	// probeTimeout bounds a TLS handshake that is a mere guess: Jupyter without TLS
	// waits in silence for the rest of what it takes for a request.
	probeTimeout = 2 * time.Second
)

// server is what the stores of all kinds on one server share.
type server struct {
	cfg       Config
	base      *url.URL
	place     hubPlace
	headers   http.Header
	transport *http.Transport
	jar       *cookiejar.Jar
	login     atomic.Pointer[login] // if there is a password
	breaker   breaker
	// speaksTLS is [server.probeTLS], called once.
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
	store *Store
	// status is 0 if no whole answer came; err then says why.
	status int
	header http.Header
	body   []byte
	err    error
	ended  time.Time
	// sent reports whether the server may have received the request.
	sent bool
	// kind is the first that matches; nil if the answer is accepted.
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

// read sends a request until its answer is accepted or another attempt is no use.
func (s *Store) read(ctx context.Context, r request) *exchange {
	for attempt := 0; ; attempt++ {
		if x := s.attempt(ctx, r); x.kind == nil || !s.again(ctx, x, attempt) {
			return x
		}
	}
}

// again waits until a request may be repeated, and reports whether it may be.
func (s *Store) again(ctx context.Context, x *exchange, attempt int) bool {
	if !x.kind.is(transient) {
		return false
	}
	wait, asked := x.retryAfter()
	switch {
	case attempt >= s.cfg.MaxRetries || s.breaker.Load() != nil:
		s.breaker.Store(x)
		return false
	case asked && wait > s.cfg.RequestTimeout:
		return false
	case !asked:
		wait = s.cfg.backoff(attempt)
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		x.kind, x.err = interrupted, ctx.Err()
		return false
	}
}

// openTime is how long the breaker stays open after a request has used up its
// retries, so that a run over many resources doesn't wait for each of them.
const openTime = 5 * time.Second

// breaker is a circuit breaker. It holds the last exchange that used up its retries, and
// nothing once the server has responded without a transient fault. Until then,
// requests are tried once each.
type breaker struct{ atomic.Pointer[exchange] }

// open returns the error of a request that isn't worth sending now. A write is
// sent unless the server hangs: if faults come fast, it costs little to try.
func (b *breaker) open(write bool) error {
	last := b.Load()
	switch {
	case last == nil || time.Since(last.ended) >= openTime:
		return nil
	case !write:
		return &Error{last}
	case last.kind == timedOut || last.status == http.StatusGatewayTimeout:
		return fmt.Errorf("the request wasn't sent, because the server didn't respond to another one: %w", &Error{last})
	default:
		return nil
	}
}

// attempt sends a request once, logged in if there is a password. If the login
// has ended, it logs in again, once.
func (s *Store) attempt(ctx context.Context, r request) *exchange {
	for again := false; ; again = true {
		var current *login
		if s.cfg.Password != "" && r.path != loginPath {
			var failed *exchange
			if current, failed = s.ensureLogin(ctx); failed != nil {
				return failed
			}
		}
		x := s.roundTrip(ctx, r)
		if x.kind == nil || !x.kind.is(transient) && x.kind != interrupted {
			s.breaker.Store(nil)
		}
		if current == nil || again || x.kind != passwordRefused {
			return x
		}
		s.expire(current)
	}
}

// roundTrip sends a request once, reads its whole answer, classifies it, and logs it.
func (s *Store) roundTrip(caller context.Context, r request) *exchange {
	x := &exchange{request: r, store: s}
	if x.err = caller.Err(); x.err != nil {
		x.kind = interrupted
		return x
	}
	x.api = sync.OnceValue(func() *exchange {
		return s.roundTrip(caller, request{method: http.MethodGet, path: "/api", accept: func(*exchange) bool { return true }})
	})
	start := time.Now()
	ctx, cancel := s.bound(caller, r.method)
	defer cancel()
	x.send(ctx)
	switch {
	case x.err == nil, errors.Is(x.err, errHandshake):
	case errors.Is(context.Cause(ctx), errTimeout):
		x.err = errTimeout
		// Whatever made this connection silent, such as a load balancer that forgot
		// it, may have hit the idle ones, too.
		s.transport.CloseIdleConnections()
	case caller.Err() != nil:
		x.err = caller.Err()
	}
	x.ended = time.Now()
	x.kind = classify(x)
	if s.cfg.OnRequest != nil {
		info := RequestInfo{Method: r.method, Path: s.url(r.path).Path, Status: x.status, Duration: x.ended.Sub(start)}
		if x.err != nil {
			info.Err = &Error{x}
		}
		s.cfg.OnRequest(caller, info)
	}
	return x
}

// bound limits the time of one attempt. A write may outlive the caller's context by
// the grace.
func (s *Store) bound(caller context.Context, method string) (context.Context, context.CancelFunc) {
	if method == http.MethodGet {
		return context.WithTimeoutCause(caller, s.cfg.RequestTimeout, errTimeout)
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(caller), s.cfg.RequestTimeout, errTimeout)
	stop := context.AfterFunc(caller, func() {
		select {
		case <-time.After(s.cfg.grace):
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// send sends the request and reads the answer.
func (x *exchange) send(ctx context.Context) {
	var connected, handshaking atomic.Bool
	req, err := x.store.newRequest(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { handshaking.Store(true) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { handshaking.Store(err != nil) },
		GotConn:           func(httptrace.GotConnInfo) { connected.Store(true) },
	}), x.request)
	if err != nil {
		x.err = err
		return
	}
	resp, err := x.store.transport.RoundTrip(req)
	x.sent = connected.Load()
	if err != nil {
		x.err = err
		if handshaking.Load() && !x.sent && isTimeout(err) {
			x.err = errHandshake
		}
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if x.store.cfg.Password != "" {
		x.store.keepCookies(resp.Cookies())
	}
	limit := int64(maxBody)
	if x.method == http.MethodGet && x.path == x.store.collection() {
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
	wait := min(maxBackoff, minBackoff<<min(attempt, 10))
	return wait - rand.N(wait/2)
}

// newRequest builds the HTTP request of one attempt.
func (s *server) newRequest(ctx context.Context, r request) (*http.Request, error) {
	target := s.url(r.path)
	if r.method == http.MethodGet {
		target.RawQuery = "no_track_activity=1"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header = s.headers.Clone()
	switch {
	case r.form:
		req.Header.Set("Accept", "*/*")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case r.body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	for _, cookie := range s.jar.Cookies(jarURL) {
		req.AddCookie(cookie)
	}
	req.Header.Set("X-Xsrftoken", s.xsrf())
	return req, nil
}

// url returns the URL of a path on the server. The path needs no escaping.
func (s *server) url(path string) *url.URL {
	u := *s.base
	u.Path += path
	if u.RawPath != "" {
		u.RawPath += path
	}
	return &u
}

// probeTLS reports whether there is TLS at an http endpoint that is reached without a
// proxy. Whatever was sent there as plain HTTP wasn't understood.
func (s *server) probeTLS() bool {
	if proxy, err := s.transport.Proxy(&http.Request{URL: s.base}); s.base.Scheme != "http" || proxy != nil || err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	config := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // nothing is sent
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", net.JoinHostPort(s.base.Hostname(), cmp.Or(s.base.Port(), "80")))
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
