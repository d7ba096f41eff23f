package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

var (
	pandas   = elyra.RuntimeImage{Name: "pandas_22", DisplayName: "Pandas 2.2", ImageName: "quay.io/acme/pandas:2.2.3"}
	training = elyra.RuntimeImage{
		Name: "training_with_gpu", DisplayName: "Training with GPU", ImageName: "quay.io/acme/training:1.4.0",
		PullPolicy: "IfNotPresent", Tags: []string{"gpu", "training"},
	}
)

func TestAccExample_teamImages(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t)
	c.copyAll("examples/team-images")
	c.write("ours.yaml", "mine:\n  display_name: 3.5\n  image_name: a/b:1\n  tags: []\n  description:\n")
	c.write("empty.yaml", "{} # none yet\n")

	c.run("terraform apply -auto-approve")
	training := training
	training.Name = "training"
	training.Description, training.PullSecret = "PyTorch and CUDA, for the training team", "quay-credentials"
	wantImages(t, p.near, reporting, training)
	c.run("terraform plan -detailed-exitcode") // fails where there is a change

	c.run(`terraform apply -auto-approve -var file=ours.yaml -var 'tags=["team-a"]'`)
	wantImages(t, p.near, elyra.RuntimeImage{Name: "mine", DisplayName: "3.5", ImageName: "a/b:1", Tags: []string{"team-a"}})
	c.run(`terraform plan -detailed-exitcode -var file=ours.yaml -var 'tags=["team-a"]'`)

	// The output feeds the functions, as it is.
	c.write("functions.tf", `output "documents" {
  value = { for name, image in elyra_runtime_image.team : name => provider::elyra::runtime_image_json(image) }
}
`)
	c.run("terraform apply -auto-approve -var file=ours.yaml")
	if got, want := c.run("terraform output -json documents"), `{"mine":"{\n  \"display_name\": \"3.5\"`; !strings.HasPrefix(got, want) {
		t.Errorf("the documents are %s", got)
	}

	c.run("terraform apply -auto-approve -var file=empty.yaml")
	wantImages(t, p.near)
}

// TestAccExample_teamImagesMistakes wants errors in the words of the file: which image, which key.
func TestAccExample_teamImagesMistakes(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t).attached()
	c.copyAll("examples/team-images")
	for yaml, want := range map[string]string{
		"{image_name: a/b:1}":                                                         "display_name is missing.",
		"{display_name: , image_name: a/b:1}":                                         "display_name is missing.",
		"{display_name: Mine}":                                                        "image_name is missing.",
		"{display_name: Mine, image_name: a/b:1, tags: }":                             "tags must be a list, such as tags: [gpu]. If there are none, delete the key.",
		"{display_name: Mine, image_name: a/b:1, tags: gpu}":                          "tags must be a list, such as tags: [gpu]. If there are none, delete the key.",
		"{display_name: Mine, image_name: a/b:1, tags: {a: b}}":                       "tags must be a list, such as tags: [gpu]. If there are none, delete the key.",
		"{display_name: [Mine], image_name: a/b:1}":                                   "display_name must be a single text.",
		"{display_name: Mine, image_name: a/b:1, pull-policy: Always, pullSecret: s}": "pull-policy isn't a key of a runtime image; pullSecret isn't a key of a runtime image.",
		"{tags: gpu}":    "display_name is missing; image_name is missing; tags must be a list, such as tags: [gpu]. If there are none, delete the key.",
		"a/b:1":          "must contain keys and values, not just a value.",
		"":               "must contain keys and values, not just a value.",
		"[a/b:1, a/b:2]": "must contain keys and values, not just a value.",
	} {
		c.write("mistake.yaml", "good: {display_name: Good, image_name: a/c:1}\nmine: "+yaml+"\n")
		output := c.mustFail("terraform plan -no-color -var file=mistake.yaml", "mistake.yaml: mine: "+want)
		if strings.Contains(output, "mistake.yaml: good") {
			t.Errorf("%s: the good one is blamed:\n%s", yaml, output)
		}
	}
}

