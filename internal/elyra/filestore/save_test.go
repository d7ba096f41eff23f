package filestore_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestReadThroughSaves: an instance is never "gone" or "broken" because an Elyra is saving it, and one
// later in the search path never stands in for it.
func TestReadThroughSaves(t *testing.T) {
	jupytertest.Require(t)
	dir, far := t.TempDir(), t.TempDir()
	writeInstance(t, dir, "saved", document("saved"))
	writeInstance(t, far, "saved", document("saved"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		jupytertest.Python(t, []string{"JUPYTER_DATA_DIR=" + dir}, `
from elyra.metadata.storage import FileMetadataStore
store = FileMetadataStore("runtime-images")
for i in range(300):
    store.store_instance("saved", {
        "display_name": "Saved", "schema_name": "runtime-image",
        "metadata": {"image_name": "team/saved:%d" % i, "description": "x" * 20000},
    }, for_update=True)
`)
	}()
	alone, hiding := storeOn(dir), storeOn(dir, far)
	for reads := 0; ; reads++ {
		select {
		case <-done:
			if reads < 20 {
				t.Errorf("only %d reads", reads)
			}
			return
		default:
		}
		if _, err := alone.Get(t.Context(), "saved", elyra.Current); err != nil {
			t.Errorf("Get: %v", err)
		}
		if got, err := hiding.Get(t.Context(), "saved", elyra.Current); err != nil || !got.Writable {
			t.Errorf("Get: %s, %v", got.Location, err)
		}
		if got, err := alone.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(got) != 1 || got[0].Invalid != nil {
			t.Errorf("List: %d instances, %v, %+v", len(got), err, got)
		}
	}
}

// TestWaits: "gone" and "broken" are reported immediately if nothing points to a save, not even what an
// interrupted one left long ago, and a glance never waits for one. Other reads do.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which the time is that of waits alone
		dir := t.TempDir()
		path := instancePath(dir, "saved")
		writeInstance(t, dir, "broken", "{")
		must(t,
			os.WriteFile(instancePath(dir, "gone")+"1732373640.1", nil, 0o600),
			os.WriteFile(fmt.Sprintf("%s%d.1", path, time.Now().Unix()), []byte(document("saved")), 0o600),
		)
		store := storeOn(dir)
		start := time.Now()
		_, gone := store.Get(t.Context(), "gone", elyra.Current)
		_, broken := store.Get(t.Context(), "broken", elyra.Current)
		_, glanced := store.Get(t.Context(), "saved", elyra.Glance)
		if !errors.Is(gone, elyra.ErrNotFound) || !errors.As(broken, new(*elyra.InvalidError)) || !errors.Is(glanced, elyra.ErrNotFound) {
			t.Errorf("gone: %v; broken: %v; at a glance: %v", gone, broken, glanced)
		}
		if waited := time.Since(start); waited > 0 {
			t.Errorf("they waited %v for a save", waited)
		}
		for _, freshness := range []elyra.Freshness{elyra.Current, elyra.Shared} {
			writeInstance(t, dir, "ready", document("saved"))
			time.AfterFunc(10*time.Millisecond, func() { must(t, os.Rename(instancePath(dir, "ready"), path)) })
			if _, err := store.Get(t.Context(), "saved", freshness); err != nil {
				t.Errorf("freshness %d: %v", freshness, err)
			}
			must(t, os.Remove(path))
		}
	})
}
