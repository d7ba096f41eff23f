package filestore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestPlaces covers each way to a name that isn't taken. A system uses the first that works.
func TestPlaces(t *testing.T) {
	ways := map[string]func(*tempFile, string) error{
		"create": (*tempFile).create,
		"link":   (*tempFile).link,
		"claim":  (*tempFile).claim,
	}
	for way, place := range ways {
		t.Run(way, func(t *testing.T) {
			dir, err := openDirectory(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer dir.close()
			temp := func(content string) *tempFile {
				temp, err := New(elyra.RuntimeImages, Config{DataDirs: []string{dir.path}}).writeTemp(dir, "x", []byte(content), nil)
				if err != nil {
					t.Fatal(err)
				}
				return temp
			}
			first, second, lost := temp("first"), temp("second"), temp("lost")
			if err := place(first, "x.json"); err != nil {
				t.Fatal(err)
			}
			first.placed = true
			if err := place(second, "x.json"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a taken name: %v, want ErrExist", err)
			}
			if err := dir.root.Remove(lost.name); err != nil {
				t.Fatal(err)
			}
			if err := place(lost, "y.json"); err == nil {
				t.Error("a failed rename wasn't reported")
			}
			for _, temp := range []*tempFile{first, second, lost} {
				temp.close()
			}
			if data, err := os.ReadFile(filepath.Join(dir.path, "x.json")); err != nil || string(data) != "first" {
				t.Errorf("the file holds %q, %v", data, err)
			}
			if entries, err := os.ReadDir(dir.path); err != nil || len(entries) != 1 {
				t.Errorf("the directory has %v, %v, want x.json alone", entries, err)
			}
		})
	}
}
