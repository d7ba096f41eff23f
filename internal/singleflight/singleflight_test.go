package singleflight_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// await returns when n callers wait.
func await(value *singleflight.Value[int], n int) {
	for value.Waiting() != n {
		runtime.Gosched()
	}
}

func TestSharedByAll(t *testing.T) {
	var value singleflight.Value[int]
	var calls atomic.Int64
	release := make(chan struct{})
	fetch := func(context.Context) (int, error) {
		<-release
		return int(calls.Add(1)), errors.New("kept, too")
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if got, err := value.Get(t.Context(), fetch); got != 1 || err == nil {
				t.Errorf("got %d, %v", got, err)
			}
		})
	}
	await(&value, 10)
	close(release)
	wg.Wait()
	if got, _ := value.Get(t.Context(), fetch); got != 1 {
		t.Errorf("later: %d", got)
	}
	value.Forget()
	if got, _ := value.Get(t.Context(), fetch); got != 2 {
		t.Errorf("after Forget: %d", got)
	}
}

// TestGivingUp: the first caller's context doesn't end the call for the others.
func TestGivingUp(t *testing.T) {
	var value singleflight.Value[int]
	release := make(chan struct{})
	fetch := func(ctx context.Context) (int, error) {
		select {
		case <-release:
			return 1, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	first, cancel := context.WithCancel(t.Context())
	gaveUp, got := make(chan error), make(chan error)
	go func() { _, err := value.Get(first, fetch); gaveUp <- err }()
	await(&value, 1)
	go func() { _, err := value.Get(t.Context(), fetch); got <- err }()
	await(&value, 2)
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
	close(release)
	if err := <-got; err != nil {
		t.Errorf("the second got %v", err)
	}
}

// TestNobodyWaits: the call ends with its last caller, and the next begins anew.
func TestNobodyWaits(t *testing.T) {
	var value singleflight.Value[int]
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := value.Get(ctx, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			close(ended)
			return 0, ctx.Err()
		})
		gaveUp <- err
	}()
	await(&value, 1)
	cancel()
	<-ended
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got, err := value.Get(t.Context(), func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := value.Get(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}
