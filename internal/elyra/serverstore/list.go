package serverstore

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

const (
	// A list is shared for sharedTimes the time that it took, and at least
	// minShared: a list of thousands is expensive.
	sharedTimes = 10
	minShared   = time.Second
)

// lists is what the reads of a process share: the newest list, and which names it
// no longer tells the truth about.
//
// Time is a counter that every write advances twice, when it begins and when it
// ends. A list that was asked for at some time tells the truth about a name if
// no write of that name ended later.
type lists struct {
	fetch func(context.Context) (map[string]elyra.Instance, error)

	mu    sync.Mutex
	clock uint64
	// written has, for each name this process wrote, when.
	written map[string]uint64
	// writing has the writes under way; each channel is closed at the end.
	writing map[string]chan struct{}
	newest  *list
}

// list is one list, under way or answered, shared by all who may.
type list struct {
	asked     uint64
	instances singleflight.Value[map[string]elyra.Instance]
	// until is when it stops being shared; zero before it's answered.
	until time.Time
}

// write waits until no other write of that name is under way, and marks the
// beginning of one. The function it returns marks the end. A write that failed may
// have happened all the same.
func (l *lists) write(ctx context.Context, name string) (end func(), err error) {
	for {
		l.mu.Lock()
		other, busy := l.writing[name]
		if !busy {
			break
		}
		l.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer l.mu.Unlock()
	ended := make(chan struct{})
	l.writing[name] = ended
	l.clock++
	l.written[name] = l.clock
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.clock++
		l.written[name] = l.clock
		delete(l.writing, name)
		close(ended)
	}, nil
}

// one returns the instance of that name from a list that tells the truth about
// it, whether it's there, and whether there is such a list. It asks for none if a
// single read is cheaper, because the name was written since the newest one.
func (l *lists) one(ctx context.Context, name string) (instance elyra.Instance, found, listed bool, err error) {
	l.mu.Lock()
	since := l.written[name]
	usable := l.newest != nil && l.newest.asked >= since && (l.newest.until.IsZero() || time.Now().Before(l.newest.until))
	if since > 0 && !usable {
		l.mu.Unlock()
		return elyra.Instance{}, false, false, ctx.Err()
	}
	if !usable {
		l.newest = &list{asked: l.clock}
	}
	shared := l.newest
	l.mu.Unlock()
	instances, err := l.get(ctx, shared)
	instance, found = instances[name]
	return instance, found, true, err
}

// all returns a list that is asked for now, sorted by name.
func (l *lists) all(ctx context.Context) ([]elyra.Instance, error) {
	l.mu.Lock()
	current := &list{asked: l.clock}
	l.newest = current
	l.mu.Unlock()
	found, err := l.get(ctx, current)
	instances := make([]elyra.Instance, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		instances = append(instances, found[name])
	}
	return instances, err
}

// get fetches a list, once for all who share it. One that failed is forgotten.
func (l *lists) get(ctx context.Context, shared *list) (map[string]elyra.Instance, error) {
	return shared.instances.Get(ctx, func(ctx context.Context) (map[string]elyra.Instance, error) {
		start := time.Now()
		instances, err := l.fetch(ctx)
		l.mu.Lock()
		defer l.mu.Unlock()
		shared.until = time.Now().Add(max(minShared, sharedTimes*time.Since(start)))
		if err != nil && l.newest == shared {
			l.newest = nil
		}
		return instances, err
	})
}

// fetchList asks for all instances.
func (s *Store) fetchList(ctx context.Context) (map[string]elyra.Instance, error) {
	if err := s.client.breaker.open(false); err != nil {
		return nil, err
	}
	var instances map[string]elyra.Instance
	x := s.client.read(ctx, request{method: http.MethodGet, path: s.client.collection(), accept: func(x *exchange) (accepted bool) {
		instances, accepted = s.readList(ctx, x)
		return accepted
	}})
	if x.kind != nil {
		return nil, x.fault()
	}
	return instances, nil
}

// readList reads a list. It passes over instances of other schemas, which
// extensions of Elyra may add.
func (s *Store) readList(ctx context.Context, x *exchange) (map[string]elyra.Instance, bool) {
	var listed map[string]json.RawMessage
	var entries []json.RawMessage
	if x.status != http.StatusOK || !x.isJSON() || json.Unmarshal(elyra.FromPython(x.body), &listed) != nil ||
		json.Unmarshal(listed[s.client.kind.Schemaspace], &entries) != nil || entries == nil {
		return nil, false
	}
	instances := make(map[string]elyra.Instance, len(entries))
	for _, raw := range entries {
		instance, schema, ok := s.decode(raw)
		switch {
		case !ok && instance.Name == "":
			return nil, false
		case !ok: // one instance that can't be read doesn't hide the others
		case slices.Contains(s.client.kind.Schemas, schema):
			instances[instance.Name] = instance
		case s.client.OnForeign != nil:
			s.foreign.Do(func() { s.client.OnForeign(ctx, instance.Name, schema) })
		}
	}
	return instances, true
}
