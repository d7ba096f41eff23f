package provider_test

import (
	"maps"
	"os"
	"path/filepath"
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
	c.addExamples("open-data-hub-kubernetes/main.tf")
	c.replace("main.tf", "provider \"kubernetes\" {}", "")
	c.replace("main.tf", "    kubernetes = {\n      source  = \"hashicorp/kubernetes\"\n      version = \">= 2.20\"\n    }\n", "")
	for old, text := range map[string]string{
		`resource "kubernetes_manifest"`: `resource "terraform_data"`, "  manifest = {": "  input = {",
		`resource "kubernetes_config_map_v1"`: `resource "terraform_data"`, "  metadata {": "  triggers_replace = {", "  data = {": "  input = {",
	} {
		c.replace("main.tf", old, text)
	}
	c.write("outputs.tf", `
output "image_streams" {
  value = { for name, stream in terraform_data.image_stream : name => yamlencode(stream.output) }
}
output "data" {
  value = terraform_data.runtime_images["team"].output
}
`)
	c.write("own.tfvars", `images = { r = { display_name = "R 4.4", image_name = "quay.io/acme/r:4.4", extra_json = "{\"owner\":\"team-a\"}" } }`)
	dataDir := t.TempDir()
	c = c.attached()
	apply := apply + ` -var 'config_map_namespaces=["team"]'`
	c.run(apply)
	want := strings.Replace(trainingStream, "  \"name\": \"training\"\n", "  \"name\": \"training\"\n  \"namespace\": \"opendatahub\"\n", 1)
	if got := c.outputMap("image_streams")["training"]; got != want {
		t.Errorf("the ImageStream is\n%s, want\n%s", got, want)
	}
	layOutConfigMap(t, dataDir, c.outputMap("data"))
	wantListed(t, dataDir, map[string]string{"pandas-2.2": "Pandas 2.2", "training-with-gpu-ubi9": "Training with GPU (UBI9)"})
	c.run(apply + " -var-file=own.tfvars")
	layOutConfigMap(t, dataDir, c.outputMap("data"))
	wantListed(t, dataDir, map[string]string{"r-4.4": "R 4.4"})
	wantOutput(t, read(t, dataDir, "r-4.4"), `"owner":"team-a"`)
}

// layOutConfigMap lays out a ConfigMap's data in a data directory as the kubelet does (Kubernetes, pkg/volume/util,
// AtomicWriter): the files are in a directory of their own, "..data" is a link to that, and each key is a link
// through it.
func layOutConfigMap(t *testing.T, dataDir string, data map[string]string) {
	t.Helper()
	volume, files := filepath.Dir(instancePath(dataDir, "x")), "..2026_11_25_12_00_00.1"
	must(t, os.RemoveAll(volume))
	must(t, os.MkdirAll(volume, 0o755))
	must(t, os.Symlink(files, filepath.Join(volume, "..data")))
	for key, value := range data {
		writeFile(t, filepath.Join(volume, files, key), value)
		must(t, os.Symlink(filepath.Join("..data", key), filepath.Join(volume, key)))
	}
}

// wantListed checks that Elyra and the data source list these images of a directory, by name and
// display name.
func wantListed(t *testing.T, dataDir string, want map[string]string) {
	t.Helper()
	listed := map[string]string{}
	for _, instance := range jupytertest.Newest.List(t, dataDir) {
		if strings.HasPrefix(instance.Resource, dataDir) {
			listed[instance.Name] = instance.DisplayName + instance.Reason
		}
	}
	if !maps.Equal(listed, want) {
		t.Errorf("Elyra lists %q, want %q", listed, want)
	}
	w := newWorkspace(t, filesPlace(dataDir, t.TempDir()))
	w.applies(`data "elyra_runtime_images" "all" {
  include_invalid = true
}
output "names" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.display_name }
}
`)
	if got := w.outputMap("names"); !maps.Equal(got, want) {
		t.Errorf("the data source lists %q, want %q", got, want)
	}
}

// The commands of the guide, with an oc that keeps what it is given: no cluster is at hand.
func TestAccGuide_openDataHub(t *testing.T) {
	g := readGuide(t, "open-data-hub")
	t.Parallel()
	p, bin := newPlace(t), t.TempDir()
	c := newCommandLine(t, p.searchPath(), "TF_CLI_ARGS_apply=-auto-approve -no-color", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH")).attached()
	c.copyAll("examples/open-data-hub")
	writeFile(t, filepath.Join(bin, "streams.json"), example(t, "functions/odh_runtime_images/imagestreams.json"))
	const oc = `#!/bin/sh
case "$1" in
apply) [ "$2 $4 $5" = "-n -f -" ] && cat >"applied-$3" ;;
get) cat "${0%/oc}/streams.json" ;;
esac
`
	must(t, os.WriteFile(filepath.Join(bin, "oc"), []byte(oc), 0o700))

	c.run(g.code(t, "-raw image_streams"))
	c.run(g.code(t, "-raw config_map"))
	if got := readFile(t, filepath.Join(c.dir, "applied-my-project")); got != configMap {
		t.Errorf("the ConfigMap is %s", got)
	}
	streams := readFile(t, filepath.Join(c.dir, "applied-opendatahub"))
	if first, second, _ := strings.Cut(streams, "\n---\n"); !strings.HasPrefix(first, `"apiVersion"`) || !strings.Contains(first, `"name": "pandas"`) || second != trainingStream {
		t.Errorf("the ImageStreams are %s", streams)
	}
	if !strings.Contains(example(t, "open-data-hub-kubernetes/main.tf"), g.code(t, `resource "kubernetes_manifest"`)) {
		t.Error("the guide's ImageStream isn't the example's")
	}

	c.dir = t.TempDir()
	c.run(g.code(t, "oc get imagestreams"))
	c.write("main.tf", g.code(t, "locals {"))
	c.write("own.tf", g.code(t, `"own"`))
	c.run("terraform apply")
	wantOutput(t, c.outputMap("documents")["training-with-gpu-ubi9.json"], `"owner": "team-a"`)
	wantOutput(t, c.outputMap("data")["training-with-gpu-ubi9.json"], `"owner":"team-a"`)
	wantImages(t, p.near, elyra.RuntimeImage{
		Name: "training_with_gpu_ubi9_ours", DisplayName: "Training with GPU (UBI9) (ours)", ImageName: "quay.io/acme/training:1.4.0",
		PullPolicy: "IfNotPresent", Tags: []string{"gpu"},
	})
	g.wantAllUsed(t)
}
