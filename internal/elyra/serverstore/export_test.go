package serverstore

import (
	"net/http"
	"net/url"
	"runtime"
	"time"
)

// Exponential is the wait before an attempt in earnest.
var Exponential = exponential

// Kind is a kind of fault.
type Kind = *kind

// The kinds that tests distinguish.
var (
	KindUnexpected      = unexpected
	KindNotFound        = notFound
	KindProtected       = protected
	KindInvalid         = invalid
	KindPage            = page
	KindHTMLPage        = htmlPage
	KindNoJupyter       = noJupyter
	KindNoElyra         = noElyra
	KindLogin           = loginPage
	KindHubLogin        = hubLogin
	KindRedirect        = redirect
	KindMethodRefused   = methodRefused
	KindUnauthorized    = unauthorized
	KindForbidden       = forbidden
	KindProxyRefused    = proxyRefused
	KindHostRefused     = hostRefused
	KindNoCredentials   = noCredentials
	KindTokenRefused    = tokenRefused
	KindPasswordRefused = passwordRefused
	KindHubRefused      = hubRefused
	KindHubStopped      = hubStopped
	KindHubNamedStopped = hubNamedStopped
	KindHub             = hubItself
	KindThrottled       = throttled
	KindUnavailable     = unavailable
	KindServerFailed    = serverFailed
	KindBadCertificate  = badCertificate
	KindNoClientCert    = noClientCertificate
	KindNotTLS          = notTLS
	KindNoHandshake     = noHandshake
	KindSpeaksTLS       = speaksTLS
	KindUnknownHost     = unknownHost
	KindProxyFailed     = proxyFailed
	KindConnectionLost  = connectionLost
	KindNoConnection    = noConnection
	KindTimedOut        = timedOut
	KindOversize        = oversize
)

// WithMaxList bounds the answer to a list.
func WithMaxList(cfg Config, size int64) Config {
	cfg.maxList = size
	return cfg
}

// String is what the kind's errors say.
func (k *kind) String() string { return k.happened }

// Kind is the fault's.
func (e *Error) Kind() Kind { return e.kind }

// RetryAfter reads the header of an answer.
func RetryAfter(status int, header http.Header) (time.Duration, bool) {
	return (&exchange{status: status, header: header}).retryAfter()
}

// WithoutWaits makes cfg's store try again immediately.
func WithoutWaits(cfg Config) Config {
	cfg.backoff = func(int) time.Duration { return 0 }
	return cfg
}

// WithWaits makes cfg's store wait as backoff says.
func WithWaits(cfg Config, backoff func(attempt int) time.Duration) Config {
	cfg.backoff = backoff
	return cfg
}

// WithGrace gives the writes of cfg's store that long after a cancellation.
func WithGrace(cfg Config, grace time.Duration) Config {
	cfg.grace = grace
	return cfg
}

// WithProxy makes cfg's store go through a proxy.
func WithProxy(cfg Config, proxy string) Config {
	cfg.proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
	return cfg
}

// Age makes what s has read, and how it failed, too old to be of use.
func Age(s *Store) {
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	if s.lists.newest != nil && !s.lists.newest.until.IsZero() {
		s.lists.newest.until = time.Now().Add(-1)
	}
	if last := s.breaker.Load(); last != nil {
		old := *last
		old.ended = time.Time{}
		s.breaker.Store(&old)
	}
}

// Shared is how long the newest list is still shared.
func Shared(s *Store) time.Duration {
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	return time.Until(s.lists.newest.until)
}

// AwaitReaders returns when n readers wait for one list.
func AwaitReaders(s *Store, n int) {
	for {
		s.lists.mu.Lock()
		waiting := 0
		if s.lists.newest != nil {
			waiting = s.lists.newest.instances.Waiting()
		}
		s.lists.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}
