package provider

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestFunctions calls the functions that take a text. The others have tests of their own.
func TestFunctions(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("0a", 32)
	const pipeline = `{"primary_pipeline": "p", "pipelines": [{"id": "p", "app_data": {"version": 8}, "nodes": [
		{"id": "a", "type": "execution_node", "op": "execute-notebook-node", "app_data": {"component_parameters": {"filename": "dir/a.ipynb", "runtime_image": "acme/a:1"}}},
		{"id": "b", "type": "execution_node", "op": "catalog:1", "app_data": {}}]}]}`
	for _, test := range []struct {
		function, argument string
		want               any
	}{
		{"instance_name", "My image: 2.0", "my_image_20"},
		{"odh_configmap_key", "Python 3.11 (UBI9)", "python-3.11-ubi9.json"},
		{"parse_image_name", "jdoe/my-image:1.0", map[string]any{"registry": "docker.io", "repository": "jdoe/my-image", "owner": "jdoe", "image": "my-image", "tag": "1.0", "digest": nil, "pinned": false}},
		{"parse_image_name", "quay.io:443/a/b/c@" + digest, map[string]any{"registry": "quay.io:443", "repository": "a/b/c", "owner": "a/b", "image": "c", "tag": nil, "digest": digest, "pinned": true}},
		{"parse_image_name", "quay.io/image", map[string]any{"registry": "quay.io", "repository": "image", "owner": nil, "image": "image", "tag": nil, "digest": nil, "pinned": false}},
		{"pipeline_runtime_images", pipeline, []any{
			map[string]any{"id": "a", "name": "a.ipynb", "runtime_image": "acme/a:1"},
			map[string]any{"id": "b", "name": nil, "runtime_image": nil},
		}},
	} {
		if got, err, _ := call(t, test.function, text(test.argument)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s(%q): %s\n got %v\nwant %v", test.function, test.argument, err, got, test.want)
		}
	}
	for _, test := range []struct{ function, argument, want string }{
		{"instance_name", "日本", "no letter a-z"},
		{"instance_name", strings.Repeat("a", 300), "300 bytes"},
		{"odh_configmap_key", "日本", "to make a key of"},
		{"parse_image_name", "python:3.11", `use "library/python:3.11"`},
		{"parse_image_name", "", "empty"},
		{"pipeline_runtime_images", "{}", `this isn't a pipeline of Elyra: it has no "pipelines"`},
	} {
		wantError(t, test.function, text(test.argument), test.want)
	}
}

func TestODHRuntimeImages(t *testing.T) {
	t.Parallel()
	const stream = `{"kind": "ImageStream", "metadata": {"labels": {"opendatahub.io/runtime-image": "true"}}, "spec": {"tags": [
		{"name": "1", "annotations": {"opendatahub.io/runtime-image-metadata": "[{\"display_name\": \"X 1\", \"metadata\": {\"tags\": [\"b\", \"a\"]}, \"schema_name\": \"runtime-image\"}]"}, "from": {"name": "python:3.11"}},
		{"name": "2", "annotations": {"opendatahub.io/runtime-image-metadata": "[{\"display_name\": \"Y\", \"metadata\": {\"pull_policy\": 1}}]"}, "from": {"name": "a/b:2"}},
		{"name": "3"}]}}`
	want := map[string]any{
		"x-1.json": image(map[string]any{"display_name": "X 1", "image_name": "python:3.11", "tags": []any{"b", "a"}, "extra_json": "{}"}),
		"y.json":   image(map[string]any{"display_name": "Y", "image_name": "a/b:2", "tags": []any{}, "extra_json": `{"pull_policy":1,"$document":{"schema_name":null}}`}),
	}
	images, err, _ := callValue(t, "odh_runtime_images", text(stream))
	if got := goValue(t, images); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\n got %v\nwant %v", err, got, want)
	}
	// What pipelines can't use and what Elyra rejects can be read, and not rendered.
	var byKey map[string]tftypes.Value
	check(t, images.As(&byKey), nil)
	wantError(t, "odh_configmap_json", byKey["x-1.json"], `the runtime image "X 1": image_name: `)
	wantError(t, "odh_configmap_json", byKey["y.json"], `the runtime image "Y": extra_json: schema_name is null, not a string; metadata.pull_policy is 1, not a string`)
	wantError(t, "odh_runtime_images", text(strings.TrimPrefix(stream, "{")), "oc get … -o json")
}
