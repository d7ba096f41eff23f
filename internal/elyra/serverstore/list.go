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

// lists is what the reads of a process share: the newest list. It's right about a
// name if no write of that name has ended since the list was asked for.
type lists struct {
	mu     sync.Mutex
	newest *list
	// written has, by name, when the last write ended. One that failed counts: it may have
	// happened all the same.
	written map[string]time.Time
}

// list is one list, under way or answered.
type list struct {
	asked     time.Time
	instances singleflight.Value[map[string]elyra.Instance]
	// until is when it stops being shared; zero before it's answered.
	until time.Time
}

// endWrite notes that a write of that name has ended.
func (s *Store) endWrite(name string) {
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	s.lists.written[name] = time.Now()
}

// sharedList returns a list that is right about a name, or nil if a single read is
// cheaper: the name was written since the newest list was asked for.
func (s *Store) sharedList(ctx context.Context, name string) (map[string]elyra.Instance, error) {
	s.lists.mu.Lock()
	newest, written := s.lists.newest, s.lists.written[name]
	isUsable := newest != nil && (newest.until.IsZero() || time.Now().Before(newest.until)) && newest.asked.After(written)
	if !isUsable && written.IsZero() {
		newest = &list{asked: time.Now()}
		s.lists.newest = newest
	}
	s.lists.mu.Unlock()
	if !isUsable && !written.IsZero() {
		return nil, ctx.Err()
	}
	return s.await(ctx, newest)
}

// currentList returns a list that is asked for now.
func (s *Store) currentList(ctx context.Context) (map[string]elyra.Instance, error) {
	asked := &list{asked: time.Now()}
	s.lists.mu.Lock()
	s.lists.newest = asked
	s.lists.mu.Unlock()
	return s.await(ctx, asked)
}

// await fetches a list, once for all who share it. One that failed is forgotten.
func (s *Store) await(ctx context.Context, shared *list) (map[string]elyra.Instance, error) {
	return shared.instances.Get(ctx, func(ctx context.Context) (map[string]elyra.Instance, error) {
		instances, err := s.fetchList(ctx)
		s.lists.mu.Lock()
		defer s.lists.mu.Unlock()
		shared.until = time.Now().Add(max(minShared, sharedTimes*time.Since(shared.asked)))
		if err != nil && s.lists.newest == shared {
			s.lists.newest = nil
		}
		return instances, err
	})
}

// fetchList asks for all instances. It passes over those of other schemas, which
// extensions of Elyra may add.
func (s *Store) fetchList(ctx context.Context) (map[string]elyra.Instance, error) {
	if err := s.isOpen(); err != nil {
		return nil, err
	}
	instances := map[string]elyra.Instance{}
	x := s.read(ctx, request{method: http.MethodGet, path: s.collection(), accept: func(x *exchange) bool {
		var listed map[string]json.RawMessage
		var entries []json.RawMessage
		if x.status != http.StatusOK || !x.isJSON() || json.Unmarshal(elyra.FromPython(x.body), &listed) != nil ||
			json.Unmarshal(listed[s.kind.Schemaspace], &entries) != nil || entries == nil {
			return false
		}
		for _, raw := range entries {
			instance, schema, ok := s.decode(raw)
			switch {
			case !ok && instance.Name == "":
				return false
			case !ok: // one instance that can't be read doesn't hide the others
			case slices.Contains(s.kind.Schemas, schema):
				instances[instance.Name] = instance
			}
		}
		return true
	}})
	if x.kind != nil {
		return nil, &Error{x}
	}
	return instances, nil
}
