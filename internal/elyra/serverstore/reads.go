package serverstore

import (
	"context"
	"slices"
	"sync"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/once"
)

// reads is what all reads of a process share: the newest list, and which names
// it no longer tells the truth about.
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

// list is one list, asked for or about to be, shared by all who want it.
type list struct {
	asked     uint64
	instances once.Value[map[string]elyra.Instance]
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
	if since > 0 && (r.newest == nil || r.newest.asked < since) {
		r.mu.Unlock()
		return elyra.Instance{}, false, ctx.Err()
	}
	shared := r.sharedSince(since)
	r.mu.Unlock()
	instances, err := r.get(ctx, shared)
	instance, found = instances[name]
	return own(instance), found, err
}

// all returns a list that tells the truth about every name.
func (r *reads) all(ctx context.Context) (map[string]elyra.Instance, error) {
	r.mu.Lock()
	shared := r.sharedSince(r.clock)
	r.mu.Unlock()
	return r.get(ctx, shared)
}

// sharedSince returns the newest list, or one yet to be fetched where that is
// too old. The caller holds mu.
func (r *reads) sharedSince(since uint64) *list {
	if r.newest == nil || r.newest.asked < since {
		r.newest = &list{asked: r.clock}
	}
	return r.newest
}

// get fetches a list, once for all who share it. One that failed is forgotten.
func (r *reads) get(ctx context.Context, shared *list) (map[string]elyra.Instance, error) {
	instances, err := shared.instances.Get(ctx, r.fetch)
	if err != nil && ctx.Err() == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.newest == shared {
			r.newest = nil
		}
	}
	return instances, err
}

// own returns an instance that the caller may change.
func own(instance elyra.Instance) elyra.Instance {
	instance.Tags = slices.Clone(instance.Tags)
	return instance
}
