package provider

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestParseRuntimeImageJSON(t *testing.T) {
	t.Parallel()
	const metadata = `"display_name":"Größe","image_name":"a/b:1","n":1.5,"pull_policy":"Always","tags":["a","z"],"team":{"<":null}`
	document := `{"display_name":"Größe","metadata":{` + metadata + `},"schema_name":"runtime-image"}`
	want := image(map[string]any{
		"display_name": "Größe", "image_name": "a/b:1", "pull_policy": "Always",
		"tags": []any{"a", "z"}, "extra_json": `{"display_name":"Gr\u00f6\u00dfe","n":1.5,"team":{"<":null}}`,
	})
	if got, err, _ := call(t, "parse_runtime_image_json", text(document)); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got %v\nwant %v", err, got, want)
	}
	annotation := "[" + strings.Replace(document, `"image_name":"a/b:1",`, "", 1) + "]"
	if got, err, _ := call(t, "parse_runtime_image_json", text(annotation), text("a/b:1")); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got %v\nwant %v", err, got, want)
	}
	least := image(map[string]any{"display_name": "X", "image_name": "python:3.11", "tags": []any{}, "extra_json": "{}"})
	if got, err, _ := call(t, "parse_runtime_image_json", text(`{"display_name":"X","metadata":{"image_name":"python:3.11"},"schema_name":"runtime-image"}`)); !reflect.DeepEqual(got, least) {
		t.Errorf("%s\n got %v\nwant %v", err, got, least)
	}

	wantError(t, "parse_runtime_image_json", text(annotation), `the runtime image "Größe" is invalid: metadata.image_name is missing. An annotation has no image_name: pass the from.name of the ImageStream's tag`)
	for _, test := range []struct {
		imageNames []tftypes.Value
		want       string
		at         int64
	}{
		{[]tftypes.Value{text("")}, "the image name is empty", 1},
		{[]tftypes.Value{text("a/b"), text("c/d")}, "there can be only one image name", 2},
	} {
		if got, err, at := call(t, "parse_runtime_image_json", append([]tftypes.Value{text(document)}, test.imageNames...)...); !strings.Contains(err, test.want) || at == nil || *at != test.at {
			t.Errorf("%v: %v, %q at %v", test.imageNames, got, err, at)
		}
	}
}

// Rendering what was parsed gives the same JSON value back, whatever the notebook controller and Elyra
// may have written.
func TestParseRuntimeImageJSON_inverse(t *testing.T) {
	t.Parallel()
	for name, metadata := range map[string]string{
		"least":                   `"image_name":"a/b:1"`,
		"as Open Data Hub has it": `"display_name":"X","image_name":"a/b:1","pull_policy":"IfNotPresent","tags":["some-tag"]`,
		"another display name":    `"display_name":"Other","image_name":"a/b:1"`,
		"no name as text":         `"display_name":7,"image_name":"a/b:1"`,
		"tags in their order":     `"image_name":"a/b:1","tags":["z","a","é"]`,
		"no tags":                 `"image_name":"a/b:1","tags":[]`,
		"tags that aren't text":   `"image_name":"a/b:1","tags":[1,"1",null,{"a":[]}]`,
		"unknown keys":            `"image_name":"a/b:1","n":1.5,"team":{"<":null,"b":[2,"&"]},"owner":""`,
		"no description":          `"image_name":"a/b:1","description":""`,
		"all":                     `"image_name":"a/b:1","description":"<b>","pull_policy":"Always","pull_secret":"regcred","tags":["b","a"]`,
		"our own key":             `"image_name":"a/b:1","$document":{"x":1},"$$document":2`,
	} {
		for _, top := range []string{"", `,"name":"x","resource":"/a/x.json","version":{"a":1}`} {
			value := `{"display_name":"X","metadata":{` + metadata + `},"schema_name":"runtime-image"` + top + `}`
			annotation := "[" + strings.ReplaceAll(strings.ReplaceAll(value, `"image_name":"a/b:1",`, ""), `"image_name":"a/b:1"`, "") + "]"
			for function, test := range map[string]struct {
				text      string
				imageName []tftypes.Value
			}{
				"runtime_image_json":          {value, nil},
				"odh_configmap_json":          {value, nil},
				"odh_image_stream_annotation": {strings.ReplaceAll(annotation, `,}`, `}`), []tftypes.Value{text("a/b:1")}},
			} {
				parsed, err, _ := callValue(t, "parse_runtime_image_json", append([]tftypes.Value{text(test.text)}, test.imageName...)...)
				if err != "" {
					t.Errorf("%s: %s", test.text, err)
					continue
				}
				rendered, err, _ := call(t, function, parsed)
				var got, want any
				if err != "" || json.Unmarshal([]byte(rendered.(string)), &got) != nil || json.Unmarshal([]byte(test.text), &want) != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %s: %s\n got %v\nwant %s", name, function, err, rendered, test.text)
				}
			}
		}
	}
}
