package serverstore

import (
	"context"
	"encoding/json"
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

// lists is what the reads of a process share: the newest list. It is
// right about a name if no write of that name has ended since the list was asked for.
type lists struct {
	fetch func(context.Context) (map[string]elyra.Instance, error)

	mu     sync.Mutex
	newest *list
	// ended is how many writes have, and last which of them was a name's last.
	ended int
	last  map[string]int
	// turns has a channel for each name, which is full while a write is under way.
	turns map[string]chan struct{}
}

// list is one list, under way or answered, shared by all who may.
type list struct {
	ended     int // how many writes had when it was asked for
	instances singleflight.Value[map[string]elyra.Instance]
	// until is when it stops being shared; zero before it's answered.
	until time.Time
}

// write waits until no other write of that name is under way, and begins one. The
// function it returns ends it. A write that failed may have happened all the same.
func (l *lists) write(ctx context.Context, name string) (end func(), err error) {
	l.mu.Lock()
	turn, known := l.turns[name]
	if !known {
		turn = make(chan struct{}, 1)
		l.turns[name] = turn
	}
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ended++
		l.last[name] = l.ended
		<-turn
	}, nil
}

// shared returns a list that is right about a name, or nil if a single read is
// cheaper: the name was written since the newest list was asked for.
func (l *lists) shared(ctx context.Context, name string) (map[string]elyra.Instance, error) {
	l.mu.Lock()
	last := l.last[name]
	isUsable := l.newest != nil && l.newest.ended >= last && (l.newest.until.IsZero() || time.Now().Before(l.newest.until))
	if last > 0 && !isUsable {
		l.mu.Unlock()
		return nil, ctx.Err()
	}
	if !isUsable {
		l.newest = &list{ended: l.ended}
	}
	newest := l.newest
	l.mu.Unlock()
	return l.get(ctx, newest)
}

// ask returns a list that is asked for now.
func (l *lists) ask(ctx context.Context) (map[string]elyra.Instance, error) {
	l.mu.Lock()
	asked := &list{ended: l.ended}
	l.newest = asked
	l.mu.Unlock()
	return l.get(ctx, asked)
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
	if err := s.breaker.open(false); err != nil {
		return nil, err
	}
	var instances map[string]elyra.Instance
	x := s.read(ctx, request{method: http.MethodGet, path: s.collection(), accept: func(x *exchange) (accepted bool) {
		instances, accepted = s.readList(ctx, x)
		return accepted
	}})
	if x.kind != nil {
		return nil, &Error{x}
	}
	return instances, nil
}

// readList reads a list. It passes over instances of other schemas, which
// extensions of Elyra may add.
func (s *Store) readList(ctx context.Context, x *exchange) (map[string]elyra.Instance, bool) {
	var listed map[string]json.RawMessage
	var entries []json.RawMessage
	if x.status != http.StatusOK || !x.isJSON() || json.Unmarshal(elyra.FromPython(x.body), &listed) != nil ||
		json.Unmarshal(listed[s.kind.Schemaspace], &entries) != nil || entries == nil {
		return nil, false
	}
	instances := make(map[string]elyra.Instance, len(entries))
	for _, raw := range entries {
		instance, schema, ok := s.decode(raw)
		switch {
		case !ok && instance.Name == "":
			return nil, false
		case !ok: // one instance that can't be read doesn't hide the others
		case slices.Contains(s.kind.Schemas, schema):
			instances[instance.Name] = instance
		case s.cfg.OnForeign != nil:
			s.foreign.Do(func() { s.cfg.OnForeign(ctx, instance.Name, schema) })
		}
	}
	return instances, true
}
