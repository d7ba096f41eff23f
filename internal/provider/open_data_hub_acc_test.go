package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// What the cluster gets is what the manifests of the other example say, and Elyra lists it from the
// directory that a pod sees, before and after a change.
func TestAccExample_openDataHubKubernetes(t *testing.T) {
	jupytertest.Require(t)
	isolate(t)
	dataDir := t.TempDir()
	cluster := kubernetes{volume: filepath.Join(dataDir, "metadata", "runtime-images")}
	step := func(images config.Variable, check func()) resource.TestStep {
		step := exampleWith(t, strings.NewReplacer("hashicorp/kubernetes", "elyra-ai/kubernetes"), "open-data-hub-kubernetes/main.tf")
		step.ProtoV6ProviderFactories = cluster.factories()
		step.ConfigVariables = config.Variables{"config_map_namespaces": config.SetVariable(config.StringVariable("team"))}
		if images != nil {
			step.ConfigVariables["images"] = images
		}
		step.ConfigStateChecks = []statecheck.StateCheck{checkFiles(check)}
		return step
	}
	first := step(nil, func() {
		wantListed(t, dataDir, map[string]string{"pandas-2.2": "Pandas 2.2", "training-with-gpu-ubi9": "Training with GPU (UBI9)"})
	})
	stream := func(path string) tfjsonpath.Path {
		at := tfjsonpath.New("manifest")
		for _, key := range strings.Split(path, "/") {
			at = at.AtMapKey(key)
		}
		return at
	}
	const training = `kubernetes_manifest.image_stream["training"]`
	first.ConfigStateChecks = append(first.ConfigStateChecks,
		statecheck.ExpectKnownValue(training, stream("metadata"), knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": knownvalue.StringExact("training"), "namespace": knownvalue.StringExact("opendatahub"),
			"labels": knownvalue.ObjectExact(map[string]knownvalue.Check{"opendatahub.io/runtime-image": knownvalue.StringExact("true")}),
		})),
		statecheck.ExpectKnownValue(training, stream("spec/tags"), knownvalue.TupleExact([]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": knownvalue.StringExact("1.4.0"),
			"from": knownvalue.ObjectExact(map[string]knownvalue.Check{"kind": knownvalue.StringExact("DockerImage"), "name": knownvalue.StringExact("quay.io/acme/training:1.4.0")}),
			"annotations": knownvalue.ObjectExact(map[string]knownvalue.Check{
				"opendatahub.io/runtime-image-metadata": knownvalue.StringExact(`[{"display_name":"Training with GPU (UBI9)","metadata":{"display_name":"Training with GPU (UBI9)","pull_policy":"IfNotPresent","tags":["gpu","training"]},"schema_name":"runtime-image"}]`),
			}),
		})})))
	second := step(config.MapVariable(map[string]config.Variable{"r": config.ObjectVariable(map[string]config.Variable{
		"display_name": config.StringVariable("R 4.4"), "image_name": config.StringVariable("quay.io/acme/r:4.4"), "extra_json": config.StringVariable(`{"owner":"team-a"}`),
	})}), func() {
		wantListed(t, dataDir, map[string]string{"r-4.4": "R 4.4"})
		if document := read(t, dataDir, "r-4.4"); !strings.Contains(document, `"owner":"team-a"`) {
			t.Errorf("the document is %s", document)
		}
	})
	// plugin-testing destroys no state with for_each in it: the last step leaves nothing.
	none := step(config.MapVariable(map[string]config.Variable{}), func() {})
	delete(none.ConfigVariables, "config_map_namespaces")
	applyExamples(t, first, second, none)
}

// wantListed checks that Elyra and the data source list these images of a directory, by name and
// display name.
func wantListed(t *testing.T, dataDir string, want map[string]string) {
	t.Helper()
	listed := map[string]string{}
	for _, instance := range jupytertest.List(t, dataDir) {
		if strings.HasPrefix(instance.Resource, dataDir) {
			listed[instance.Name] = instance.DisplayName
			if instance.Reason != "" {
				t.Errorf("Elyra finds %s invalid: %s", instance.Name, instance.Reason)
			}
		}
	}
	if got, want := sortedPairs(listed), sortedPairs(want); !slices.Equal(got, want) {
		t.Errorf("Elyra lists %q, want %q", got, want)
	}

	c := newCommandLine(t)
	c.write(t, "main.tf", `
terraform {
  required_providers {
    elyra = { source = "elyra-ai/elyra" }
  }
}
provider "elyra" {
  data_dir = "`+dataDir+`"
}
data "elyra_runtime_images" "all" {
  include_invalid = true
}
output "names" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.display_name }
}
`)
	c.run(t, "terraform apply -auto-approve")
	if got := c.outputMap(t, "names"); !slices.Equal(sortedPairs(got), sortedPairs(want)) {
		t.Errorf("the data source lists %q, want %q", got, want)
	}
}

