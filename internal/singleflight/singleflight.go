// Package singleflight lets several callers share one call of a function, without
// binding any of them to it: each may give up waiting, and the call itself ends
// when nobody waits for it any longer.
package singleflight

import (
	"context"
	"sync"
)

// Value is what a function returns, fetched by the first who asks and kept. The
// zero value is ready for use.
type Value[T any] struct {
	mu   sync.Mutex
	call *call[T]
}

// call is one call of the function.
type call[T any] struct {
	waiting int // guarded by the value's mu
	cancel  context.CancelFunc
	done    chan struct{}
	// Set when done is closed.
	value T
	err   error
}

// Get returns what fetch returns, error or not. Fetch is called by the first who
// asks; those who come while it runs wait for it, and those who come later get
// the same. Its context has the values of the first caller's and ends when all
// who waited have given up; the next caller then starts over. Where ctx ends
// first, Get returns its error.
func (v *Value[T]) Get(ctx context.Context, fetch func(context.Context) (T, error)) (T, error) {
	if err := ctx.Err(); err != nil {
		var none T
		return none, err
	}
	v.mu.Lock()
	c := v.call
	if c == nil {
		c = begin(ctx, fetch)
		v.call = c
	}
	c.waiting++
	v.mu.Unlock()

	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		v.leave(c)
		var none T
		return none, ctx.Err()
	}
}

// leave gives up waiting. The last one takes the call along, if it still runs.
func (v *Value[T]) leave(c *call[T]) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c.waiting--; c.waiting > 0 {
		return
	}
	select {
	case <-c.done:
	default:
		c.cancel()
		if v.call == c {
			v.call = nil
		}
	}
}

// Forget makes the next caller fetch again. Callers that already wait aren't affected.
func (v *Value[T]) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.call = nil
}

// Waiting returns how many have asked and not given up.
func (v *Value[T]) Waiting() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.call == nil {
		return 0
	}
	return v.call.waiting
}

func begin[T any](ctx context.Context, fetch func(context.Context) (T, error)) *call[T] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &call[T]{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		defer cancel()
		c.value, c.err = fetch(ctx)
	}()
	return c
}
