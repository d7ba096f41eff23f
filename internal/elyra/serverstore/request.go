package serverstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

const (
	// maxListBody bounds the answer to a list: some 100,000 instances.
	maxListBody = 64 << 20
	// maxBody bounds every other answer.
	maxBody = 1 << 20

	// openTime is how long the circuit breaker stays open, so that a run over many
	// resources doesn't wait for each of them.
	openTime = 5 * time.Second

	// Writes repeat the value of this cookie in this header. Jupyter compares the two
	// and nothing else.
	xsrfCookie = "_xsrf"
	xsrfHeader = "X-Xsrftoken"
)

// server is what the stores of all kinds on one server share.
type server struct {
	cfg       Config
	base      *url.URL
	headers   http.Header
	xsrf      string
	transport *http.Transport
	login     atomic.Pointer[login] // if there is a password
	breaker   atomic.Pointer[exchange]
}

// request is what to ask.
type request struct {
	method string
	// path is below the base URL. It needs no escaping.
	path string
	// name is the instance's, if the request is about one.
	name string
	body []byte
	// isLogin marks the request that logs in. Its body is a form, not JSON.
	isLogin bool
	// cookies are what the login set.
	cookies []*http.Cookie
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
	// inHandshake reports whether the connection didn't get beyond a TLS handshake.
	inHandshake bool
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

// retryAfter returns how long an answer asks to be left alone.
func (x *exchange) retryAfter() (wait time.Duration, asked bool) {
	if x.status != http.StatusTooManyRequests && x.status != http.StatusServiceUnavailable {
		return 0, false
	}
	return netutil.RetryAfter(x.header)
}

// exponential doubles from half a second to half a minute, and takes off up to a half,
// so that clients that failed together don't come back together.
func exponential(attempt int) time.Duration {
	wait := min(30*time.Second, 500*time.Millisecond<<min(attempt, 10))
	return wait - rand.N(wait/2)
}

// isOpen returns the error of a request that isn't worth sending now. The circuit
// breaker holds the last exchange that used up its retries, and nothing once the
// server has responded without a transient fault. Until then, requests are tried
// once each.
func (s *server) isOpen() error {
	last := s.breaker.Load()
	if last == nil || time.Since(last.ended) >= openTime {
		return nil
	}
	return fmt.Errorf("the request wasn't sent, because another one just failed: %w", &Error{last})
}

// login is shared by all requests that need it. Its value is the exchange that
// logged in, or failed to.
type login = singleflight.Value[*exchange]

// attempt sends a request once, logged in if there is a password. If the login
// has ended, it logs in again, once.
func (s *Store) attempt(ctx context.Context, r request) *exchange {
	if s.cfg.Password == "" || r.isLogin {
		return s.roundTrip(ctx, r)
	}
	for again := false; ; again = true {
		current := s.login.Load()
		login, err := current.Get(ctx, func(ctx context.Context) (*exchange, error) { return s.logIn(ctx), nil })
		switch {
		case err != nil: // the context's
			return &exchange{request: r, store: s, err: err, kind: interrupted}
		case login.kind != nil:
			s.expire(current)
			failed := *login
			failed.sent = false // what was to be sent
			return &failed
		}
		r.cookies = (&http.Response{Header: login.header}).Cookies()
		x := s.roundTrip(ctx, r)
		if again || x.kind != passwordRefused {
			return x
		}
		s.expire(current)
	}
}

// expire ends a login, unless a newer one has taken its place.
func (s *server) expire(old *login) { s.login.CompareAndSwap(old, new(login)) }

// logIn sends the password. A server without authentication has no page for that,
// or redirects to its start page.
func (s *Store) logIn(ctx context.Context) *exchange {
	form := url.Values{"password": {s.cfg.Password}}
	return s.read(ctx, request{method: http.MethodPost, path: "/login", isLogin: true, body: []byte(form.Encode()), accept: func(x *exchange) bool {
		target := x.target()
		isIn := x.status == http.StatusFound && target != nil && target.Host == s.base.Host && !leadsToLogin(x) && !leadsTo("/hub/")(x)
		return isIn || x.status == http.StatusNotFound
	}})
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
	ctx, cancel := s.bound(caller, r.method)
	defer cancel()
	start := time.Now()
	x.send(ctx)
	switch {
	case x.err == nil:
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
	if x.kind == nil || !x.kind.is(transient) && x.kind != interrupted {
		s.breaker.Store(nil)
	}
	if s.cfg.OnRequest != nil {
		info := RequestInfo{Method: r.method, Path: x.url().Path, Status: x.status, Duration: x.ended.Sub(start)}
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
	stop := context.AfterFunc(caller, func() { time.AfterFunc(s.cfg.grace, cancel) })
	return ctx, func() {
		stop()
		cancel()
	}
}

// send sends the request and reads the answer.
func (x *exchange) send(ctx context.Context) {
	var handshaking, connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { handshaking.Store(true) },
		GotConn:           func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := http.NewRequestWithContext(ctx, x.method, x.url().String(), bytes.NewReader(x.request.body))
	if err != nil {
		x.err = err
		return
	}
	if x.method == http.MethodGet {
		req.URL.RawQuery = "no_track_activity=1"
	}
	req.Header = x.store.headers.Clone()
	switch {
	case x.isLogin:
		req.Header.Set("Accept", "*/*")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case x.request.body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	// Whatever path they're for: a proxy that rewrites paths passes on the inner one.
	for _, cookie := range x.cookies {
		if cookie.Name != xsrfCookie {
			req.AddCookie(cookie)
		}
	}
	req.AddCookie(&http.Cookie{Name: xsrfCookie, Value: x.store.xsrf})
	req.Header.Set(xsrfHeader, x.store.xsrf)

	resp, err := x.store.transport.RoundTrip(req)
	x.sent = connected.Load()
	x.inHandshake = handshaking.Load() && !x.sent
	if err != nil {
		x.err = err
		return
	}
	defer func() { _ = resp.Body.Close() }()
	limit := int64(maxBody)
	if x.method == http.MethodGet && x.path == x.store.collection() {
		limit = x.store.cfg.maxList
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case int64(len(body)) > limit:
		x.err = errOversize
	case err != nil:
		x.err = err
	default:
		x.status, x.header, x.body = resp.StatusCode, resp.Header, body
		var said struct{ Reason, Message, Timestamp *string }
		if x.isJSON() && json.Unmarshal(body, &said) == nil && said.Reason != nil && said.Message != nil && said.Timestamp != nil {
			x.byElyra, x.message = true, *said.Message
		}
	}
}

func (x *exchange) url() *url.URL { return x.store.base.JoinPath(x.path) }

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
