package filestore_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
						if !errors.Is(err, fs.ErrNotExist) {
							must(t, err)
						}
						return string(data), err == nil
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
	must(t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(document), 0o600))
}

// checkFiles checks what a directory of instances has.
func checkFiles(t *testing.T, dataDir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(instancePath(dataDir, "x")))
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s has %q, %v, want %q", dataDir, got, err, want)
	}
}

// must ends the test if there's an error.
func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func image(name string) elyra.RuntimeImage {
	return elyra.RuntimeImage{Name: name, DisplayName: "Display of " + name, ImageName: "team/" + name + ":1"}
}

func described(name, description string) elyra.RuntimeImage {
	image := image(name)
	image.Description = description
	return image
}

// document is the content of an image's file.
func document(name string) string { return string(elyra.NewDocument(image(name)).Encode()) }

// storeOn is a store on data directories.
func storeOn(dataDirs ...string) *filestore.Store {
	return filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: dataDirs})
}

func create(store *filestore.Store, image elyra.RuntimeImage) (elyra.Instance, error) {
	return store.Create(testingContext, image.Name, elyra.NewDocument(image))
}

func update(store *filestore.Store, image elyra.RuntimeImage) (elyra.Instance, error) {
	return store.Update(testingContext, image.Name, nil, func(stored elyra.Document) elyra.Document { return stored.With(image) })
}

// errorsOf are the errors of what is done with an instance that exists, by the name of the method.
func errorsOf(store *filestore.Store, name string) map[string]error {
	_, getErr := store.Get(testingContext, name, elyra.Current)
	_, updateErr := update(store, image(name))
	_, deleteErr := store.Delete(testingContext, name, nil)
	return map[string]error{"Get": getErr, "Update": updateErr, "Delete": deleteErr}
}

// imageOf is the runtime image of an instance, as far as it can be read.
func imageOf(instance elyra.Instance) elyra.RuntimeImage {
	image, _ := instance.Document.Image(instance.Name)
	return image
}

// Instances know their level: of Elyra's factory by the Python that runs Elyra, or
// by the Elyra that is installed next to them.
func TestOrigin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		packages string // installed in the environment
		dataDir  string // in the environment
		factory  string // the data directory in the environment that is the factory's
		want     elyra.Origin
	}{
		"later":                    {"", "", "x", elyra.OriginShared},
		"of Elyra's Python":        {"lib/python3.12/site-packages/other", "share/jupyter", "share/jupyter", elyra.OriginFactory},
		"of another Python":        {"lib/python3.12/site-packages/other", "share/jupyter", "x/share/jupyter", elyra.OriginShared},
		"next to Elyra":            {"lib/python3.12/site-packages/elyra", "share/jupyter", "x", elyra.OriginFactory},
		"next to Elyra on Debian":  {"lib/python3.11/dist-packages/elyra", "share/jupyter", "x", elyra.OriginFactory},
		"next to Elyra on Windows": {"Lib/site-packages/elyra", "share/jupyter", "x", elyra.OriginFactory},
		"not the environment's":    {"lib/python3.12/site-packages/elyra", "etc/jupyter", "x", elyra.OriginShared},
	} {
		near, prefix := t.TempDir(), t.TempDir()
		dir := filepath.Join(prefix, tt.dataDir)
		must(t, os.MkdirAll(filepath.Join(prefix, tt.packages), 0o700))
		writeInstance(t, near, "near", document("near"))
		writeInstance(t, dir, "it", document("it"))
		store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{near, dir}, FactoryDir: filepath.Join(prefix, tt.factory)})
		for instance, want := range map[string]elyra.Origin{"near": elyra.OriginLocal, "it": tt.want} {
			if got, err := store.Get(t.Context(), instance, elyra.Current); err != nil || got.Origin != want {
				t.Errorf("%s: %s: %q, %v, want %q", name, instance, got.Origin, err, want)
			}
		}
	}
}

// Runtime images near where the store looks are found, with the data directory that
// they belong to.
func TestFoundElsewhere(t *testing.T) {
	const images = "metadata/runtime-images"
	it := document("it")
	one := func(path string) map[string]string { return map[string]string{path: it} }
	for name, tt := range map[string]struct {
		files          map[string]string // by path
		dataDir, found string
		count          int
		itsDataDir     string
	}{
		"nothing":              {nil, "x", "", 0, ""},
		"read":                 {map[string]string{"x/" + images + "/a.json": it, "x/runtime-images/b.json": it}, "x", "", 0, ""},
		"an export":            {map[string]string{"x/runtime-images/a.json": it, "x/runtime-images/b.json": it, "x/runtime-images/c.json": "{"}, "x", "x/runtime-images", 2, ""},
		"one too deep":         {one("x/" + images + "/a.json"), "x/metadata", "x/" + images, 1, "x"},
		"two too deep":         {one("x/" + images + "/a.json"), "x/" + images, "x/" + images, 1, "x"},
		"a Python environment": {one("x/share/jupyter/" + images + "/a.json"), "x", "x/share/jupyter/" + images, 1, "x/share/jupyter"},
		"a home":               {one("x/.local/share/jupyter/" + images + "/a.json"), "x", "x/.local/share/jupyter/" + images, 1, "x/.local/share/jupyter"},
		"other JSON":           {map[string]string{"x/package.json": "{}", "x/runtime-images/a.json": `{"display_name": "a"}`}, "x", "", 0, ""},
		"read by the next":     {one("further/" + images + "/a.json"), "further/metadata", "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for path, content := range tt.files {
				writeFile(t, filepath.FromSlash(path), content)
			}
			dataDir := filepath.FromSlash(tt.dataDir)
			var want []filestore.Elsewhere
			if tt.found != "" {
				want = []filestore.Elsewhere{{
					Expected: filepath.Dir(instancePath(dataDir, "x")), Found: filepath.FromSlash(tt.found), Count: tt.count, DataDir: filepath.FromSlash(tt.itsDataDir),
				}}
			}
			if got := filestore.FoundElsewhere(elyra.RuntimeImages, []string{dataDir, "further"}); !slices.Equal(got, want) {
				t.Errorf("\n got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestDirectoryInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	store := storeOn(file)
	if _, err := create(store, image("x")); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("Create below a file: %v", err)
	}
	if _, err := store.Get(t.Context(), "x", elyra.Current); !errors.Is(err, elyra.ErrNotFound) {
		t.Errorf("Get below a file: %v", err)
	}
	if got, err := store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(got) > 0 {
		t.Errorf("List below a file: %v, %v", got, err)
	}
}

// testingContext is for what runs outside a test.
var testingContext = context.Background()
