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
)

// TestLeftovers: the first write removes what a killed writer left, and nothing else.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "kept", document("kept"))
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
		must(t, os.WriteFile(path, nil, 0o600), os.Chtimes(path, age, age))
	}
	store := storeOn(dir)
	_, err := create(store, image("new"))
	must(t, err)
	checkFiles(t, dir, ".theirs.json.3kq0w6wj95lll.tmp", ".young.json.terraform-3kq0w6wj95lll.tmp", "kept.json", "kept.json1732373640.1", "new.json")
}

// TestRefuses: a document that could never be read again, or that Elyra would refuse, is refused before
// anything is written. The largest one is read again.
func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "x", document("x"))
	store := storeOn(dir)
	tooLarge := described("x", strings.Repeat("x", 5<<20))
	invalid := func(err error) bool { return errors.As(err, new(*elyra.InvalidError)) }
	for what, tt := range map[string]struct {
		document elyra.Document
		is       func(error) bool
	}{
		"too large": {elyra.NewDocument(tooLarge), func(err error) bool { return err != nil && strings.Contains(err.Error(), "4194304") && !invalid(err) }},
		"invalid":   {elyra.Document{}, invalid},
	} {
		_, createErr := store.Create(t.Context(), "new", tt.document)
		_, updateErr := store.Update(t.Context(), "x", nil, func(elyra.Document) elyra.Document { return tt.document })
		for call, err := range map[string]error{"Create": createErr, "Update": updateErr} {
			if !tt.is(err) {
				t.Errorf("%s, %s: %.200v", what, call, err)
			}
		}
	}
	if got, err := store.Get(t.Context(), "x", elyra.Current); err != nil || !imageOf(got).Equal(image("x")) {
		t.Errorf("the old document is now %.200s, %v", got.Document.Compact(), err)
	}
	checkFiles(t, dir, "x.json")

	shortest := elyra.NewDocument(described("x", "x")).Encode()
	largest := described("x", strings.Repeat("x", 4<<20-len(shortest)+1))
	if _, err := update(store, largest); err != nil {
		t.Error(err)
	}
	if got, err := store.Get(t.Context(), "x", elyra.Current); err != nil || !imageOf(got).Equal(largest) {
		t.Errorf("the largest document is read with %d characters, %v", len(imageOf(got).Description), err)
	}
}

// TestDirectoryIsGone: if a file is removed right before it's deleted, alone or with its directory, the
// deletion succeeds. An update then finds nothing, and a creation makes the directory again.
func TestDirectoryIsGone(t *testing.T) {
	dir := t.TempDir()
	store := storeOn(dir)
	for _, gone := range []string{filepath.Join(dir, "metadata"), instancePath(dir, "x"), filepath.Join(dir, "metadata")} {
		_, createErr := create(store, image("x"))
		_, deleteErr := store.Delete(t.Context(), "x", func(elyra.Instance) bool { return os.RemoveAll(gone) == nil })
		must(t, createErr, deleteErr)
		if _, err := update(store, image("x")); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("Update: %v, want ErrNotFound", err)
		}
	}
	must(t, os.Symlink("nowhere", filepath.Join(dir, "metadata")))
	if _, err := create(store, image("x")); err == nil || !strings.Contains(err.Error(), "metadata: not a directory") {
		t.Errorf("Create in a link to nothing: %v", err)
	}
}

// TestChangedDuringUpdate: an update sees what another program did to the instance while the new
// document was on its way to the disk, and leaves that as it is.
func TestChangedDuringUpdate(t *testing.T) {
	for name, tt := range map[string]struct {
		home  int    // the directory that the instance lives in
		write string // what the other program writes in the first one; "" if it removes the file
		want  error
	}{
		"changed":  {0, document("theirs"), elyra.ErrChanged},
		"broken":   {0, "{", elyra.ErrChanged},
		"removed":  {0, "", elyra.ErrNotFound},
		"appeared": {1, document("theirs"), elyra.ErrChanged},
	} {
		t.Run(name, func(t *testing.T) {
			dirs := []string{t.TempDir(), t.TempDir()}
			writeInstance(t, dirs[tt.home], "x", document("x"))
			_, err := storeOn(dirs...).Update(t.Context(), "x", nil, func(stored elyra.Document) elyra.Document {
				if tt.write == "" {
					must(t, os.Remove(instancePath(dirs[0], "x")))
				} else {
					writeInstance(t, dirs[0], "x", tt.write)
				}
				return stored.With(image("ours"))
			})
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			var changed *elyra.ChangedError
			if errors.As(err, &changed) && changed.Found.Unparsed == "" && imageOf(changed.Found).DisplayName != "Display of theirs" {
				t.Errorf("the error says that there is %+v", changed.Found)
			}
			if tt.write == "" {
				checkFiles(t, dirs[0])
				return
			}
			checkFiles(t, dirs[0], "x.json")
			if data, err := os.ReadFile(instancePath(dirs[0], "x")); err != nil || string(data) != tt.write {
				t.Errorf("left is %q, %v", data, err)
			}
		})
	}
}

// TestUnreadableLevel: a later directory that this user may not enter is skipped, and reported. The
// first one is an error.
func TestUnreadableLevel(t *testing.T) {
	near, far := publicDir(t), publicDir(t)
	writeInstance(t, near, "near", document("near"))
	writeInstance(t, far, "far", document("far"))
	must(t, os.Chmod(filepath.Dir(instancePath(near, "near")), 0o777), os.Chmod(instancePath(near, "near"), 0o644), os.Chmod(far, 0o700))
	if os.Geteuid() != 0 { // it may enter whatever is its own
		must(t, os.Chmod(far, 0))
		t.Cleanup(func() { _ = os.Chmod(far, 0o700) })
	}
	passed := filepath.Join(far, "metadata", "runtime-images")
	asUser(t, func() {
		store := storeOn(near, far)
		if _, err := create(store, image("new")); err != nil {
			t.Errorf("Create: %v", err)
		}
		if _, err := store.Get(t.Context(), "far", elyra.Current); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("Get: %v, want ErrNotFound", err)
		}
		if got, err := store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(got) != 2 {
			t.Errorf("listed %d, %v, want near and new", len(got), err)
		}
		if got := store.Unreadable(); !slices.Equal(got, []string{passed}) {
			t.Errorf("passed over are %q, want %s", got, passed)
		}
		first := storeOn(far, near)
		if _, err := create(first, image("new")); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Create in the first: %v, want a permission error", err)
		}
		if _, err := first.List(t.Context(), elyra.ListOptions{Invalid: true}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("List of the first: %v, want a permission error", err)
		}
		if got := first.Unreadable(); len(got) > 0 {
			t.Errorf("passed over are %q, want none", got)
		}
	})
}
