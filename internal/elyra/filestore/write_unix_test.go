//go:build unix

package filestore_test

import (
	"errors"
	"io"
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
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	if _, err := create(store, image("new")); err != nil {
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

// TestRefuses: a document that could never be read again, or that Elyra would refuse, is refused before
// anything is written. The largest one is read again.
func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "x", string(elyra.NewDocument(image("x")).Encode()))
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	tooLarge := image("x")
	tooLarge.Description = strings.Repeat("x", 5<<20)
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
	noLeftovers(t, dir, 1)

	largest := image("x")
	largest.Description = "x"
	largest.Description = strings.Repeat("x", 4<<20-len(elyra.NewDocument(largest).Encode())+1)
	if _, err := update(store, largest); err != nil {
		t.Error(err)
	}
	if got, err := store.Get(t.Context(), "x", elyra.Current); err != nil || !imageOf(got).Equal(largest) {
		t.Errorf("the largest document is read with %d characters, %v", len(imageOf(got).Description), err)
	}
}

// TestReplacesFile: an update never writes in place. A reader that has the old file open finds the old document.
func TestReplacesFile(t *testing.T) {
	dir := t.TempDir()
	old := string(elyra.NewDocument(image("x")).Encode())
	writeInstance(t, dir, "x", old)
	file, err := os.Open(instancePath(dir, "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	changed := image("x")
	changed.Description = "changed"
	if _, err := update(filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}}), changed); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(file); err != nil || string(data) != old {
		t.Errorf("the old file has now %q, %v", data, err)
	}
}

// TestDirectoryIsGone: if the directory is removed between two writes, a creation makes it again, and
// an update finds nothing.
func TestDirectoryIsGone(t *testing.T) {
	dir := t.TempDir()
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	for range 2 {
		if _, err := create(store, image("x")); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(dir, "metadata")); err != nil {
			t.Fatal(err)
		}
		if _, err := update(store, image("x")); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("Update: %v, want ErrNotFound", err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "metadata")); err != nil {
		t.Fatal(err)
	}
	if _, err := create(store, image("x")); err == nil || !strings.Contains(err.Error(), "metadata: not a directory") {
		t.Errorf("Create in a link to nothing: %v", err)
	}
}

// TestChangedDuringUpdate: an update sees what another program did to the instance while the new
// document was on its way to the disk, and leaves that as it is.
func TestChangedDuringUpdate(t *testing.T) {
	document := func(name string) string { return string(elyra.NewDocument(image(name)).Encode()) }
	for name, tt := range map[string]struct {
		far       bool // the instance lives in the second directory
		interfere func(t *testing.T, near string)
		want      error
		left      string
	}{
		"changed":  {interfere: func(t *testing.T, near string) { t.Helper(); writeInstance(t, near, "x", document("theirs")) }, want: elyra.ErrChanged, left: document("theirs")},
		"broken":   {interfere: func(t *testing.T, near string) { t.Helper(); writeInstance(t, near, "x", "{") }, want: elyra.ErrChanged, left: "{"},
		"removed":  {interfere: func(t *testing.T, near string) { t.Helper(); remove(t, instancePath(near, "x")) }, want: elyra.ErrNotFound},
		"appeared": {far: true, interfere: func(t *testing.T, near string) { t.Helper(); writeInstance(t, near, "x", document("theirs")) }, want: elyra.ErrChanged, left: document("theirs")},
		"replaced by a directory": {interfere: func(t *testing.T, near string) {
			t.Helper()
			remove(t, instancePath(near, "x"))
			if err := os.Mkdir(instancePath(near, "x"), 0o700); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			near, far := t.TempDir(), t.TempDir()
			home := near
			if tt.far {
				home = far
			}
			writeInstance(t, home, "x", document("x"))
			store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{near, far}})
			_, err := store.Update(t.Context(), "x", nil, func(stored elyra.Document) elyra.Document {
				tt.interfere(t, near)
				return stored.With(image("ours"))
			})
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			var changed *elyra.ChangedError
			if errors.As(err, &changed) && changed.Found.Unparsed == "" && imageOf(changed.Found).DisplayName != "Display of theirs" {
				t.Errorf("the error says that there is %+v", changed.Found)
			}
			if tt.left != "" {
				if data, err := os.ReadFile(instancePath(near, "x")); err != nil || string(data) != tt.left {
					t.Errorf("left is %q, %v", data, err)
				}
				noLeftovers(t, near, 1)
			}
		})
	}
}

// TestUnreadableLevel: a later directory that this user may not enter is skipped, and reported. The
// first one is an error.
func TestUnreadableLevel(t *testing.T) {
	near, far := publicDir(t), publicDir(t)
	writeInstance(t, near, "near", string(elyra.NewDocument(image("near")).Encode()))
	writeInstance(t, far, "far", string(elyra.NewDocument(image("far")).Encode()))
	if err := errors.Join(os.Chmod(filepath.Dir(instancePath(near, "near")), 0o777), os.Chmod(instancePath(near, "near"), 0o644), os.Chmod(far, 0o700)); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 { // it may enter whatever is its own
		if err := os.Chmod(far, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(far, 0o700) })
	}
	passed := filepath.Join(far, "metadata", "runtime-images")
	asUser(t, func() {
		store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{near, far}})
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
		first := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{far, near}})
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
