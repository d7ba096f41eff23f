//go:build unix

package filestore_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// TestLeftovers: the first write removes what a killed writer left, and nothing else.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "kept", string(elyra.NewDocument(image("kept")).Encode()))
	instances := filepath.Dir(instancePath(dir, "x"))
	old := time.Now().Add(-time.Hour)
	for name, age := range map[string]time.Time{
		".gone.json.terraform-3kq0w6wj95lll.tmp":  old,
		".Odd.json.terraform-1.tmp":               old,
		".young.json.terraform-3kq0w6wj95lll.tmp": time.Now(),
		".theirs.json.3kq0w6wj95lll.tmp":          old,
		"kept.json1732373640.1":                   old,
	} {
		path := filepath.Join(instances, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, age, age)); err != nil {
			t.Fatal(err)
		}
	}
	store := filestore.New(filestore.Config{DataDirs: []string{dir}})
	if _, err := store.Create(t.Context(), image("new")); err != nil {
		t.Fatal(err)
	}
	var got []string
	entries, err := os.ReadDir(instances)
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	want := []string{".theirs.json.3kq0w6wj95lll.tmp", ".young.json.terraform-3kq0w6wj95lll.tmp", "kept.json", "kept.json1732373640.1", "new.json"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("left are %q, %v, want %q", got, err, want)
	}
}

// TestTooLarge: a document that could never be read again is refused before anything is written.
func TestTooLarge(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "large", string(elyra.NewDocument(image("large")).Encode()))
	store := filestore.New(filestore.Config{DataDirs: []string{dir}})
	large := image("large")
	large.Description = strings.Repeat("x", 5<<20)
	_, updateErr := store.Update(t.Context(), large)
	large.Name = "new"
	_, createErr := store.Create(t.Context(), large)
	for call, err := range map[string]error{"Update": updateErr, "Create": createErr} {
		if err == nil || !strings.Contains(err.Error(), "more than 4194304 are never read") {
			t.Errorf("%s: %v", call, err)
		}
	}
	if got, err := store.Get(t.Context(), "large"); err != nil || got.Description != "" {
		t.Errorf("the old document is now of %d characters, %v", len(got.Description), err)
	}
	noLeftovers(t, dir, 1)

	largest := image("large")
	largest.Description = "x"
	largest.Description = strings.Repeat("x", 4<<20-len(elyra.NewDocument(largest).Encode())+1)
	if _, err := store.Update(t.Context(), largest); err != nil {
		t.Error(err)
	}
	if got, err := store.Get(t.Context(), "large"); err != nil || !got.Equal(largest) {
		t.Errorf("the largest document is read with %d characters, %v", len(got.Description), err)
	}
}

// TestDirectoryIsGone: a directory that is removed between two writes is made again by a create,
// and told by its path by an update.
func TestDirectoryIsGone(t *testing.T) {
	dir := t.TempDir()
	store := filestore.New(filestore.Config{DataDirs: []string{dir}})
	create := func() {
		t.Helper()
		if _, err := store.Create(t.Context(), image("x")); err != nil {
			t.Fatal(err)
		}
	}
	create()
	if err := os.RemoveAll(filepath.Join(dir, "metadata")); err != nil {
		t.Fatal(err)
	}
	instances := filepath.Dir(instancePath(dir, "x"))
	if _, err := store.Update(t.Context(), image("x")); !errors.Is(err, elyra.ErrNotFound) || !strings.Contains(err.Error(), instances+" does not exist") {
		t.Errorf("Update: %v, want ErrNotFound with the directory's path", err)
	}
	create()
}

// TestNamesDirectory: an error names the whole path, and no temporary file.
func TestNamesDirectory(t *testing.T) {
	dir := publicDir(t)
	writeInstance(t, dir, "x", string(elyra.NewDocument(image("x")).Encode()))
	instances := filepath.Dir(instancePath(dir, "x"))
	if err := os.Chmod(instances, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{filepath.Dir(instances), dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(instancePath(dir, "x"), 0o644); err != nil {
		t.Fatal(err)
	}
	store := filestore.New(filestore.Config{DataDirs: []string{dir}})
	asUser(t, func() {
		_, createErr := store.Create(t.Context(), image("new"))
		_, updateErr := store.Update(t.Context(), image("x"))
		_, deleteErr := store.Delete(t.Context(), "x")
		for want, err := range map[string]error{
			`create runtime image "new": write to ` + instances + ": permission denied":          createErr,
			`update runtime image "x": write to ` + instances + ": permission denied":            updateErr,
			`delete runtime image "x": remove ` + instancePath(dir, "x") + ": permission denied": deleteErr,
		} {
			if err == nil || err.Error() != want || !errors.Is(err, fs.ErrPermission) {
				t.Errorf("got %v\nwant %s", err, want)
			}
		}
	})
}

// TestUnreadableLevel: a directory further along that may not be entered is passed over, and told;
// the first one stays an error.
func TestUnreadableLevel(t *testing.T) {
	near, far := publicDir(t), publicDir(t)
	writeInstance(t, near, "near", string(elyra.NewDocument(image("near")).Encode()))
	writeInstance(t, far, "far", string(elyra.NewDocument(image("far")).Encode()))
	for path, mode := range map[string]fs.FileMode{
		filepath.Dir(near): 0o755, near: 0o777, filepath.Join(near, "metadata"): 0o777,
		filepath.Join(near, "metadata", "runtime-images"): 0o777, instancePath(near, "near"): 0o644,
		filepath.Dir(far): 0o755, far: 0o700,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if os.Geteuid() != 0 { // it may enter whatever is its own
		if err := os.Chmod(far, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(far, 0o700) })
	}
	passed := filepath.Join(far, "metadata", "runtime-images")
	asUser(t, func() {
		store := filestore.New(filestore.Config{DataDirs: []string{near, far}})
		if _, err := store.Create(t.Context(), image("new")); err != nil {
			t.Errorf("Create: %v", err)
		}
		if _, err := store.Get(t.Context(), "far"); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("Get: %v, want ErrNotFound", err)
		}
		if got, err := store.List(t.Context(), true); err != nil || len(got) != 2 {
			t.Errorf("listed %d, %v, want near and new", len(got), err)
		}
		if got := store.Unreadable(); !slices.Equal(got, []string{passed}) {
			t.Errorf("passed over are %q, want %s", got, passed)
		}
		first := filestore.New(filestore.Config{DataDirs: []string{far, near}})
		if _, err := first.Create(t.Context(), image("new")); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Create in the first: %v, want a permission error", err)
		}
		if _, err := first.List(t.Context(), true); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("List of the first: %v, want a permission error", err)
		}
		if got := first.Unreadable(); len(got) > 0 {
			t.Errorf("passed over are %q, want none", got)
		}
	})
}
