package provider_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
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
	c = newCommandLine(t).withElyra()
	shipped := "cat " + instancePath(factoryDir(t), "*")
	before := c.run(shipped)
	t.Cleanup(func() {
		if now, err := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c", shipped).Output(); err != nil || string(now) != before {
			t.Errorf("the images that Elyra ships have changed: %v", err)
		}
	})
	p = newPlace(t)
	c.env = append(c.env, p.searchPath())
	c.addExamples(files...)
	return c.attached(), p
}

// factoryDir is the data directory with the images that Elyra ships.
func factoryDir(t *testing.T) string {
	t.Helper()
	return filepath.Join(filepath.Dir(jupytertest.Bin(t)), "share", "jupyter")
}

var reporting = elyra.RuntimeImage{Name: "reporting", DisplayName: "Reporting", ImageName: "quay.io/acme/reporting:3.1.0"}

// TestExamples_tested fails for an example that no test names.
func TestExamples_tested(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	for _, name := range glob(t, "*_acc_test.go") {
		tests.WriteString(readFile(t, name))
	}
	examples := filepath.Join("..", "..", "examples")
	for _, file := range append(glob(t, filepath.Join(examples, "*", "main.tf")), glob(t, filepath.Join(examples, "*", "*.tf"))...) {
		if name := filepath.Base(filepath.Dir(file)); !strings.Contains(tests.String(), `"examples/`+name+`"`) && !strings.Contains(tests.String(), `"`+name+"/") {
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

// example is the text of a file under examples.
func example(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(file)))
	must(t, err)
	return string(text)
}

// queryOf is the command that an example of a list says.
func queryOf(t *testing.T, file string) string {
	t.Helper()
	command := regexp.MustCompile(`terraform query -generate-config-out=\S+`).FindString(example(t, file))
	if command == "" {
		t.Fatalf("%s has no command", file)
	}
	return command + " -no-color"
}

// addExamples copies files under examples to where commands run, and adds the provider's source if
// none of them says it.
func (c commandLine) addExamples(files ...string) {
	c.t.Helper()
	sourced := len(files) == 0
	for _, file := range files {
		text := example(c.t, file)
		sourced = sourced || strings.Contains(text, "required_providers")
		c.write(filepath.Base(file), text)
	}
	if !sourced {
		c.write("versions.tf", required)
	}
}

func TestAccExample_quickstart(t *testing.T) {
	t.Parallel()
	c, _ := besideElyra(t, "quickstart/main.tf")
	dir := t.TempDir()
	c.env = append(c.env, "TF_VAR_data_dir="+dir)
	c.run(apply)
	want := map[string]string{"Pandas 2.2": instancePath(dir, "pandas_22"), "Training with GPU": instancePath(dir, "training_with_gpu")}
	if got := c.outputMap("locations"); !maps.Equal(got, want) {
		t.Errorf("the locations are %v, want %v", got, want)
	}
	c.run(noop)
}

// TestAccExample_provider applies a resource with each provider block of the overview page.
func TestAccExample_provider(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t, "provider/provider.tf", "resources/elyra_runtime_image/resource.tf")
	c.run(apply)
	wantImages(t, p.near, reporting)
	c.run(noop)
	c.run(destroy)
	wantImages(t, p.near)
}

func TestAccExample_providerAlias(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCommandLine(t, p.searchPath())
	c.addExamples("provider/alias.tf")
	c.run(apply)
	staged := filepath.Join(c.dir, "build", "usr", "local", "share", "jupyter")
	wantImages(t, staged, reporting)
	wantModes(t, staged, "644", "755")
	if read(t, p.near, reporting.Name) != "" {
		t.Error("the image is in the default place, too")
	}
	c.run(noop)
}

func TestAccExample_providerServer(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	c := newCommandLine(t, "TF_VAR_jupyter_token="+server.Token)
	c.addExamples("provider/server.tf", "resources/elyra_runtime_image/resource.tf")
	c.replace("server.tf", "https://hub.example.com/user/jdoe/", server.URL)
	c.run(apply)
	wantImages(t, server.near, reporting)
	c.run(noop)
}

// TestAccExample_runtimeImage applies all examples of the page in one configuration.
func TestAccExample_runtimeImage(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t, "resources/elyra_runtime_image/resource.tf", "resources/elyra_runtime_image/all.tf",
		"resources/elyra_runtime_image/overwrite.tf", "resources/elyra_runtime_image/for_each.tf")
	c.run(apply)
	wantNames(t, p.near, "forecast", "pandas", "reporting", "scoring", "training")
	if hidden := stored(t, p.near, "pandas"); hidden.ImageName != "registry.example.com/elyra/pandas:2.2.3" {
		t.Errorf("the image that hides Elyra's is %+v", hidden)
	}
	c.run(noop)
	wantOutput(t, c.run(destroy), `Runtime image "pandas" is visible again`)
	wantNames(t, p.near)
}

