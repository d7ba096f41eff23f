package filestore_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
			ListsInvalid: true, RepairsBroken: true, KnowsLevels: true,
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
