package provider

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What is parsed is taken as it is by the functions that write, which give back all of it.
func TestParseRuntimeImageJSON(t *testing.T) {
	t.Parallel()
	const metadata = `"display_name":"Größe","image_name":"a/b:1","n":1.5,"pull_policy":"Always","tags":["a","z"],"team":{"<":null}`
	document := `{"display_name":"Größe","metadata":{` + metadata + `},"schema_name":"runtime-image"}`
	want := map[string]any{
		"display_name": "Größe", "image_name": "a/b:1", "description": nil, "pull_policy": "Always", "pull_secret": nil,
		"tags": []any{"a", "z"}, "extra_json": `{"display_name":"Gr\u00f6\u00dfe","n":1.5,"team":{"<":null}}`,
	}
	if got, err, _ := call(t, "parse_runtime_image_json", text(document)); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got %v\nwant %v", err, got, want)
	}
	annotation := "[" + strings.Replace(document, `"image_name":"a/b:1",`, "", 1) + "]"
	if got, err, _ := call(t, "parse_runtime_image_json", text(annotation), text("a/b:1")); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got %v\nwant %v", err, got, want)
	}
	least := map[string]any{
		"display_name": "X", "image_name": "python:3.11", "description": nil, "pull_policy": nil, "pull_secret": nil, "tags": []any{}, "extra_json": nil,
	}
	if got, err, _ := call(t, "parse_runtime_image_json", text(`{"display_name":"X","metadata":{"image_name":"python:3.11"},"schema_name":"runtime-image"}`)); !reflect.DeepEqual(got, least) {
		t.Errorf("%s\n got %v\nwant %v", err, got, least)
	}

	parsed := object(map[string]tftypes.Value{
		"display_name": text("Größe"), "image_name": text("a/b:1"), "description": tftypes.NewValue(tftypes.String, nil), "pull_policy": text("Always"),
		"pull_secret": tftypes.NewValue(tftypes.String, nil), "tags": texts(listOfStrings, "a", "z"), "extra_json": text(want["extra_json"].(string)),
	})
	escaped := strings.ReplaceAll(document, "<", `\u003c`)
	for name, want := range map[string]string{
		"odh_configmap_json":          escaped,
		"odh_image_stream_annotation": "[" + strings.Replace(escaped, `"image_name":"a/b:1",`, "", 1) + "]",
		"runtime_image_json": `{
  "display_name": "Gr\u00f6\u00dfe",
  "metadata": {
    "tags": [
      "a",
      "z"
    ],
    "image_name": "a/b:1",
    "pull_policy": "Always",
    "display_name": "Gr\u00f6\u00dfe",
    "n": 1.5,
    "team": {
      "<": null
    }
  },
  "schema_name": "runtime-image"
}`,
	} {
		if got, err, _ := call(t, name, parsed); got != want {
			t.Errorf("%s: %s\n got %v\nwant %s", name, err, got, want)
		}
	}

	wantError(t, "parse_runtime_image_json", text(annotation), `the runtime image "Größe" is invalid: metadata.image_name is missing; an annotation has no image_name: give the from.name of the ImageStream's tag as the second argument`)
	for _, test := range []struct {
		imageNames []tftypes.Value
		want       string
		at         int64
	}{
		{[]tftypes.Value{text("")}, "the image name is empty; leave it out to take the one in the text", 1},
		{[]tftypes.Value{text("a/b"), text("c/d")}, "there is one image name at most", 2},
	} {
		if got, err, at := call(t, "parse_runtime_image_json", text(document), test.imageNames...); err != test.want || at == nil || *at != test.at {
			t.Errorf("%v: %v, %q at %v", test.imageNames, got, err, at)
		}
	}
}
