package filestore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestClaim covers file systems without hard links, which no test machine has
// at hand.
func TestClaim(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	temp := func(content string) string {
		f, temp, err := writeTemp(root, "x", []byte(content), 0o640, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return temp
	}
	if err := claim(root, temp("first"), "x.json"); err != nil {
		t.Fatal(err)
	}
	if err := claim(root, temp("second"), "x.json"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a taken name: %v, want ErrExist", err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "x.json")); err != nil || string(data) != "first" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if err := claim(root, "absent", "y.json"); err == nil {
		t.Error("a failed rename was not reported")
	}
	if _, err := os.Stat(filepath.Join(dir, "y.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a failed claim left its empty file: %v", err)
	}
}

func TestDirectoryInTheWay(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	store := New(Config{DataDirs: []string{file}})
	image := elyra.RuntimeImage{Name: "x", DisplayName: "x", ImageName: "a/b"}
	if _, err := store.Create(t.Context(), image); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("Create below a file: %v", err)
	}
	if _, err := store.Get(t.Context(), "x"); !errors.Is(err, elyra.ErrNotFound) {
		t.Errorf("Get below a file: %v", err)
	}
	if got, err := store.List(t.Context(), true); err != nil || len(got) > 0 {
		t.Errorf("List below a file: %v, %v", got, err)
	}
}
