package provider_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// besideElyra is a command line with files under examples, and the place where the provider keeps images by default, in
// front of those that Elyra ships. Every user has them: the provider finds them through elyra-metadata on PATH.
func besideElyra(t *testing.T, files ...string) (c commandLine, p place) {
	t.Helper()
	c = newCommandLine(t).withElyra(t)
	wantFactory(t)
	p = newPlace(t)
	c.env = append(c.env, p.searchPath())
	c.addExamples(t, files...)
	return c.attached(t), p
}

// factoryDir is the data directory with the images that Elyra ships.
func factoryDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(filepath.Dir(jupytertest.Bin(t)), "share", "jupyter")
}

// wantFactory fails if the images that Elyra ships change during a test.
func wantFactory(t *testing.T) {
	t.Helper()
	contents := func() map[string]string {
		files, err := filepath.Glob(instancePath(factoryDir(t), "*"))
		if err != nil || len(files) < 5 {
			t.Fatalf("Elyra ships %q, %v", files, err)
		}
		documents := map[string]string{}
		for _, file := range files {
			documents[file] = read(t, factoryDir(t), strings.TrimSuffix(filepath.Base(file), ".json"))
		}
		return documents
	}
	before := contents()
	t.Cleanup(func() {
		if !maps.Equal(before, contents()) {
			t.Error("the images that Elyra ships have changed")
		}
	})
}

var reporting = elyra.RuntimeImage{Name: "reporting", DisplayName: "Reporting", ImageName: "quay.io/acme/reporting:3.1.0"}

// TestExamples_tested fails for an example that no test names.
func TestExamples_tested(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	for _, name := range glob(t, "*_acc_test.go") {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(source)
	}
	examples := filepath.Join("..", "..", "examples")
	for _, file := range append(glob(t, filepath.Join(examples, "*", "main.tf")), glob(t, filepath.Join(examples, "*", "*.tf"))...) {
		if name := filepath.Base(filepath.Dir(file)); !strings.Contains(tests.String(), `"`+name) {
			t.Errorf("no test names the example %s", file)
		}
	}
	for _, kind := range []string{"resources", "data-sources", "list-resources"} {
		for _, file := range glob(t, filepath.Join(examples, kind, "*", "*")) {
			of, name := filepath.Base(filepath.Dir(file)), filepath.Base(file)
			if !strings.Contains(tests.String(), of) || !strings.Contains(tests.String(), "/"+name) && !strings.Contains(tests.String(), `"`+name) {
				t.Errorf("no test names the example %s", file)
			}
		}
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s matches %q, %v", pattern, names, err)
	}
	return names
}

// addExamples copies files under examples to where commands run, and adds the provider's source if
// none of them says it.
func (c commandLine) addExamples(t *testing.T, files ...string) {
	t.Helper()
	sourced := len(files) == 0
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		sourced = sourced || strings.Contains(string(data), "required_providers")
		c.write(t, filepath.Base(file), string(data))
	}
	if !sourced {
		c.write(t, "versions.tf", "terraform {\n  required_providers {\n    elyra = { source = \"elyra-ai/elyra\" }\n  }\n}\n")
	}
}

func TestAccExample_quickstart(t *testing.T) {
	t.Parallel()
	c, _ := besideElyra(t, "quickstart/main.tf")
	dir := t.TempDir()
	c.env = append(c.env, "TF_VAR_data_dir="+dir)
	c.run(t, apply)
	want := map[string]string{"Pandas 2.2": instancePath(dir, "pandas_22"), "Training with GPU": instancePath(dir, "training_with_gpu")}
	if got := c.outputMap(t, "locations"); !maps.Equal(got, want) {
		t.Errorf("the locations are %v, want %v", got, want)
	}
	c.run(t, noop)
}

// TestAccExample_provider applies a resource with each provider block of the overview page.
func TestAccExample_provider(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t, "provider/provider.tf", "resources/elyra_runtime_image/resource.tf")
	c.run(t, apply)
	wantImages(t, p.near, reporting)
	c.run(t, noop)
	c.run(t, destroy)
	wantImages(t, p.near)
}

