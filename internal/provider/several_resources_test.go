package provider

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// TestRuntimeImage_concurrently does all that Terraform does with several resources and a data source at
// once, for the race detector.
func TestRuntimeImage_concurrently(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, t.TempDir())
	states, configs := [16]*tfprotov6.DynamicValue{}, [16]*tfprotov6.DynamicValue{}
	each := func(run string, do func(t *testing.T, i int)) {
		t.Run(run, func(t *testing.T) {
			for i := range states {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					t.Parallel()
					do(t, i)
				})
			}
		})
	}
	each("create", func(t *testing.T, i int) {
		configs[i] = provider.image(t, fmt.Sprint("Image ", i), imageName, "Always", "regcred")
		states[i] = provider.create(t, configs[i])
		readImages(t, provider, nil)
	})
	provider.reconfigure(t)
	each("plan", func(t *testing.T, i int) {
		provider.planUnchanged(t, configs[i], states[i])
		readImages(t, provider, nil)
	})
	provider.reconfigure(t)
	each("destroy", func(t *testing.T, i int) { check(t, nil, provider.destroy(t, planned{state: states[i]})) })
}

// heldStore holds each write until it's released.
type heldStore struct {
	elyra.Store

	entered atomic.Int64
	release chan struct{}
}

func (s *heldStore) hold() {
	s.entered.Add(1)
	<-s.release
}

func (s *heldStore) Create(ctx context.Context, name string, document elyra.Document) (elyra.Instance, error) {
	s.hold()
	return s.Store.Create(ctx, name, document)
}

func (s *heldStore) Update(ctx context.Context, name string, expected elyra.Precondition, edit func(elyra.Document) elyra.Document) (elyra.Instance, error) {
	s.hold()
	return s.Store.Update(ctx, name, expected, edit)
}

func (s *heldStore) Delete(ctx context.Context, name string, expected elyra.Precondition) (string, error) {
	s.hold()
	return s.Store.Delete(ctx, name, expected)
}

// TestWritesTakeTurns: writes of one name never overlap, which the stores rely on.
func TestWritesTakeTurns(t *testing.T) {
	t.Parallel()
	writes := map[string]func(context.Context, *connection, instanceModel){
		"create": func(ctx context.Context, c *connection, m instanceModel) { _, _, _ = c.create(ctx, m) },
		"update": func(ctx context.Context, c *connection, m instanceModel) { _, _, _ = c.update(ctx, m, m, recorded{}) },
		"delete": func(ctx context.Context, c *connection, m instanceModel) { _, _ = c.remove(ctx, m, recorded{}) },
	}
	dir := t.TempDir()
	for first, begin := range writes {
		for second, follow := range writes {
			synctest.Test(t, func(t *testing.T) {
				files := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{filepath.Join(dir, first+second)}})
				store := &heldStore{Store: files, release: make(chan struct{})}
				conn := newConnection(runtimeImageType, store)
				model := runtimeImageType.model()
				model.setInstance(elyra.Instance{Name: "x", Location: store.Location("x"), Document: elyra.NewDocument(elyra.RuntimeImage{DisplayName: "X", ImageName: imageName})})
				for _, write := range []func(context.Context, *connection, instanceModel){begin, follow} {
					go write(t.Context(), conn, model)
					synctest.Wait()
				}
				if store.entered.Load() != 1 {
					t.Errorf("%s began in the middle of %s", second, first)
				}
				close(store.release)
			})
		}
	}
}
