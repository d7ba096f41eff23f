package provider_test

import (
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
