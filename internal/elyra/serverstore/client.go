package serverstore

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// despairLifetime is how long reads, and writes to a server that hangs, fail
	// without being sent after a request that used up its retries, so that a run
	// over many resources does not wait for each of them.
	despairLifetime = 5 * time.Second

	minBackoff = 500 * time.Millisecond
	maxBackoff = 30 * time.Second
)

// client speaks HTTP with one server.
type client struct {
	base      *url.URL
	transport *http.Transport
	jar       http.CookieJar // nil where no cookies are kept
	headers   http.Header
	userAgent string
	token     string
	xsrf      string   // of a server without authentication
	session   *session // of a server with a password
	onRequest func(context.Context, RequestInfo)

	maxRetries int
	timeout    time.Duration
	grace      time.Duration
	backoff    func(attempt int) time.Duration
	// despair is set when a request has used up its retries, until one is answered.
	despair atomic.Pointer[despair]
}

// despair is the outcome of a request that used up its retries.
type despair struct {
	err  error
	when time.Time
}

// request is what to ask.
type request struct {
	method string
	// path below the base URL; it needs no escaping.
	path string
	// instance is the name that this is about, if it is about one.
	instance string
	body     []byte
	// form marks a body that is one, not JSON.
	form bool
}

// answer is a whole HTTP response.
type answer struct {
	request
	url    string // without query
	status int
	header http.Header
	body   []byte
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

func (a *answer) media() string {
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

func (a *answer) isJSON() bool { return a.media() == "application/json" }

func newClient(cfg Config, base *url.URL, headers http.Header, tlsConfig *tls.Config) *client {
	c := &client{
		base: base, headers: headers, userAgent: cfg.UserAgent, token: cfg.Token, onRequest: cfg.OnRequest,
		maxRetries: cfg.MaxRetries, timeout: cfg.RequestTimeout, grace: cfg.grace, backoff: cfg.backoff,
		transport: &http.Transport{
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
	switch {
	case cfg.Password != "":
		c.jar, _ = cookiejar.New(nil) // without options it does not fail
		c.session = &session{password: cfg.Password}
	case cfg.Token == "":
		c.xsrf = newXSRF()
	}
	return c
}

// do asks, logged in where there is a password, and asks again where that may
// help. It returns an answer of status 2xx or an error: an [*Error], or one that
// wraps the context's. Doubtful is as in [client.send].
func (c *client) do(ctx context.Context, r request) (a *answer, doubtful bool, err error) {
	for again := false; ; again = true {
		var current *login
		if c.session != nil {
			if current, err = c.login(ctx); err != nil {
				return nil, doubtful, err
			}
		}
		var more bool
		a, more, err = c.send(ctx, r)
		doubtful = doubtful || more
		if err != nil {
			return nil, doubtful, err
		}
		if a.ok() {
			return a, doubtful, nil
		}
		fault := c.judge(a)
		if fault.Kind == KindPassword && !again {
			c.session.expire(current)
			continue
		}
		if fault.Kind == KindWrongURL {
			c.probe(ctx, fault)
		}
		return a, doubtful, fault
	}
}

// send makes one attempt after the other until there is an answer that is worth
// looking at, whatever its status, or no sense in another attempt. Doubtful
// reports whether an attempt may have been carried out although it did not
// succeed: every answer that is not Elyra's own word leaves that open, and so
// does Elyra's 500. A 500 is not tried again: it is how Elyra reports many a
// fault of the caller. Nor is a doubtful POST: that would turn a success into a
// conflict.
func (c *client) send(ctx context.Context, r request) (a *answer, doubtful bool, err error) {
	retries := c.maxRetries
	if c.despair.Load() != nil {
		retries = 0
	}
	for attempt := 0; ; attempt++ {
		var sent bool
		a, sent, err = c.attempt(ctx, r)
		v := c.weigh(a, sent, err)
		doubtful = doubtful || v.doubtful
		if !v.passing {
			c.despair.Store(nil)
			return a, doubtful, err
		}
		if ctx.Err() != nil {
			return nil, doubtful, c.interrupted(ctx, r)
		}
		if v.doubtful && r.method == http.MethodPost {
			return a, doubtful, err
		}
		if attempt >= retries {
			c.giveUp(a, err)
			return a, doubtful, err
		}
		wait, asked := retryAfter(a)
		if wait > c.timeout {
			return a, doubtful, err
		}
		if !asked {
			wait = c.backoff(attempt)
		}
		if !sleep(ctx, wait) {
			return nil, doubtful, c.interrupted(ctx, r)
		}
	}
}

// giveUp notes the outcome of a request that used up its retries.
func (c *client) giveUp(a *answer, err error) {
	if err == nil {
		err = c.judge(a)
	}
	c.despair.Store(&despair{err, time.Now()})
}

// hopeless is the error of a request that used up its retries a moment ago, and
// nil where there is none: a read is not worth another wait then.
func (c *client) hopeless() error {
	if last := c.despair.Load(); last != nil && time.Since(last.when) < despairLifetime {
		return last.err
	}
	return nil
}

// hanging is the error of a write that is not worth sending: a moment ago, a
// request used up its retries and each cost its whole time. Where faults come
// fast, a write is sent: it may succeed, and costs little.
func (c *client) hanging() error {
	var fault *Error
	err := c.hopeless()
	if errors.As(err, &fault) && (fault.Kind == KindTimeout || fault.Status == http.StatusGatewayTimeout) {
		return fmt.Errorf("it was not sent, since the server has just left another request without an answer: %w", err)
	}
	return nil
}

// verdict is what an attempt means for the next one.
type verdict struct {
	// passing reports whether the same request may succeed a moment later.
	passing bool
	// doubtful reports whether it may have been carried out although its answer
	// does not say so.
	doubtful bool
}

// weigh judges an attempt.
func (c *client) weigh(a *answer, sent bool, err error) verdict {
	var fault *Error
	switch {
	case errors.As(err, &fault):
	case err != nil: // the context's
		return verdict{passing: true, doubtful: sent}
	case a.ok():
		return verdict{}
	default:
		fault = c.judge(a)
	}
	row := fault.Kind.row()
	own := a != nil && a.isElyra() && a.status < http.StatusInternalServerError
	return verdict{passing: row.passing, doubtful: sent && !row.unsent && !own}
}

// mayPass reports whether a fault may be gone when the request is sent again
// soon.
func (c *client) mayPass(err error) bool {
	var fault *Error
	return errors.As(err, &fault) && fault.Kind.row().passing && fault.wait <= c.timeout
}

// interrupted is the error of a request whose context has ended.
func (c *client) interrupted(ctx context.Context, r request) error {
	return fmt.Errorf("%w; the request was %s %s", ctx.Err(), r.method, below(c.base, r.path))
}

// retryAfter reads how long an answer asks to be left alone: a number of seconds
// or a date (RFC 9110, section 10.2.3).
func retryAfter(a *answer) (wait time.Duration, asked bool) {
	if a == nil || a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return 0, false
	}
	header := a.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(header)
	return max(0, time.Until(date)), err == nil
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

// sleep waits, and reports whether the context still lasts after that.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
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

// segment makes one path segment of a name.
func segment(name string) string {
	if name == "." || name == ".." {
		return strings.ReplaceAll(name, ".", "%2E")
	}
	return url.PathEscape(name)
}

// newRequest dresses a request for one attempt.
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
		req.Header.Set("User-Agent", c.userAgent)
	}
	req.Header.Set("Accept", "application/json")
	if r.form {
		req.Header.Set("Accept", "*/*")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.jar != nil {
		for _, cookie := range c.jar.Cookies(req.URL) {
			req.AddCookie(cookie)
		}
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
	return req, nil
}

func (c *client) cookie(name string) string {
	for _, cookie := range c.jar.Cookies(below(c.base, "/login")) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// probe tells a Jupyter Server without Elyra from an address where there is
// none: every Jupyter Server says its version at /api, to anybody.
func (c *client) probe(ctx context.Context, fault *Error) {
	api, _, err := c.send(ctx, request{method: http.MethodGet, path: "/api"})
	switch {
	case err == nil && api.status == http.StatusOK && api.isJSON() && bytes.Contains(api.body, []byte(`"version"`)):
		fault.Kind = KindNoElyra
	case fault.place.server != "" && err == nil && api.header.Get("X-Jupyterhub-Version") != "":
		fault.Kind = KindHubNamedStopped
	}
}
