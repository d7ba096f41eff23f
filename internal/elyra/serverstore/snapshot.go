package serverstore

import (
	"context"
	"slices"
	"sync"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// reads is what all reads of a process share: the newest list, and which names
// it no longer tells the truth about.
//
// Time is a counter that every write moves twice, when it begins and when it
// ends. A list that was asked for at some time tells the truth about a name if
// no write of that name ended later.
type reads struct {
	mu    sync.Mutex
	clock uint64
	// written has, for each name this process wrote, when.
	written map[string]uint64
	newest  *snapshot
	flight  *flight
}

// snapshot is an answer to a list.
type snapshot struct {
	asked     uint64
	instances map[string]elyra.Instance
}

// get returns a copy that the caller may change.
func (s *snapshot) get(name string) (elyra.Instance, bool) {
	instance, ok := s.instances[name]
	instance.Tags = slices.Clone(instance.Tags)
	return instance, ok
}

// flight is a list under way, shared by all who wait for it.
type flight struct {
	asked   uint64
	waiting int
	cancel  context.CancelFunc
	done    chan struct{}
	// Set when done is closed.
	snapshot *snapshot
	err      error
}

func newReads() *reads { return &reads{written: make(map[string]uint64)} }

// write marks the beginning of a write; the function it returns marks the end.
// A write that failed may have happened all the same.
func (r *reads) write(name string) (end func()) {
	mark := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.clock++
		r.written[name] = r.clock
	}
	mark()
	return mark
}

// list returns a snapshot that tells the truth about name, or, where name is
// empty, about all names. It returns nil where name was written since the newest
// one, and a single read is cheaper than another list.
func (r *reads) list(ctx context.Context, name string, fetch func(context.Context) (map[string]elyra.Instance, error)) (*snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	since := r.clock
	if name != "" {
		since = r.written[name]
	}
	if r.newest != nil && r.newest.asked >= since {
		defer r.mu.Unlock()
		return r.newest, nil
	}
	if name != "" && since > 0 && (r.flight == nil || r.flight.asked < since) {
		r.mu.Unlock()
		return nil, nil
	}
	f := r.flight
	if f == nil || f.asked < since {
		f = r.take(ctx, fetch)
	}
	f.waiting++
	r.mu.Unlock()

	select {
	case <-f.done:
		return f.snapshot, f.err
	case <-ctx.Done():
		r.mu.Lock()
		defer r.mu.Unlock()
		if f.waiting--; f.waiting == 0 {
			f.cancel()
			if r.flight == f {
				r.flight = nil
			}
		}
		return nil, ctx.Err()
	}
}

// take begins a list that outlives the one who asked first: others wait for it
// too. The caller holds mu.
func (r *reads) take(ctx context.Context, fetch func(context.Context) (map[string]elyra.Instance, error)) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{asked: r.clock, cancel: cancel, done: make(chan struct{})}
	r.flight = f
	go func() {
		defer cancel()
		instances, err := fetch(ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		if f.err = err; err == nil {
			f.snapshot = &snapshot{asked: f.asked, instances: instances}
			if r.newest == nil || r.newest.asked <= f.asked {
				r.newest = f.snapshot
			}
		}
		if r.flight == f {
			r.flight = nil
		}
		close(f.done)
	}()
	return f
}