// TestAccExample_containerBuild runs the command of the Dockerfile for a Python environment of its
// own, with the images that ship with Elyra, and asks the Elyra in it.
func TestAccExample_containerBuild(t *testing.T) {
	c := newCommandLine(t)
	python := filepath.Join(jupytertest.Bin(t), "python")
	prefix := t.TempDir()
	c.run(fmt.Sprintf("%q -m venv --without-pip %q", python, prefix))
	installed := c.run(fmt.Sprintf(`%q -c 'import sysconfig; print(sysconfig.get_path("purelib"), end="")'`, python))
	site := c.run(fmt.Sprintf(`%q -c 'import sysconfig; print(sysconfig.get_path("purelib"), end="")'`, filepath.Join(prefix, "bin", "python")))
	must(t, os.WriteFile(filepath.Join(site, "elyra.pth"), []byte(installed), 0o600))
	dataDir := filepath.Join(prefix, "share", "jupyter")
	factory := filepath.Join(filepath.Dir(jupytertest.Bin(t)), "share", "jupyter", "metadata", "runtime-images")
	must(t, os.CopyFS(filepath.Dir(instancePath(dataDir, "x")), os.DirFS(factory)))
	t.Setenv("PATH", filepath.Join(prefix, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	list := "python -c 'from elyra.metadata.metadata_app import MetadataApp; MetadataApp.main()' list runtime-images"
	if before := c.run(list); !strings.Contains(before, filepath.Join(dataDir, "metadata")) {
		t.Fatalf("Elyra doesn't list the images that ship with it:\n%s", before)
	}

	c.copyAll("examples/container-build")
	dockerfile := c.run("cat Dockerfile")
	command := regexp.MustCompile(`terraform apply .*\)/share/jupyter"`).FindString(dockerfile)
	if command == "" {
		t.Fatalf("there is no apply in\n%s", dockerfile)
	}
	c.run(command)
	wantImages(t, dataDir, reporting, training)
	wantModes(t, dataDir, "644", "755")
	c.run(strings.Replace(command, "apply -auto-approve", "plan -detailed-exitcode", 1))
	after := c.run(list)
	wantOutput(t, after, reporting.Name, training.Name)
	if strings.Count(after, dataDir) != 2 {
		t.Errorf("Elyra lists more than 2:\n%s", after)
	}
}

func TestAccExample_jupyterhubShared(t *testing.T) {
	t.Parallel()
	c, _ := besideElyra(t)
	c.copyAll("examples/jupyterhub-shared")
	dir := t.TempDir()
	c.env = append(c.env, "TF_VAR_shared_dir="+dir)
	c.run(apply)
	wantImages(t, dir, reporting, training)
	wantModes(t, dir, "644", "755")
	c.run(noop)
}

// TestAccExample_mirrorRegistry mirrors the images that Elyra ships, and a pinned one.
func TestAccExample_mirrorRegistry(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t)
	c.env = slices.DeleteFunc(c.env, func(v string) bool { return strings.HasPrefix(v, "TF_REATTACH_PROVIDERS=") }) // for two aliases
	c.copyAll("examples/mirror-registry")
	factory := t.TempDir() // the real one, and an image that's pinned by its digest
	must(t, os.CopyFS(filepath.Join(factory, "metadata"), os.DirFS(filepath.Join(factoryDir(t), "metadata"))))
	digest := "@sha256:" + strings.Repeat("0", 64)
	putImages(t, factory, elyra.RuntimeImage{Name: "pinned", DisplayName: "Pinned", ImageName: "continuumio/anaconda3" + digest})
	c.env = append(c.env, "TF_VAR_factory_dir="+factory)

	c.run(apply)
	for _, file := range glob(t, instancePath(factory, "*")) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		want := stored(t, factory, name)
		image := regexp.MustCompile(`^quay\.io/`).ReplaceAllString(want.ImageName, "")
		want.ImageName = "registry.example.com/mirror/" + image
		if got := stored(t, p.near, name); !got.Equal(want) {
			t.Errorf("mirrored is %+v, want %+v", got, want)
		}
	}
	c.run(noop)
	c.run(destroy)
	wantNames(t, p.near)
}

