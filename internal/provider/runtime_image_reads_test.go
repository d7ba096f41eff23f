package provider

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// countingStore counts what is asked of a store, by the name of the method.
type countingStore struct {
	elyra.Store

	mu    sync.Mutex
	asked map[string]int
}

func (s *countingStore) count(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]int{}
	}
	s.asked[method]++
}

func (s *countingStore) Get(ctx context.Context, name string) (elyra.Instance, error) {
	s.count("Get")
	return s.Store.Get(ctx, name)
}

func (s *countingStore) Refresh(ctx context.Context, name string) (elyra.Instance, error) {
	s.count("Refresh")
	return s.Store.Refresh(ctx, name)
}

func (s *countingStore) List(ctx context.Context, includeInvalid bool) ([]elyra.Instance, error) {
	s.count("List")
	return s.Store.List(ctx, includeInvalid)
}

func (s *countingStore) ListBeyond(ctx context.Context) ([]elyra.Instance, error) {
	s.count("ListBeyond")
	return s.Store.ListBeyond(ctx)
}

// TestPlan_reads: among many files of others, a plan reads its own alone; one that
// creates or changes something reads what lies further along the search path besides,
// once.
func TestPlan_reads(t *testing.T) {
	t.Parallel()
	others := map[string]string{}
	for i := range 100 {
		others[fmt.Sprintf("other-%d.json", i)] = document(elyra.RuntimeImage{DisplayName: "Other", ImageName: fmt.Sprintf("team/other:%d", i)})
	}
	store := &countingStore{Store: filestore.New(filestore.Config{DataDirs: []string{writeImages(t, others), writeImages(t, others)}})}
	server := newStoreServer(t, store)
	const managed = 10
	config := func(i int, tag string) *tfprotov6.DynamicValue {
		return server.image(t, fmt.Sprintf("Mine %d", i), fmt.Sprintf("team/mine:%d%s", i, tag), "", "")
	}
	states := make([]*tfprotov6.DynamicValue, managed)
	for i := range states {
		states[i] = server.create(t, config(i, ""))
	}
	for _, tt := range []struct {
		phase string
		plan  func(i int)
		want  map[string]int
	}{
		{"unchanged", func(i int) { server.plan(t, config(i, ""), server.read(t, states[i])) }, map[string]int{"Refresh": managed}},
		{"changed", func(i int) { server.plan(t, config(i, "x"), server.read(t, states[i])) }, map[string]int{"Refresh": managed, "ListBeyond": 1}},
		{"created", func(i int) { server.plan(t, config(managed+i, ""), planned{}) }, map[string]int{"Refresh": managed, "ListBeyond": 1}},
	} {
		server.reconfigure(t)
		store.asked = nil
		for i := range managed {
			tt.plan(i)
		}
		if !maps.Equal(store.asked, tt.want) {
			t.Errorf("%s: the store was asked %v, want %v", tt.phase, store.asked, tt.want)
		}
	}
}

// What lies further along the search path counts where an image is created or
// changed. A plan without change does not read it.
func TestImageNameTwice_beyond(t *testing.T) {
	t.Parallel()
	near, far := writeImages(t, nil), writeImages(t, map[string]string{
		"far.json": document(elyra.RuntimeImage{DisplayName: "Far", ImageName: imageName}),
	})
	server := newTestServer(t, near, far)
	mine := server.image(t, "Mine", imageName, "", "")
	wantWarnings(t, server.plan(t, mine, planned{}), 1, twiceOf, "    far # ")
	state := server.reconfigure(t).create(t, mine)

	server.reconfigure(t)
	wantWarnings(t, server.plan(t, mine, server.read(t, state)), 0)

	server.reconfigure(t)
	changed := server.image(t, "Mine", imageName, "Always", "")
	wantWarnings(t, server.plan(t, changed, server.read(t, state)), 1, twiceOf, "    far # ", "    mine # ")
}
