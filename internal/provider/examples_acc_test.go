package provider_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestAccExample_quickstart(t *testing.T) {
	filesPlace(t)
	dir := t.TempDir()
	step := example(t, "quickstart/main.tf")
	step.ConfigVariables = config.Variables{"data_dir": config.StringVariable(dir)}
	step.ConfigStateChecks = []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("locations", knownvalue.MapExact(map[string]knownvalue.Check{
		"Pandas 2.2":        knownvalue.StringExact(instancePath(dir, "pandas_22")),
		"Training with GPU": knownvalue.StringExact(instancePath(dir, "training_with_gpu")),
	}))}
	applyExamples(t, step)
}

func TestAccExample_provider(t *testing.T) {
	filesPlace(t)
	applyExamples(t, example(t, "provider/provider.tf", "resources/elyra_runtime_image/resource.tf"))
}

func TestAccExample_runtimeImage(t *testing.T) {
	p := filesPlace(t)
	put(t, p.far, "r", importedDocument)
	applyExamples(t, example(t, "resources/elyra_runtime_image/resource.tf"))
}

// TestAccExample_import imports what the example describes: nothing else is to
// be done about it.
func TestAccExample_import(t *testing.T) {
	p := filesPlace(t)
	put(t, p.near, "pandas_22", string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Pandas 2.2", ImageName: "quay.io/acme/pandas:2.2.3"}).Encode()))
	step := example(t, "resources/elyra_runtime_image/resource.tf", "resources/elyra_runtime_image/import-by-string-id.tf")
	step.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction("elyra_runtime_image.pandas", plancheck.ResourceActionNoop)}
	applyExamples(t, step)
}

func TestAccExample_runtimeImageDataSource(t *testing.T) {
	p := filesPlace(t)
	put(t, p.far, "pandas", string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Pandas", ImageName: "quay.io/acme/pandas:1"}).Encode()))
	put(t, p.far, "r", string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "R Script", ImageName: "quay.io/acme/r:1"}).Encode()))
	step := example(t, "data-sources/elyra_runtime_image/data-source.tf")
	step.ConfigStateChecks = []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("pandas_image", knownvalue.StringExact("quay.io/acme/pandas:1"))}
	applyExamples(t, step)
}

// TestAccExample_runtimeImagesExclusive creates and imports the example's set.
func TestAccExample_runtimeImagesExclusive(t *testing.T) {
	for _, files := range [][]string{
		{"resources/elyra_runtime_images_exclusive/resource.tf"},
		{"resources/elyra_runtime_images_exclusive/resource.tf", "resources/elyra_runtime_images_exclusive/import-by-string-id.tf"},
	} {
		p := filesPlace(t)
		for _, name := range []string{"by_hand", "old"} {
			put(t, p.near, name, importedDocument)
		}
		put(t, p.far, "r", importedDocument)
		step := example(t, files...)
		step.ConfigStateChecks = []statecheck.StateCheck{checkFiles(func() {
			if read(t, p.near, "old") != "" || read(t, p.near, "by_hand") == "" || read(t, p.near, "pandas_22") == "" || read(t, p.far, "r") == "" {
				t.Errorf("%s: the wrong ones are gone", files)
			}
		})}
		applyExamples(t, step)
		if read(t, p.near, "by_hand") == "" {
			t.Error("the destroy removed what is not Terraform's")
		}
	}
}

// TestAccExample_listResource queries with the example's list blocks, and generates what it says.
func TestAccExample_listResource(t *testing.T) {
	c := newCommandLine(t).withQuery(t)
	p := filesPlace(t)
	for name, image := range map[string]elyra.RuntimeImage{
		"tf_gpu":  {DisplayName: "TensorFlow with GPU", ImageName: "quay.io/acme/tf:1", Tags: []string{"cuda", "gpu"}},
		"tf_cpu":  {DisplayName: "TensorFlow", ImageName: "quay.io/acme/tf:2"},
		"pytorch": {DisplayName: "PyTorch with GPU", ImageName: "quay.io/acme/torch:1", Tags: []string{"cuda", "gpu"}},
	} {
		put(t, p.near, name, string(elyra.NewDocument(image).Encode()))
	}
	c.copyExample(t, filepath.Join("list-resources", "elyra_runtime_image"))
	c.write(t, "main.tf", "terraform {\n  required_providers {\n    elyra = { source = \"elyra-ai/elyra\" }\n  }\n}\n")
	command := regexp.MustCompile(`terraform query -generate-config-out=\S+`).FindString(c.run(t, "cat list-resource.tfquery.hcl"))
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
