package serverstore

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// listLifetime is how long a list answers further refreshes after it came.
const listLifetime = time.Second

// reads is what the reads of a process share: the newest list, and which names it
// no longer tells the truth about.
//
// Time is a counter that every write moves twice, when it begins and when it
// ends. A list that was asked for at some time tells the truth about a name if
// no write of that name ended later.
type reads struct {
	fetch func(context.Context) (map[string]elyra.Instance, error)

	mu    sync.Mutex
	clock uint64
	// written has, for each name this process wrote, when.
	written map[string]uint64
	newest  *list
}

// list is one list, under way or answered, shared by all who may.
type list struct {
	asked     uint64
	instances singleflight.Value[map[string]elyra.Instance]
	// answered is when the answer came; zero before that.
	answered time.Time
}

func newReads(fetch func(context.Context) (map[string]elyra.Instance, error)) *reads {
	return &reads{fetch: fetch, written: make(map[string]uint64)}
}

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

// one returns the instance of that name from a list that tells the truth about
// it, and whether it is there. It asks for no list where a single read is
// cheaper: the name was written since the newest one.
func (r *reads) one(ctx context.Context, name string) (instance elyra.Instance, found bool, err error) {
	r.mu.Lock()
	since := r.written[name]
	usable := r.newest != nil && r.newest.asked >= since && r.newest.isFresh()
	if since > 0 && !usable {
		r.mu.Unlock()
		return elyra.Instance{}, false, ctx.Err()
	}
	if !usable {
		r.newest = &list{asked: r.clock}
	}
	shared := r.newest
	r.mu.Unlock()
	instances, err := r.get(ctx, shared)
	instance, found = instances[name]
	return own(instance), found, err
}

// all returns a list that is asked for now, sorted by name.
func (r *reads) all(ctx context.Context) ([]elyra.Instance, error) {
	r.mu.Lock()
	current := &list{asked: r.clock}
	r.newest = current
	r.mu.Unlock()
	found, err := r.get(ctx, current)
	instances := make([]elyra.Instance, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		instances = append(instances, own(found[name]))
	}
	return instances, err
}

// isFresh reports whether a list may answer reads that begin now.
func (l *list) isFresh() bool { return l.answered.IsZero() || time.Since(l.answered) < listLifetime }

// get fetches a list, once for all who share it. One that failed is forgotten.
func (r *reads) get(ctx context.Context, shared *list) (map[string]elyra.Instance, error) {
	return shared.instances.Get(ctx, func(ctx context.Context) (map[string]elyra.Instance, error) {
		instances, err := r.fetch(ctx)
		r.mu.Lock()
		defer r.mu.Unlock()
		shared.answered = time.Now()
		if err != nil && r.newest == shared {
			r.newest = nil
		}
		return instances, err
	})
}

// own returns an instance that the caller may change.
func own(instance elyra.Instance) elyra.Instance {
	instance.Tags = slices.Clone(instance.Tags)
	return instance
}
