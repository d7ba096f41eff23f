package singleflight_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

func TestSharedByAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var value singleflight.Value[int]
		calls := 0
		release := make(chan struct{})
		fetch := func(context.Context) (int, error) {
			<-release
			calls++
			return calls, errors.New("kept, too")
		}
		for range 10 {
			go func() {
				if got, err := value.Get(t.Context(), fetch); got != 1 || err == nil {
					t.Errorf("got %d, %v", got, err)
				}
			}()
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		if got, _ := value.Get(t.Context(), fetch); got != 1 {
			t.Errorf("later: %d", got)
		}
		value.Forget()
		if got, _ := value.Get(t.Context(), fetch); got != 2 {
			t.Errorf("after Forget: %d", got)
		}
	})
}

// TestGivingUp: the first caller's context doesn't end the call for the others. It ends with the last
// one, and the next caller begins anew.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var value singleflight.Value[int]
		ended := false
		fetch := func(ctx context.Context) (int, error) {
			<-ctx.Done()
			ended = true
			return 0, ctx.Err()
		}
		var cancel [2]context.CancelFunc
		var got [2]error
		for i := range got {
			var ctx context.Context
			ctx, cancel[i] = context.WithCancel(t.Context())
			go func() { _, got[i] = value.Get(ctx, fetch) }()
			synctest.Wait()
		}
		cancel[0]()
		synctest.Wait()
		if !errors.Is(got[0], context.Canceled) || got[1] != nil || ended {
			t.Errorf("after the first gave up: %v, %v, ended: %t", got[0], got[1], ended)
		}
		cancel[1]()
		synctest.Wait()
		if !errors.Is(got[1], context.Canceled) || !ended {
			t.Errorf("after both gave up: %v, ended: %t", got[1], ended)
		}
		if got, err := value.Get(t.Context(), func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
			t.Errorf("the next: %d, %v", got, err)
		}
		ctx, cancelled := context.WithCancel(t.Context())
		cancelled()
		if _, err := value.Get(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("with a context that has ended: %v", err)
		}
	})
}
