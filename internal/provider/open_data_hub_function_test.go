package provider

import (
	"reflect"
	"strings"
	"testing"
)

func TestODHConfigMapKey(t *testing.T) {
	t.Parallel()
	if key, err, _ := call(t, "odh_configmap_key", text("Python 3.11 (UBI9)")); key != "python-3.11-ubi9.json" {
		t.Errorf("%v, %q", key, err)
	}
	wantError(t, "odh_configmap_key", text("日本"), "to make a key of")
}

func TestODHRuntimeImages(t *testing.T) {
	t.Parallel()
	const stream = `{"kind": "ImageStream", "metadata": {"labels": {"opendatahub.io/runtime-image": "true"}}, "spec": {"tags": [
		{"name": "1", "annotations": {"opendatahub.io/runtime-image-metadata": "[{\"display_name\": \"X 1\", \"metadata\": {\"tags\": [\"b\", \"a\"]}, \"schema_name\": \"runtime-image\"}]"}, "from": {"name": "python:3.11"}},
		{"name": "2", "annotations": {"opendatahub.io/runtime-image-metadata": "[{\"display_name\": \"Y\", \"metadata\": {\"pull_policy\": 1}}]"}, "from": {"name": "a/b:2"}},
		{"name": "3"}]}}`
	null := map[string]any{"description": nil, "pull_policy": nil, "pull_secret": nil}
	want := map[string]any{
		"x-1.json": merged(null, map[string]any{"display_name": "X 1", "image_name": "python:3.11", "tags": []any{"b", "a"}, "extra_json": "{}"}),
		"y.json":   merged(null, map[string]any{"display_name": "Y", "image_name": "a/b:2", "tags": []any{}, "extra_json": `{"pull_policy":1,"$document":{"schema_name":null}}`}),
	}
	images, err, _ := call(t, "odh_runtime_images", text(stream))
	if !reflect.DeepEqual(images, want) {
		t.Fatalf("%s\n got %v\nwant %v", err, images, want)
	}
	// What pipelines can't use and what Elyra rejects can be read, and not rendered.
	wantError(t, "odh_configmap_json", terraformValue(t, want["x-1.json"]), `the runtime image "X 1": image_name: `)
	wantError(t, "odh_configmap_json", terraformValue(t, want["y.json"]), `the runtime image "Y": extra_json: schema_name is null, not a string; metadata.pull_policy is 1, not a string`)
	wantError(t, "odh_runtime_images", text(strings.TrimPrefix(stream, "{")), "oc get … -o json")
}

func merged(objects ...map[string]any) map[string]any {
	all := map[string]any{}
	for _, object := range objects {
		for key, value := range object {
			all[key] = value
		}
	}
	return all
}
