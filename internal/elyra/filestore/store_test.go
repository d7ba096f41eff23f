package filestore_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/storetest"
)

func TestContract(t *testing.T) {
	for _, samples := range []storetest.Samples{storetest.RuntimeImages, storetest.Runtimes} {
		t.Run(samples.Kind.Schemaspace, func(t *testing.T) {
			storetest.Run(t, samples, func(t *testing.T) storetest.Harness {
				near, far := t.TempDir(), t.TempDir()
				write := func(dir string) func(testing.TB, string, string) {
					return func(t testing.TB, name, document string) { writeFile(t, kindPath(samples.Kind, dir, name), document) }
				}
				return storetest.Harness{
					Store:      filestore.New(samples.Kind, filestore.Config{DataDirs: []string{near, far}}),
					Put:        write(near),
					PutFactory: write(far),
					Raw: func(t testing.TB, name string) (string, bool) {
						data, err := os.ReadFile(kindPath(samples.Kind, near, name))
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
		})
	}
}

func kindPath(kind *elyra.Kind, dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", kind.Schemaspace, name+".json")
}

func instancePath(dataDir, name string) string { return kindPath(elyra.RuntimeImages, dataDir, name) }

func writeInstance(t testing.TB, dataDir, name, document string) {
	t.Helper()
	writeFile(t, instancePath(dataDir, name), document)
}

func writeFile(t testing.TB, path, document string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func image(name string) elyra.RuntimeImage {
	return elyra.RuntimeImage{Name: name, DisplayName: "Display of " + name, ImageName: "team/" + name + ":1"}
}

func create(store *filestore.Store, image elyra.RuntimeImage) (elyra.Instance, error) {
	return store.Create(testingContext, image.Name, elyra.NewDocument(image))
}

func update(store *filestore.Store, image elyra.RuntimeImage) (elyra.Instance, error) {
	return store.Update(testingContext, image.Name, nil, func(stored elyra.Document) elyra.Document { return stored.With(image) })
}

// imageOf is the runtime image of an instance, as far as it can be read.
func imageOf(instance elyra.Instance) elyra.RuntimeImage {
	image, _ := instance.Document.Image(instance.Name)
	return image
}

// TestUpdatesTakeTurns: between an update's look at an instance and its write, no other update or
// deletion by the same store looks at it.
func TestUpdatesTakeTurns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeInstance(t, dir, "x", string(elyra.NewDocument(image("x")).Encode()))
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	looked, deleted := make(chan elyra.Instance, 1), make(chan error, 1)
	_, err := store.Update(t.Context(), "x", nil, func(stored elyra.Document) elyra.Document {
		go func() {
			_, err := store.Delete(testingContext, "x", func(found elyra.Instance) bool { looked <- found; return true })
			deleted <- err
		}()
		select {
		case <-looked:
			t.Error("the deletion looked in the middle of the update")
		case <-time.After(100 * time.Millisecond): // nothing happens, as it should be
		}
		return stored.With(image("changed"))
	})
	if err := errors.Join(err, <-deleted); err != nil {
		t.Fatal(err)
	}
	if found := imageOf(<-looked); found.DisplayName != "Display of changed" {
		t.Errorf("the deletion found %+v", found)
	}
}

// Instances know their level: of Elyra's factory by the Python that runs Elyra, or
// by the Elyra that is installed next to them.
func TestOrigin(t *testing.T) {
	t.Parallel()
	near, far, prefix, installed, debian, windows := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	share := func(prefix string) string { return filepath.Join(prefix, "share", "jupyter") }
	for _, packages := range []string{
		filepath.Join(prefix, "lib", "python3.12", "site-packages", "other"),
		filepath.Join(installed, "lib", "python3.12", "site-packages", "elyra"),
		filepath.Join(debian, "lib", "python3.11", "dist-packages", "elyra"),
		filepath.Join(windows, "Lib", "site-packages", "elyra"),
	} {
		if err := os.MkdirAll(packages, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		dir     string
		factory string
		want    elyra.Origin
	}{
		{"first", near, near, elyra.OriginLocal},
		{"later", far, "", elyra.OriginShared},
		{"of Elyra's Python", share(prefix), share(prefix), elyra.OriginFactory},
		{"of another Python", share(prefix), share(installed), elyra.OriginShared},
		{"next to Elyra", share(installed), "", elyra.OriginFactory},
		{"next to Elyra, on Debian", share(debian), "", elyra.OriginFactory},
		{"next to Elyra, on Windows", share(windows), "", elyra.OriginFactory},
		{"in the environment, but not its data", filepath.Join(installed, "etc", "jupyter"), "", elyra.OriginShared},
	} {
		writeInstance(t, tt.dir, tt.name, string(elyra.NewDocument(image("it")).Encode()))
		store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{near, tt.dir}, FactoryDir: tt.factory})
		instance, err := store.Get(t.Context(), tt.name, elyra.Current)
		if err != nil || instance.Origin != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, instance.Origin, err, tt.want)
		}
	}
}

// Runtime images near where the store looks are found, with the data directory that
// they belong to.
func TestFoundElsewhere(t *testing.T) {
	t.Parallel()
	document := string(elyra.NewDocument(image("it")).Encode())
	for _, tt := range []struct {
		name    string
		files   map[string]string // by path below the test's directory
		dataDir string
		want    []filestore.Elsewhere // with paths below it
	}{
		{"nothing", nil, "x", nil},
		{"read", map[string]string{"x/metadata/runtime-images/a.json": document, "x/runtime-images/b.json": document}, "x", nil},
		{
			"an export", map[string]string{"x/runtime-images/a.json": document, "x/runtime-images/b.json": document, "x/runtime-images/c.json": "{"}, "x",
			[]filestore.Elsewhere{{Expected: "x/metadata/runtime-images", Found: "x/runtime-images", Count: 2}},
		},
		{
			"one too deep", map[string]string{"x/metadata/runtime-images/a.json": document}, "x/metadata",
			[]filestore.Elsewhere{{Expected: "x/metadata/metadata/runtime-images", Found: "x/metadata/runtime-images", Count: 1, DataDir: "x"}},
		},
		{
			"two too deep", map[string]string{"x/metadata/runtime-images/a.json": document}, "x/metadata/runtime-images",
			[]filestore.Elsewhere{{Expected: "x/metadata/runtime-images/metadata/runtime-images", Found: "x/metadata/runtime-images", Count: 1, DataDir: "x"}},
		},
		{
			"a Python environment", map[string]string{"x/share/jupyter/metadata/runtime-images/a.json": document}, "x",
			[]filestore.Elsewhere{{Expected: "x/metadata/runtime-images", Found: "x/share/jupyter/metadata/runtime-images", Count: 1, DataDir: "x/share/jupyter"}},
		},
		{
			"a home", map[string]string{"x/.local/share/jupyter/metadata/runtime-images/a.json": document}, "x",
			[]filestore.Elsewhere{{Expected: "x/metadata/runtime-images", Found: "x/.local/share/jupyter/metadata/runtime-images", Count: 1, DataDir: "x/.local/share/jupyter"}},
		},
		{"other JSON", map[string]string{"x/package.json": "{}", "x/runtime-images/a.json": `{"display_name": "a"}`}, "x", nil},
		{"read by the next level", map[string]string{"further/metadata/runtime-images/a.json": document}, "further/metadata", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for path, content := range tt.files {
				path = filepath.Join(root, filepath.FromSlash(path))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			below := func(path string) string {
				if path == "" {
					return ""
				}
				return filepath.Join(root, filepath.FromSlash(path))
			}
			for i, want := range tt.want {
				tt.want[i].Expected, tt.want[i].Found, tt.want[i].DataDir = below(want.Expected), below(want.Found), below(want.DataDir)
			}
			got := filestore.FoundElsewhere(elyra.RuntimeImages, []string{below(tt.dataDir), below("further")})
			if !slices.Equal(got, tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// testingContext is for what runs outside a test.
var testingContext = context.Background()