const (
	trainingStream = `"apiVersion": "image.openshift.io/v1"
"kind": "ImageStream"
"metadata":
  "labels":
    "opendatahub.io/runtime-image": "true"
  "name": "training"
"spec":
  "lookupPolicy":
    "local": true
  "tags":
  - "annotations":
      "opendatahub.io/runtime-image-metadata": "[{\"display_name\":\"Training with
        GPU (UBI9)\",\"metadata\":{\"display_name\":\"Training with GPU (UBI9)\",\"pull_policy\":\"IfNotPresent\",\"tags\":[\"gpu\",\"training\"]},\"schema_name\":\"runtime-image\"}]"
    "from":
      "kind": "DockerImage"
      "name": "quay.io/acme/training:1.4.0"
    "name": "1.4.0"
`
	configMap = `"apiVersion": "v1"
"data":
  "pandas-2.2.json": "{\"display_name\":\"Pandas 2.2\",\"metadata\":{\"display_name\":\"Pandas
    2.2\",\"image_name\":\"quay.io/acme/pandas:2.2.3\"},\"schema_name\":\"runtime-image\"}"
  "training-with-gpu-ubi9.json": "{\"display_name\":\"Training with GPU (UBI9)\",\"metadata\":{\"display_name\":\"Training
    with GPU (UBI9)\",\"image_name\":\"quay.io/acme/training:1.4.0\",\"pull_policy\":\"IfNotPresent\",\"tags\":[\"gpu\",\"training\"]},\"schema_name\":\"runtime-image\"}"
"kind": "ConfigMap"
"metadata":
  "name": "pipeline-runtime-images"
`
)

// TestAccExample_functions calls each function as its example does. None needs a configuration of the provider.
func TestAccExample_functions(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCommandLine(t, p.searchPath(), "TF_VAR_secret="+secret).attached()
	c.copyAll("examples/functions")
	c.copyAll("examples/pipeline-images/pipelines")
	ubi9 := elyra.RuntimeImage{Name: "training_with_gpu_ubi9", DisplayName: "Training with GPU (UBI9)", ImageName: "quay.io/acme/training:1.4.0", PullPolicy: "IfNotPresent", Tags: []string{"gpu"}}
	parsed, err := elyra.NewDocument(ubi9).WithExtra(`{"display_name": "Training with GPU (UBI9)", "owner": "team-a"}`)
	must(t, err)
	const key = "training-with-gpu-ubi9.json"
	type object = map[string]any
	wants := map[string]object{
		"instance_name":      {"instance_name": "python_311_ubi9"},
		"odh_configmap_key":  {"key": "python-3.11-ubi9.json"},
		"parse_image_name":   {"mirrored": "registry.example.com/acme/training:1.4.0"},
		"runtime_image_json": {"document": string(elyra.NewDocument(training).Encode())},
		"odh_configmap_json": {"data": object{
			"training-with-gpu.json": `{"display_name":"Training with GPU","metadata":{"display_name":"Training with GPU","image_name":"quay.io/acme/training:1.4.0","tags":["gpu"]},"schema_name":"runtime-image"}`,
			"pandas-2.2.json":        `{"display_name":"Pandas 2.2","metadata":{"display_name":"Pandas 2.2","image_name":"quay.io/acme/pandas:2.2.3"},"schema_name":"runtime-image"}`,
		}},
		"odh_image_stream_annotation": {"tag": object{
			"name": "1.4.0", "from": object{"kind": "DockerImage", "name": "quay.io/acme/training:1.4.0"},
			"annotations": object{"opendatahub.io/runtime-image-metadata": `[{"display_name":"Training with GPU","metadata":{"display_name":"Training with GPU"},"schema_name":"runtime-image"}]`},
		}},
		"odh_runtime_images": {
			"image_names": object{key: "quay.io/acme/training:1.4.0"},
			"data":        object{key: `{"display_name":"Training with GPU (UBI9)","metadata":{"display_name":"Training with GPU (UBI9)","image_name":"quay.io/acme/training:1.4.0","owner":"team-a","pull_policy":"IfNotPresent","tags":["gpu"]},"schema_name":"runtime-image"}`},
		},
		"parse_runtime_image_json": {"document": string(parsed.Encode())},
		"pipeline_runtime_images": {"images": object{
			"quay.io/acme/pandas:2.2.3": []any{"load.ipynb", "report.ipynb"}, "quay.io/acme/training:1.4.0": []any{"train.py"},
		}},
		"airflow_runtime_json":            nil, // has a secret
		"kubeflow_pipelines_runtime_json": nil,
	}
	c.run("mv nightly.pipeline pipeline_runtime_images")
	root := "variable \"secret\" {\n  sensitive = true\n}\n"
	for _, dir := range glob(t, filepath.Join(c.dir, "*_*", "function.tf")) {
		name := filepath.Base(filepath.Dir(dir))
		if _, known := wants[name]; !known {
			t.Errorf("nobody says what %s gives", name)
		}
		c.write(name+"/versions.tf", required)
		argument := map[string]string{"airflow_runtime_json": "github_repo_token = var.secret", "kubeflow_pipelines_runtime_json": "cos_password = var.secret"}[name]
		root += fmt.Sprintf("module %q {\n  source = \"./%s\"\n  %s\n}\noutput %q {\n  value     = module.%s\n  sensitive = %t\n}\n", name, name, argument, name, name, argument != "")
	}
	c.write("main.tf", root)
	c.run("terraform get")
	if output := c.run(apply); strings.Contains(output, "s3cret") {
		t.Errorf("a secret is shown:\n%s", output)
	}
	outputs := c.outputs()
	for name, want := range wants {
		if got := outputs[name]; want != nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives\n%v, want\n%v", name, got, want)
		} else if want == nil && !strings.Contains(fmt.Sprint(got), secret) {
			t.Errorf("%s gives %v", name, got)
		}
	}
	wantImages(t, p.near, ubi9)
}

