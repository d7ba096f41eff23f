package provider

import (
	"reflect"
	"testing"
)

func TestPipelineRuntimeImages(t *testing.T) {
	t.Parallel()
	const pipeline = `{"primary_pipeline": "p", "pipelines": [{"id": "p", "app_data": {"version": 8}, "nodes": [
		{"id": "a", "type": "execution_node", "op": "execute-notebook-node", "app_data": {"component_parameters": {"filename": "dir/a.ipynb", "runtime_image": "acme/a:1"}}},
		{"id": "b", "type": "execution_node", "op": "catalog:1", "app_data": {}}]}]}`
	want := []any{
		map[string]any{"id": "a", "name": "a.ipynb", "runtime_image": "acme/a:1"},
		map[string]any{"id": "b", "name": nil, "runtime_image": nil},
	}
	if got, err, _ := call(t, "pipeline_runtime_images", text(pipeline)); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got %v\nwant %v", err, got, want)
	}
	wantError(t, "pipeline_runtime_images", text("{}"), `this isn't a pipeline of Elyra: it has no "pipelines"`)
}
