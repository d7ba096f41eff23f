package provider_test

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// What the cluster gets is what the manifests of the other example say, and Elyra lists it from the directory that a pod
// sees, before and after a change. No cluster is at hand: terraform_data keeps what its resources are given.
func TestAccExample_openDataHubKubernetes(t *testing.T) {
	t.Parallel()
	jupytertest.Require(t)
	c := newCommandLine(t)
	c.addExamples(t, "open-data-hub-kubernetes/main.tf")
	c.replace(t, "main.tf", "provider \"kubernetes\" {}", "")
	c.replace(t, "main.tf", "    kubernetes = {\n      source  = \"hashicorp/kubernetes\"\n      version = \">= 2.20\"\n    }\n", "")
	for old, text := range map[string]string{
		`resource "kubernetes_manifest"`: `resource "terraform_data"`, "  manifest = {": "  input = {",
		`resource "kubernetes_config_map_v1"`: `resource "terraform_data"`, "  metadata {": "  triggers_replace = {", "  data = {": "  input = {",
	} {
		c.replace(t, "main.tf", old, text)
	}
	c.write(t, "outputs.tf", `
output "image_streams" {
  value = { for name, stream in terraform_data.image_stream : name => stream.output }
}
output "data" {
  value = terraform_data.runtime_images["team"].output
}
`)
	c.write(t, "own.tfvars", `images = { r = { display_name = "R 4.4", image_name = "quay.io/acme/r:4.4", extra_json = "{\"owner\":\"team-a\"}" } }`)
	dataDir := t.TempDir()
	volume := filepath.Join(dataDir, "metadata", "runtime-images")
	c = c.attached(t)
	for i, variables := range []string{"", " -var-file=own.tfvars"} {
		c.run(t, apply+` -var 'config_map_namespaces=["team"]'`+variables)
		if err := layOutConfigMap(volume, c.outputMap(t, "data")); err != nil {
			t.Fatal(err)
		}
		wantListed(t, dataDir, []map[string]string{
			{"pandas-2.2": "Pandas 2.2", "training-with-gpu-ubi9": "Training with GPU (UBI9)"}, {"r-4.4": "R 4.4"},
		}[i])
		if i > 0 {
			break
		}
		type object = map[string]any
		want := object{
			"apiVersion": "image.openshift.io/v1", "kind": "ImageStream",
			"metadata": object{"name": "training", "namespace": "opendatahub", "labels": object{"opendatahub.io/runtime-image": "true"}},
			"spec": object{"lookupPolicy": object{"local": true}, "tags": []any{object{
				"name": "1.4.0", "from": object{"kind": "DockerImage", "name": "quay.io/acme/training:1.4.0"},
				"annotations": object{
					"opendatahub.io/runtime-image-metadata": `[{"display_name":"Training with GPU (UBI9)","metadata":{"display_name":"Training with GPU (UBI9)","pull_policy":"IfNotPresent","tags":["gpu","training"]},"schema_name":"runtime-image"}]`,
				},
			}}},
		}
		if got := c.outputs(t)["image_streams"].(object)["training"]; !reflect.DeepEqual(got, want) {
			t.Errorf("the ImageStream is\n%v, want\n%v", got, want)
		}
	}
	if document := read(t, dataDir, "r-4.4"); !strings.Contains(document, `"owner":"team-a"`) {
		t.Errorf("the document is %s", document)
	}
}

// layOutConfigMap writes a ConfigMap's data to a directory as the kubelet does (Kubernetes, pkg/volume/util,
// AtomicWriter): the files are in a directory of their own, "..data" is a link to that and is replaced in
// one step, and each key is a link through it.
func layOutConfigMap(volume string, data map[string]string) error {
	if err := os.MkdirAll(volume, 0o755); err != nil {
		return err
	}
	files, err := os.MkdirTemp(volume, "..2026_11_25_12_00_00.")
	if err != nil {
		return err
	}
	for key, value := range data {
		if err := os.WriteFile(filepath.Join(files, key), []byte(value), 0o644); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join("..data", key), filepath.Join(volume, key)); err != nil && !os.IsExist(err) {
			return err
		}
	}
	old, _ := os.Readlink(filepath.Join(volume, "..data"))
	if err := os.Symlink(filepath.Base(files), filepath.Join(volume, "..data_tmp")); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(volume, "..data_tmp"), filepath.Join(volume, "..data")); err != nil {
		return err
	}
	links, err := filepath.Glob(filepath.Join(volume, "*.json"))
	if err != nil {
		return err
	}
	for _, link := range links {
		if _, kept := data[filepath.Base(link)]; !kept {
			if err := os.Remove(link); err != nil {
				return err
			}
		}
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(volume, old))
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
	if !maps.Equal(listed, want) {
		t.Errorf("Elyra lists %q, want %q", listed, want)
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
	if got := c.outputMap(t, "names"); !maps.Equal(got, want) {
		t.Errorf("the data source lists %q, want %q", got, want)
	}
}

// The commands of the guide, with an oc that keeps what it is given: no cluster is at hand.
func TestAccGuide_openDataHub(t *testing.T) {
	g := readGuide(t, "open-data-hub")
	t.Parallel()
	c := newCommandLine(t)
	p := newPlace(t)
	c.copyExample(t, "open-data-hub")
	bin := t.TempDir()
	c.env = append(c.env, p.searchPath(), "TF_CLI_ARGS_apply=-auto-approve -no-color", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	c = c.attached(t)
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