func sortedPairs(pairs map[string]string) (sorted []string) {
	for key, value := range pairs {
		sorted = append(sorted, key+"="+value)
	}
	slices.Sort(sorted)
	return sorted
}

// An annotation's image becomes a resource, and its document keeps what others added.
func TestAccExample_parseRuntimeImageJSON(t *testing.T) {
	p := filesPlace(t)
	step := example(t, "functions/parse_runtime_image_json/function.tf", "functions/parse_runtime_image_json/imagestream.json")
	image := elyra.RuntimeImage{Name: "training_with_gpu_ubi9", DisplayName: "Training with GPU (UBI9)", ImageName: "quay.io/acme/training:1.4.0", PullPolicy: elyra.PullIfNotPresent, Tags: []string{"gpu"}}
	document, err := elyra.NewDocument(image).WithExtra(`{"display_name": "Training with GPU (UBI9)", "owner": "team-a"}`)
	if err != nil {
		t.Fatal(err)
	}
	step.ConfigStateChecks = append(output("document", knownvalue.StringExact(string(document.Encode()))),
		checkFiles(func() { wantImages(t, p.near, image) }))
	applyExamples(t, step)
}

func TestAccExample_odhRuntimeImages(t *testing.T) {
	isolate(t)
	step := example(t, "functions/odh_runtime_images/function.tf", "functions/odh_runtime_images/imagestreams.json")
	const key = "training-with-gpu-ubi9.json"
	step.ConfigStateChecks = append(output("image_names", knownvalue.ObjectExact(map[string]knownvalue.Check{key: knownvalue.StringExact("quay.io/acme/training:1.4.0")})),
		output("data", knownvalue.ObjectExact(map[string]knownvalue.Check{
			key: knownvalue.StringExact(`{"display_name":"Training with GPU (UBI9)","metadata":{"display_name":"Training with GPU (UBI9)","image_name":"quay.io/acme/training:1.4.0","owner":"team-a","pull_policy":"IfNotPresent","tags":["gpu"]},"schema_name":"runtime-image"}`),
		}))...)
	applyExamples(t, step)
}

// The commands of the guide, with an oc that keeps what it is given: no cluster is at hand.
func TestAccGuide_openDataHub(t *testing.T) {
	g := readGuide(t, "open-data-hub")
	c := newCommandLine(t)
	p := filesPlace(t)
	c.copyExample(t, "open-data-hub")
	t.Setenv("TF_CLI_ARGS_apply", "-auto-approve -no-color")
	bin := t.TempDir()
	streams, err := os.ReadFile(filepath.Join("..", "..", "examples", "functions", "odh_runtime_images", "imagestreams.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "streams.json"), streams, 0o600); err != nil {
		t.Fatal(err)
	}
	const oc = `#!/bin/sh
case "$1" in
apply) [ "$2 $4 $5" = "-n -f -" ] && cat >"applied-$3" ;;
get) cat "${0%/oc}/streams.json" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "oc"), []byte(oc), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))

	c.run(t, g.code(t, "-raw image_streams"))
	c.run(t, g.code(t, "-raw config_map"))
	for file, want := range map[string]string{"applied-opendatahub": trainingStream, "applied-my-project": configMap} {
		if got, err := os.ReadFile(filepath.Join(c.dir, file)); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %v\n%s", file, err, got)
		}
	}
	example, err := os.ReadFile(filepath.Join("..", "..", "examples", "open-data-hub-kubernetes", "main.tf"))
	if err != nil || !strings.Contains(string(example), g.code(t, `resource "kubernetes_manifest"`)) {
		t.Errorf("the guide's ImageStream isn't the example's: %v", err)
	}

	c.dir = t.TempDir()
	c.run(t, g.code(t, "oc get imagestreams"))
	c.write(t, "main.tf", g.code(t, "locals {"))
	c.write(t, "own.tf", g.code(t, `"own"`))
	c.run(t, "terraform apply")
	if document := c.outputMap(t, "documents")["training-with-gpu-ubi9.json"]; !strings.Contains(document, `"owner": "team-a"`) {
		t.Errorf("the document is %s", document)
	}
	if value := c.outputMap(t, "data")["training-with-gpu-ubi9.json"]; !strings.Contains(value, `"owner":"team-a"`) {
		t.Errorf("the ConfigMap's value is %s", value)
	}
	wantImages(t, p.near, elyra.RuntimeImage{
		Name: "training_with_gpu_ubi9_ours", DisplayName: "Training with GPU (UBI9) (ours)", ImageName: "quay.io/acme/training:1.4.0",
		PullPolicy: elyra.PullIfNotPresent, Tags: []string{"gpu"},
	})
	g.wantAllUsed(t)
}
