package filestore_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		near, far := t.TempDir(), t.TempDir()
		write := func(dir string) func(testing.TB, string, string) {
			return func(t testing.TB, name, document string) { writeInstance(t, dir, name, document) }
		}
		return storetest.Harness{
			Store:      filestore.New(filestore.Config{DataDirs: []string{near, far}}),
			Put:        write(near),
			PutFactory: write(far),
			Raw: func(t testing.TB, name string) (string, bool) {
				data, err := os.ReadFile(instancePath(near, name))
				if errors.Is(err, fs.ErrNotExist) {
					return "", false
				}
				if err != nil {
					t.Fatal(err)
				}
				return string(data), true
			},
		}
	})
}

func instancePath(dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", "runtime-images", name+".json")
}

func writeInstance(t testing.TB, dataDir, name, document string) {
	t.Helper()
	path := instancePath(dataDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
}

func image(name string) elyra.RuntimeImage {
	return elyra.RuntimeImage{Name: name, DisplayName: "Display of " + name, ImageName: "team/" + name + ":1"}
}

// testingContext is for what runs outside a test.
var testingContext = context.Background()

// TestSearchPathOfNewPlatformdirs covers rules that platformdirs 4.14 has and
// 4.5, which also runs on Python 3.10, has not: relative entries of XDG
// variables do not count, and macOS heeds the variables, too.
func TestSearchPathOfNewPlatformdirs(t *testing.T) {
	tests := []struct {
		goos string
		env  map[string]string
		want []string
	}{
		{"linux", map[string]string{"XDG_DATA_HOME": "/xdg", "XDG_DATA_DIRS": "/a:relative:/b"}, []string{"/xdg/jupyter", "/a/jupyter", "/b/jupyter"}},
		{"linux", map[string]string{"XDG_DATA_HOME": "relative", "XDG_DATA_DIRS": "relative"}, []string{"/home/jdoe/.local/share/jupyter", "/usr/local/share/jupyter", "/usr/share/jupyter"}},
		{"darwin", map[string]string{"XDG_DATA_HOME": "/xdg", "XDG_DATA_DIRS": "/a"}, []string{"/xdg/Jupyter", "/a/Jupyter"}},
	}
	for _, tt := range tests {
		tt.env["HOME"], tt.env["JUPYTER_PLATFORM_DIRS"] = "/home/jdoe", "1"
		got := filestore.SearchPath(filestore.Environment{
			GOOS:      tt.goos,
			LookupEnv: func(key string) (string, bool) { value, ok := tt.env[key]; return value, ok },
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %v: got %q, want %q", tt.goos, tt.env, got, tt.want)
		}
	}
}