func TestAccExample_providerAlias(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCommandLine(t)
	c.env = append(c.env, p.searchPath())
	c.addExamples(t, "provider/alias.tf")
	c.run(t, apply)
	staged := filepath.Join(c.dir, "build", "usr", "local", "share", "jupyter")
	wantImages(t, staged, reporting)
	wantModes(t, staged, 0o644, 0o755)
	if read(t, p.near, reporting.Name) != "" {
		t.Error("the image is in the default place, too")
	}
	c.run(t, noop)
}

func TestAccExample_providerServer(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	c := newCommandLine(t)
	c.addExamples(t, "provider/server.tf", "resources/elyra_runtime_image/resource.tf")
	c.replace(t, "server.tf", "https://hub.example.com/user/jdoe/", server.URL)
	c.env = append(c.env, "TF_VAR_jupyter_token="+server.Token)
	c.run(t, apply)
	wantImages(t, server.near, reporting)
	c.run(t, noop)
}

// TestAccExample_runtimeImage applies all examples of the page in one configuration.
func TestAccExample_runtimeImage(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t, "resources/elyra_runtime_image/resource.tf", "resources/elyra_runtime_image/all.tf",
		"resources/elyra_runtime_image/overwrite.tf", "resources/elyra_runtime_image/for_each.tf")
	c.run(t, apply)
	wantNames(t, p.near, "forecast", "pandas", "reporting", "scoring", "training")
	if hidden := stored(t, p.near, "pandas"); hidden.ImageName != "registry.example.com/elyra/pandas:2.2.3" {
		t.Errorf("the image that hides Elyra's is %+v", hidden)
	}
	c.run(t, noop)
	wantOutput(t, c.run(t, destroy), `Runtime image "pandas" is visible again`)
	wantNames(t, p.near)
}

