package pipeline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

func read(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// One pipeline, saved by each version.
func TestNodes_versions(t *testing.T) {
	t.Parallel()
	for version := 0; version <= newestVersion; version++ {
		want := []Node{
			{"n-load", "load.ipynb", "quay.io/acme/pandas:2.2.3"},
			{"n-train", "train.py", "quay.io/acme/training:1.4.0"},
			{"n-report", "report.r", "quay.io/acme/r:4.4"},
		}
		if version >= 4 { // before, there were generic nodes alone
			want = append(want, Node{ID: "n-filter"})
		}
		nodes, err := Nodes(read(t, fmt.Sprintf("v%d.pipeline", version)))
		if err != nil || !reflect.DeepEqual(nodes, want) {
			t.Errorf("version %d: %v\n got %v\nwant %v", version, err, nodes, want)
		}
	}
}

// one is a pipeline of the newest version with these nodes.
func one(nodes string) string {
	return `{"primary_pipeline": "p", "pipelines": [{"id": "p", "app_data": {"version": 8, "properties": {"pipeline_defaults": {"runtime_image": "acme/default:1"}}}, "nodes": [` + nodes + `]}]}`
}

// step is a generic node with these values.
func step(values string) string {
	return `{"id": "a", "type": "execution_node", "op": "execute-python-node", "app_data": {"component_parameters": {` + values + `}}}`
}

func TestNodes(t *testing.T) {
	t.Parallel()
	super := func(id, flow string) string {
		return `{"id": "` + id + `", "type": "super_node", "subflow_ref": {"pipeline_id_ref": "` + flow + `"}}`
	}
	for name, test := range map[string]struct {
		text string
		want []Node
	}{
		"no nodes":              {one(""), nil},
		"nodes are missing":     {`{"primary_pipeline": "p", "pipelines": [{"id": "p"}]}`, nil},
		"default":               {one(step(`"filename": "dir/a.py"`)), []Node{{"a", "a.py", "acme/default:1"}}},
		"empty image":           {one(step(`"runtime_image": ""`)), []Node{{"a", "", "acme/default:1"}}},
		"null":                  {one(step(`"runtime_image": null`)), []Node{{"a", "", "acme/default:1"}}},
		"None":                  {one(step(`"runtime_image": "None"`)), []Node{{"a", "", "acme/default:1"}}},
		"as written":            {one(step(`"runtime_image": " Acme/X:1 "`)), []Node{{"a", "", " Acme/X:1 "}}},
		"no image, no default":  {strings.Replace(one(step("")), "acme/default:1", "", 1), []Node{{"a", "", ""}}},
		"no values":             {one(`{"id": "a", "type": "execution_node", "op": "execute-r-node"}`), []Node{{"a", "", "acme/default:1"}}},
		"a component":           {one(`{"id": "a", "type": "execution_node", "op": "catalog:1", "app_data": {"label": "Filter", "component_parameters": {"runtime_image": "acme/x:1"}}}`), []Node{{"a", "Filter", ""}}},
		"no execution":          {one(`{"id": "a", "type": "binding"}, {"id": "b", "type": "model_node"}, 7, null`), nil},
		"version as text":       {strings.Replace(one(step("")), "8", `"7.0"`, 1), []Node{{"a", "", "acme/default:1"}}},
		"version in between":    {strings.Replace(one(step("")), "8", "7.5", 1), []Node{{"a", "", "acme/default:1"}}},
		"first of equal values": {strings.Replace(one(`{"id": "a", "type": "pipeline_node", "app_data": {"image": "acme/1:1", "docker_image": "acme/2:1", "runtime_image": "acme/3:1", "artifact": "x/1.py", "filename": "x/3.py"}}`), "8", "0", 1), []Node{{"a", "1.py", "acme/1:1"}}},
		"label of the canvas":   {one(`{"id": "a", "type": "execution_node", "op": "execute-r-node", "app_data": {"label": "other", "ui_data": {"label": "seen"}}}`), []Node{{"a", "seen", "acme/default:1"}}},
		"the primary isn't first": {
			`{"primary_pipeline": "p", "pipelines": [{"id": "q", "app_data": {"version": 3}, "nodes": []}, {"id": "p", "nodes": [{"id": "a", "type": "execution_node", "op": "execute-r-node", "app_data": {"runtime_image": "acme/x:1"}}]}]}`,
			[]Node{{"a", "", "acme/x:1"}},
		},
		"super nodes in circles": {
			`{"primary_pipeline": "p", "pipelines": [{"id": "p", "app_data": {"version": 8}, "nodes": [` + super("s", "q") + `, ` + super("none", "nowhere") + `]}, {"id": "q", "nodes": [` + super("s", "p") + `, ` + step(`"runtime_image": "acme/x:1"`) + `]}]}`,
			[]Node{{"a", "", "acme/x:1"}},
		},
	} {
		if nodes, err := Nodes([]byte(test.text)); err != nil || !reflect.DeepEqual(nodes, test.want) {
			t.Errorf("%s: %v\n got %v\nwant %v", name, err, nodes, test.want)
		}
	}
}

func TestNodes_refused(t *testing.T) {
	t.Parallel()
	const none = `this isn't a pipeline of Elyra: it has no "pipelines"`
	for text, want := range map[string]string{
		"":                    "broken JSON: the document is empty",
		"{\n<<<<<<< HEAD\n":   "broken JSON: line 2, column 1: invalid character '<' looking for beginning of object key string",
		"{":                   "broken JSON: the document ends too early",
		"[]":                  none,
		"{}":                  none,
		`{"pipelines": []}`:   none,
		`{"pipelines": {}}`:   none,
		`{"pipelines": [{}]}`: `"primary_pipeline" isn't the id of one`,
		`{"pipelines": [{"id": "p"}], "primary_pipeline": "q"}`: `"primary_pipeline" isn't the id of one`,
		strings.Replace(one(""), "8", "9", 1):                   "is in version 9 of the format, and this provider reads versions up to 8: a newer Elyra saved it",
		strings.Replace(one(""), "8", `"new"`, 1):               `the pipeline's version is "new", which isn't a number`,
		strings.Replace(one(""), "8", `"NaN"`, 1):               "is in version NaN of the format",
		strings.Replace(one(""), "8", "true", 1):                `the pipeline's version is "true", which isn't a number`,
		one(step(`"runtime_image": 1, "filename": "x.py"`)):     `the node "x.py": runtime_image isn't a string`,
		one(step(`"runtime_image": {}`)):                        `the node "a": runtime_image isn't a string`,
		strings.Replace(one(""), `"acme/default:1"`, "[]", 1):   "the pipeline's default: runtime_image isn't a string",
	} {
		if nodes, err := Nodes([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v, %v\nwant %s", text, nodes, err, want)
		}
	}
}

// Elyra itself, of what it reads without the editor's migration, says the same.
func TestNodes_asElyra(t *testing.T) {
	t.Parallel()
	jupytertest.Require(t)
	texts := []string{string(read(t, "v7.pipeline")), string(read(t, "v8.pipeline")), one(step(`"runtime_image": "None"`)), one(step(`"runtime_image": ""`)), one(step(""))}
	argument, _ := json.Marshal(texts)
	var elyras [][]Node
	if err := json.Unmarshal([]byte(jupytertest.Python(t, nil, `
import json, sys
from elyra.pipeline.pipeline_definition import PipelineDefinition
def images(text):
    definition = PipelineDefinition(pipeline_definition=json.loads(text))
    return [{"ID": n.id, "RuntimeImage": n.get_component_parameter("runtime_image") if n.is_generic else ""}
            for n in definition.pipeline_nodes if n.type == "execution_node"]
print(json.dumps([images(text) for text in json.loads(sys.argv[1])]))`, string(argument))), &elyras); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		nodes, err := Nodes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		images, want := map[string]string{}, map[string]string{} // Elyra lists flow by flow
		for _, node := range nodes {
			images[node.ID] = node.RuntimeImage
		}
		for _, node := range elyras[i] {
			want[node.ID] = node.RuntimeImage
		}
		if !reflect.DeepEqual(images, want) {
			t.Errorf("%s\n got %v\nElyra's %v", text, images, want)
		}
	}
}

func FuzzNodes(f *testing.F) {
	for version := 0; version <= newestVersion; version++ {
		f.Add(read(f, fmt.Sprintf("v%d.pipeline", version)))
	}
	f.Add([]byte(one(step(`"runtime_image": "None"`))))
	f.Add([]byte(`{"pipelines": [null], "primary_pipeline": null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		nodes, err := Nodes(text)
		if err != nil && nodes != nil {
			t.Errorf("%q gives %v and %v", text, nodes, err)
		}
		if err == nil && !json.Valid(text) {
			t.Errorf("%q is taken for a pipeline", text)
		}
		for _, node := range nodes {
			if node.RuntimeImage == "None" {
				t.Errorf("%q: %v has the image None", text, node)
			}
		}
	})
}