// TestAccExample_import imports what the example describes. Nothing else changes.
func TestAccExample_import(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"import-by-string-id.tf", "import-by-identity.tf", "import.sh"} {
		c, p := besideElyra(t, "resources/elyra_runtime_image/resource.tf")
		if strings.Contains(by, "identity") {
			c = c.with(identities)
		}
		putImages(t, p.near, reporting)
		c.imports("resources/elyra_runtime_image/" + by)
	}
}

// imports imports as an example says. Nothing else changes.
func (c commandLine) imports(file string) {
	c.t.Helper()
	if strings.HasSuffix(file, ".sh") {
		c.run(example(c.t, file))
	} else {
		c.addExamples(file)
		wantOutput(c.t, c.run(apply), "1 imported, 0 added")
	}
	if strings.Contains(c.run("cat *.tf"), "_wo_version") { // which an import doesn't know
		c.run(apply)
	}
	c.run(noop)
}

func TestAccExample_runtimeImageDataSource(t *testing.T) {
	t.Parallel()
	c, _ := besideElyra(t, "data-sources/elyra_runtime_image/data-source.tf")
	wantOutput(t, c.run(apply), `pandas_image = "amancevice/pandas:`)
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
			c.run(apply)
			wantNames(t, p.near, "by_hand", "old", "reporting") // the creation deletes nothing
		case "import.sh":
			c.run(example(t, dir+by))
		default:
			c.addExamples(dir + by)
		}
		wantOutput(t, c.run(apply), `- "old"`)
		wantNames(t, p.near, "by_hand", "reporting")
		c.run(noop)
		c.run(destroy)
		wantNames(t, p.near, "by_hand")
	}
}

func TestAccExample_runtimeImagesDataSource(t *testing.T) {
	t.Parallel()
	const dir = "data-sources/elyra_runtime_images/"
	c, p := besideElyra(t, dir+"data-source.tf", dir+"search.tf", dir+"invalid.tf")
	putImages(t, p.near, pandas)
	put(t, p.far, "cuda", `{"display_name": "TensorFlow", "metadata": {"image_name": "a/b:1", "tags": ["cuda"]}, "schema_name": "runtime-image"}`)
	put(t, p.far, "broken", "{")
	c.run(apply)
	origins, images, invalid := c.outputMap("origins"), c.outputMap("images"), c.outputMap("invalid")
	if origins["pandas_22"] != "local" || origins["cuda"] != "shared" || origins["pandas"] != "factory" {
		t.Errorf("the origins are %v", origins)
	}
	if images["pandas_22"] != pandas.ImageName || !strings.HasPrefix(images["pandas"], "amancevice/pandas:") {
		t.Errorf("the images are %v", images)
	}
	if got := c.outputs()["gpu_images"]; !reflect.DeepEqual(got, []any{"cuda", "tensorflow_2x_gpu_py3"}) {
		t.Errorf("the images for GPUs are %v", got)
	}
	if len(invalid) != 1 || invalid[instancePath(p.far, "broken")] == "" {
		t.Errorf("invalid are %v", invalid)
	}
}

// TestAccExample_listResource queries with the example's list blocks, and generates what it says.
func TestAccExample_listResource(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCommandLine(t, p.searchPath()).with(queryCommand)
	putImages(t, p.near,
		elyra.RuntimeImage{Name: "tf_gpu", DisplayName: "TensorFlow with GPU", ImageName: "quay.io/acme/tf:1", Tags: []string{"cuda", "gpu"}},
		elyra.RuntimeImage{Name: "tf_cpu", DisplayName: "TensorFlow", ImageName: "quay.io/acme/tf:2"},
		elyra.RuntimeImage{Name: "pytorch", DisplayName: "PyTorch with GPU", ImageName: "quay.io/acme/torch:1", Tags: []string{"cuda", "gpu"}},
	)
	const list = "list-resources/elyra_runtime_image/list-resource.tfquery.hcl"
	c.addExamples(list)
	found := c.run(queryOf(t, list))
	wantOutput(t, found, "list.elyra_runtime_image.all name=tf_gpu TensorFlow with GPU", "list.elyra_runtime_image.all name=tf_cpu TensorFlow",
		"list.elyra_runtime_image.all name=pytorch PyTorch with GPU", "list.elyra_runtime_image.gpu name=tf_gpu TensorFlow with GPU")
	images := c.run("cat images.tf")
	if strings.Count(found, "list.") != 4 || strings.Count(images, "\nresource \"elyra_runtime_image\"") != 4 {
		t.Errorf("found is\n%s\nand generated\n%s", found, images)
	}
}