// wantNames checks which images a data directory has.
func wantNames(t *testing.T, dataDir string, names ...string) {
	t.Helper()
	files, err := filepath.Glob(instancePath(dataDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, file := range files {
		got = append(got, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	if fmt.Sprint(got) != fmt.Sprint(names) {
		t.Errorf("the directory has %q, want %q", got, names)
	}
}

// TestAccExample_import imports what the example describes. Nothing else changes.
func TestAccExample_import(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"import-by-string-id.tf", "import-by-identity.tf", "import.sh"} {
		c, p := besideElyra(t, "resources/elyra_runtime_image/resource.tf")
		if strings.Contains(by, "identity") {
			c = c.withIdentity(t)
		}
		put(t, p.near, reporting.Name, string(elyra.NewDocument(reporting).Encode()))
		c.imports(t, "resources/elyra_runtime_image/"+by)
	}
}

// imports imports as an example says. Nothing else changes.
func (c commandLine) imports(t *testing.T, file string) {
	t.Helper()
	if strings.HasSuffix(file, ".sh") {
		c.run(t, c.shellExample(t, file))
	} else {
		c.addExamples(t, file)
		wantOutput(t, c.run(t, apply), "1 imported, 0 added")
	}
	if strings.Contains(c.run(t, "cat *.tf"), "_wo_version") { // which an import doesn't know
		c.run(t, apply)
	}
	c.run(t, noop)
}

// shellExample is the text of a script under examples.
func (c commandLine) shellExample(t *testing.T, file string) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

func TestAccExample_runtimeImageDataSource(t *testing.T) {
	t.Parallel()
	c, _ := besideElyra(t, "data-sources/elyra_runtime_image/data-source.tf")
	wantOutput(t, c.run(t, apply), `pandas_image = "amancevice/pandas:`)
}

// TestAccExample_runtimeImagesExclusive creates and imports the example's set.
func TestAccExample_runtimeImagesExclusive(t *testing.T) {
	t.Parallel()
	const dir = "resources/elyra_runtime_images_exclusive/"
	for _, by := range []string{"", "import-by-string-id.tf", "import.sh"} {
		c, p := besideElyra(t, dir+"resource.tf")
		for _, name := range []string{"by_hand", "old"} {
			put(t, p.near, name, importedDocument)
		}
		switch by {
		case "":
			c.run(t, apply)
			wantNames(t, p.near, "by_hand", "old", "reporting") // the creation deletes nothing
		case "import.sh":
			c.run(t, c.shellExample(t, dir+by))
		default:
			c.addExamples(t, dir+by)
		}
		wantOutput(t, c.run(t, apply), `- "old"`)
		wantNames(t, p.near, "by_hand", "reporting")
		c.run(t, noop)
		c.run(t, destroy)
		wantNames(t, p.near, "by_hand")
	}
}

func TestAccExample_runtimeImagesDataSource(t *testing.T) {
	t.Parallel()
	const dir = "data-sources/elyra_runtime_images/"
	c, p := besideElyra(t, dir+"data-source.tf", dir+"search.tf", dir+"invalid.tf")
	put(t, p.near, "pandas_22", string(elyra.NewDocument(pandas).Encode()))
	put(t, p.far, "cuda", `{"display_name": "TensorFlow", "metadata": {"image_name": "a/b:1", "tags": ["cuda"]}, "schema_name": "runtime-image"}`)
	put(t, p.far, "broken", "{")
	c.run(t, apply)
	origins, images, invalid := c.outputMap(t, "origins"), c.outputMap(t, "images"), c.outputMap(t, "invalid")
	if origins["pandas_22"] != "local" || origins["cuda"] != "shared" || origins["pandas"] != "factory" {
		t.Errorf("the origins are %v", origins)
	}
	if images["pandas_22"] != pandas.ImageName || !strings.HasPrefix(images["pandas"], "amancevice/pandas:") {
		t.Errorf("the images are %v", images)
	}
	if got := c.outputs(t)["gpu_images"]; !reflect.DeepEqual(got, []any{"cuda", "tensorflow_2x_gpu_py3"}) {
		t.Errorf("the images for GPUs are %v", got)
	}
	if len(invalid) != 1 || invalid[instancePath(p.far, "broken")] == "" {
		t.Errorf("invalid are %v", invalid)
	}
}

// TestAccExample_listResource queries with the example's list blocks, and generates what it says.
func TestAccExample_listResource(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t).withQuery(t)
	p := newPlace(t)
	c.env = append(c.env, p.searchPath())
	for name, image := range map[string]elyra.RuntimeImage{
		"tf_gpu":  {DisplayName: "TensorFlow with GPU", ImageName: "quay.io/acme/tf:1", Tags: []string{"cuda", "gpu"}},
		"tf_cpu":  {DisplayName: "TensorFlow", ImageName: "quay.io/acme/tf:2"},
		"pytorch": {DisplayName: "PyTorch with GPU", ImageName: "quay.io/acme/torch:1", Tags: []string{"cuda", "gpu"}},
	} {
		put(t, p.near, name, string(elyra.NewDocument(image).Encode()))
	}
	const list = "list-resources/elyra_runtime_image/list-resource.tfquery.hcl"
	c.addExamples(t, list)
	command := regexp.MustCompile(`terraform query -generate-config-out=\S+`).FindString(c.shellExample(t, list))
	if command == "" {
		t.Fatal("the example has no command")
	}
	found := map[string]bool{}
	for line := range strings.Lines(c.run(t, command+" -no-color")) {
		if strings.HasPrefix(line, "list.") {
			found[strings.Join(strings.Fields(line), " ")] = true
		}
	}
	want := map[string]bool{
		"list.elyra_runtime_image.all name=tf_gpu TensorFlow with GPU": true,
		"list.elyra_runtime_image.all name=tf_cpu TensorFlow":          true,
		"list.elyra_runtime_image.all name=pytorch PyTorch with GPU":   true,
		"list.elyra_runtime_image.gpu name=tf_gpu TensorFlow with GPU": true,
	}
	if !maps.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
	if images := c.run(t, "cat images.tf"); strings.Count(images, "\nresource \"elyra_runtime_image\"") != len(want) {
		t.Errorf("generated is\n%s", images)
	}
}
