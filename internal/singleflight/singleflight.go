// Package singleflight lets several callers share one call of a function, without
// binding any of them to it: each may give up waiting, and the call itself ends
// when nobody waits for it any longer.
package singleflight

import (
	"context"
	"sync"
)

// Value is the result of a function that the first caller calls. It's kept. The
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

// Get returns what fetch returns, error or not. The first caller calls fetch;
// those who come while it runs wait for it, and those who come later get the
// same. Its context has the values of the first caller's and ends when all
// who waited have given up; the next caller then starts over. If ctx ends
// first, Get returns its error.
func (v *Value[T]) Get(ctx context.Context, fetch func(context.Context) (T, error)) (none T, err error) {
	if err := ctx.Err(); err != nil {
		return none, err
	}
	v.mu.Lock()
	if v.call == nil {
		v.call = begin(ctx, fetch)
	}
	c := v.call
	c.waiting++
	v.mu.Unlock()

	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if c.waiting--; c.waiting == 0 {
		c.cancel()
		if v.call == c {
			v.call = nil
		}
	}
	return none, ctx.Err()
}

// Forget makes the next caller fetch again. Callers that already wait aren't affected.
func (v *Value[T]) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.call = nil
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
