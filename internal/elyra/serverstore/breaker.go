package serverstore

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// openTime is how long the breaker stays open after a request has used up its
// retries, so that a run over many resources doesn't wait for each of them.
const openTime = 5 * time.Second

// breaker is a circuit breaker. A request that uses up its retries trips it, and
// an answer that isn't a transient fault resets it. Until then, requests are
// tried once each.
type breaker struct{ failure atomic.Pointer[failure] }

type failure struct {
	fault *Error
	at    time.Time
}

func (b *breaker) trip(fault *Error) { b.failure.Store(&failure{fault, time.Now()}) }

func (b *breaker) reset() { b.failure.Store(nil) }

func (b *breaker) tripped() bool { return b.failure.Load() != nil }

// open returns the error of a request that isn't worth sending now. A write is
// sent unless the server hangs: if faults come fast, it costs little to try.
func (b *breaker) open(write bool) error {
	last := b.failure.Load()
	switch {
	case last == nil || time.Since(last.at) >= openTime:
		return nil
	case !write:
		return last.fault
	case last.fault.kind == timedOut || last.fault.status == http.StatusGatewayTimeout:
		return fmt.Errorf("the request wasn't sent, because the server has just left another one without an answer: %w", last.fault)
	default:
		return nil
	}
}