// TestAccExample_pipelineImages wants a warning about nodes whose image nobody can choose, and about no
// others: not about images that Elyra ships, or that somebody made by hand.
func TestAccExample_pipelineImages(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t)
	c.copyAll("examples/pipeline-images")
	putImages(t, p.near, elyra.RuntimeImage{Name: "by_hand", DisplayName: "By hand", ImageName: "acme/by-hand:1"})
	const warning = "These nodes run in images that aren't configured"
	pipeline := filepath.Join(c.dir, "pipelines", "nightly.pipeline")
	original := readFile(t, pipeline)
	if output := c.run(apply); strings.Contains(output, warning) || !strings.Contains(output, "2 added") {
		t.Fatalf("the apply says:\n%s", output)
	}
	// JupyterLab's copy of a file isn't read.
	writeFile(t, filepath.Join(c.dir, "pipelines", ".ipynb_checkpoints", "nightly-checkpoint.pipeline"), "{")
	for image, warns := range map[string]bool{
		stored(t, factoryDir(t), "pandas").ImageName: false, "acme/by-hand:1": false, "acme/unknown:1": true,
	} {
		writeFile(t, pipeline, strings.ReplaceAll(original, "quay.io/acme/training:1.4.0", image))
		output := c.run("terraform plan -no-color")
		if strings.Contains(output, warning) != warns {
			t.Errorf("%s:\n%s", image, output)
		}
		if warns {
			wantOutput(t, output, "- nightly.pipeline: train.py runs in acme/unknown:1")
		}
	}
	c.run(destroy)
	wantNames(t, p.near, "by_hand")
}

// TestAccModule_bootstrap runs the module's own tests.
func TestAccModule_bootstrap(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	c.copyAll("modules/bootstrap")
	output := c.run("terraform init -no-color -input=false >/dev/null 2>&1 || true; terraform test -no-color")
	if !strings.Contains(output, "Success! 1 passed, 0 failed.") || strings.Contains(output, "hunter2-s3cret") {
		t.Error(output)
	}
}
