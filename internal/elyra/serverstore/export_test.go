package serverstore

import (
	"net/http"
	"net/url"
	"runtime"
	"time"
)

// Exponential is the wait before an attempt in earnest.
var Exponential = exponential

// Kinds is how many kinds of faults there are.
const Kinds = len(kinds)

// Happened is what a kind's errors say.
func Happened(kind Kind) string { return kind.row().happened }

// RetryAfter reads the header of an answer.
func RetryAfter(status int, header http.Header) (time.Duration, bool) {
	return retryAfter(&answer{status: status, header: header})
}

// WithoutWaits makes cfg's store try again at once.
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
	s.reads.mu.Lock()
	defer s.reads.mu.Unlock()
	if s.reads.newest != nil && !s.reads.newest.answered.IsZero() {
		s.reads.newest.answered = time.Time{}.Add(time.Second)
	}
	if last := s.client.despair.Load(); last != nil {
		s.client.despair.Store(&despair{err: last.err})
	}
}

// AwaitReaders returns when n readers wait for one list.
func AwaitReaders(s *Store, n int) {
	for {
		s.reads.mu.Lock()
		waiting := 0
		if s.reads.newest != nil {
			waiting = s.reads.newest.instances.Waiting()
		}
		s.reads.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}
