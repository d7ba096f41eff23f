package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestAccExample_pipelineRuntimeImages(t *testing.T) {
	isolate(t)
	step := example(t, "functions/pipeline_runtime_images/function.tf", "pipeline-images/pipelines/nightly.pipeline")
	step.ConfigStateChecks = output("images", knownvalue.ObjectExact(map[string]knownvalue.Check{
		"quay.io/acme/pandas:2.2.3":   knownvalue.TupleExact([]knownvalue.Check{knownvalue.StringExact("load.ipynb"), knownvalue.StringExact("report.ipynb")}),
		"quay.io/acme/training:1.4.0": knownvalue.TupleExact([]knownvalue.Check{knownvalue.StringExact("train.py")}),
	}))
	applyExamples(t, step)
}

// One pipeline, saved by each version of Elyra, gives the same images.
func TestAccPipelineRuntimeImages_versions(t *testing.T) {
	isolate(t)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "elyra-ai") // functions need a source
	pipelines, err := filepath.Abs(filepath.Join("..", "elyra", "pipeline", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	step := resource.TestStep{
		ProtoV6ProviderFactories: providerFactories,
		ConfigDirectory:          directory("pipelines"),
		ConfigVariables:          config.Variables{"pipelines": config.StringVariable(pipelines)},
	}
	step.ConfigStateChecks = append(output("images", knownvalue.SetExact([]knownvalue.Check{
		knownvalue.StringExact("quay.io/acme/pandas:2.2.3 quay.io/acme/training:1.4.0 quay.io/acme/r:4.4"),
	})), output("files", knownvalue.Int64Exact(9))...)
	applyExamples(t, step)
}

// The example warns of nodes whose image is not configured, and lets go of none that
// is in use.
func TestAccExample_pipelineImages(t *testing.T) {
	c := newCommandLine(t)
	c.copyExample(t, "pipeline-images")
	p := filesPlace(t)
	put(t, p.far, "factory", string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Factory", ImageName: "acme/factory:1"}).Encode()))
	const warning = "These nodes run in images that are not configured"
	plan := func(variables string) (string, error) {
		c.write(t, "terraform.tfvars", variables)
		return c.try(t, "terraform plan -no-color")
	}
	use := func(old, image string) {
		t.Helper()
		path := filepath.Join(c.dir, "pipelines", "nightly.pipeline")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, image)), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	if output := c.run(t, "terraform apply -no-color -auto-approve"); strings.Contains(output, "Warning: Check block assertion failed") || !strings.Contains(output, "2 added") {
		t.Fatalf("the apply says:\n%s", output)
	}

	// In use, an image neither goes nor changes; when its pipelines have moved on, it may.
	const pandas = `pandas = { display_name = "Pandas 2.2", image_name = "quay.io/acme/pandas:2.2.3" }`
	for _, images := range []string{
		"images = { " + pandas + " }",
		"images = {\n" + pandas + "\ntraining = { display_name = \"Training with GPU\", image_name = \"quay.io/acme/training:2.0.0\" }\n}",
	} {
		output, err := plan(images)
		for _, want := range []string{"These images would be gone, and pipelines still run in them:", "- quay.io/acme/training:1.4.0: nightly.pipeline: train.py"} {
			if err == nil || !strings.Contains(output, want) {
				t.Errorf("%v, and %q is not in:\n%s", err, want, output)
			}
		}
	}
	use("quay.io/acme/training:1.4.0", "acme/factory:1")
	output, err := plan("images = { " + pandas + " }")
	if err != nil || strings.Contains(output, warning) || !strings.Contains(output, "1 to destroy") {
		t.Errorf("%v:\n%s", err, output)
	}

	// A node in an image that nobody configured, and one in a checkpoint's copy.
	if err := os.MkdirAll(filepath.Join(c.dir, "pipelines", ".ipynb_checkpoints"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.write(t, "pipelines/.ipynb_checkpoints/nightly-checkpoint.pipeline", "{")
	use("acme/factory:1", "acme/unknown:1")
	output, err = plan("images = { " + pandas + " }")
	for _, want := range []string{warning, "- nightly.pipeline: train.py runs in acme/unknown:1"} {
		if err != nil || !strings.Contains(output, want) {
			t.Errorf("%v, and %q is not in:\n%s", err, want, output)
		}
	}
	c.run(t, "terraform destroy -no-color -auto-approve -var-file terraform.tfvars")
}
