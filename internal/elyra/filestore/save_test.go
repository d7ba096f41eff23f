package filestore_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// readThroughSaves reads an instance until done is closed: each read has to find it whole. One
// later in the search path never stands in for it.
func readThroughSaves(t *testing.T, dir string, done <-chan struct{}) {
	t.Helper()
	far := t.TempDir()
	writeInstance(t, far, "saved", string(elyra.NewDocument(image("saved")).Encode()))
	alone := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	hiding := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir, far}})
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

// TestReadThroughSaves: an instance is never "gone" or "broken" because an Elyra is saving it.
func TestReadThroughSaves(t *testing.T) {
	jupytertest.Require(t)
	dir := t.TempDir()
	writeInstance(t, dir, "saved", string(elyra.NewDocument(image("saved")).Encode()))
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
	readThroughSaves(t, dir, done)
}

// TestGoneIsBelieved: without a save, "gone" and "broken" are reported immediately. So is "gone" next
// to a file that a save left long ago.
func TestGoneIsBelieved(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "broken", "{")
	long := time.Now().Add(-time.Hour)
	if err := errors.Join(os.Chtimes(instancePath(dir, "broken"), long, long), os.WriteFile(instancePath(dir, "gone")+"1732373640.1", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	start := time.Now()
	const times = 100
	for range times {
		if _, err := store.Get(t.Context(), "gone", elyra.Current); !errors.Is(err, elyra.ErrNotFound) {
			t.Fatalf("gone: %v", err)
		}
		if _, err := store.Get(t.Context(), "broken", elyra.Current); !errors.As(err, new(*elyra.InvalidError)) {
			t.Fatalf("broken: %v", err)
		}
	}
	if took := time.Since(start); took > times*50*time.Millisecond {
		t.Errorf("%d reads took %v: they waited for a save that nothing points to", 2*times, took)
	}
}

// TestGlance: a glance doesn't wait for a save. Other reads do.
func TestGlance(t *testing.T) {
	dir := t.TempDir()
	document := string(elyra.NewDocument(image("saved")).Encode())
	writeInstance(t, dir, "saved", document)
	path := instancePath(dir, "saved")
	if err := os.Rename(path, fmt.Sprintf("%s%.6f", path, float64(time.Now().UnixMicro())/1e6)); err != nil {
		t.Fatal(err)
	}
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	start := time.Now()
	const times = 20
	for range times {
		if _, err := store.Get(t.Context(), "saved", elyra.Glance); !errors.Is(err, elyra.ErrNotFound) {
			t.Fatalf("Glance: %v", err)
		}
	}
	if took := time.Since(start); took > times*50*time.Millisecond {
		t.Errorf("%d glances took %v: they waited", times, took)
	}
	for _, freshness := range []elyra.Freshness{elyra.Current, elyra.Shared} {
		saved := make(chan error)
		time.AfterFunc(10*time.Millisecond, func() { saved <- os.WriteFile(path, []byte(document), 0o600) })
		if _, err := store.Get(t.Context(), "saved", freshness); err != nil {
			t.Errorf("freshness %d: %v", freshness, err)
		}
		if err := <-saved; err != nil {
			t.Fatal(err)
		}
		remove(t, path)
	}
}
