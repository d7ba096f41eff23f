package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// with is a runtime image with these attributes next to the required ones.
func with(attributes map[string]tftypes.Value) tftypes.Value {
	all := map[string]tftypes.Value{"display_name": text("My image"), "image_name": text(imageName)}
	maps.Copy(all, attributes)
	return object(all)
}

// inMetadata is the document of with().
func inMetadata(lines string) string {
	return "{\n  \"display_name\": \"My image\",\n  \"metadata\": {\n" + lines + "\n  },\n  \"schema_name\": \"runtime-image\"\n}"
}

const inMetadataImage = `    "image_name": "` + imageName + `"`

func TestRuntimeImageJSON(t *testing.T) {
	t.Parallel()
	null := tftypes.NewValue(tftypes.String, nil)
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	tags := "    \"tags\": [\n      \"a\",\n      \"b\"\n    ],\n" + inMetadataImage
	backwards := "    \"tags\": [\n      \"b\",\n      \"a\"\n    ],\n" + inMetadataImage
	for name, test := range map[string]struct {
		argument tftypes.Value
		want     string
	}{
		"least":      {with(nil), inMetadata(inMetadataImage)},
		"map":        {tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"display_name": text("My image"), "image_name": text(imageName)}), inMetadata(inMetadataImage)},
		"nulls":      {with(map[string]tftypes.Value{"description": null, "pull_policy": tftypes.NewValue(tftypes.DynamicPseudoType, nil), "tags": tftypes.NewValue(setOfStrings, nil)}), inMetadata(inMetadataImage)},
		"empty tags": {with(map[string]tftypes.Value{"tags": tftypes.NewValue(tftypes.Tuple{}, []tftypes.Value{})}), inMetadata(inMetadataImage)},
		"set":        {with(map[string]tftypes.Value{"tags": texts(setOfStrings, "a", "b")}), inMetadata(tags)},
		"list":       {with(map[string]tftypes.Value{"tags": texts(listOfStrings, "b", "a", "b")}), inMetadata(backwards)},
		"tuple":      {with(map[string]tftypes.Value{"tags": texts(tftypes.Tuple{ElementTypes: []tftypes.Type{tftypes.String, tftypes.String}}, "b", "a")}), inMetadata(backwards)},
		"primitives": {
			object(map[string]tftypes.Value{
				"display_name": tftypes.NewValue(tftypes.Number, 3.5), "image_name": text(imageName), "description": tftypes.NewValue(tftypes.Bool, true),
				"tags": tftypes.NewValue(tftypes.List{ElementType: tftypes.Number}, []tftypes.Value{tftypes.NewValue(tftypes.Number, 100000000)}),
			}),
			strings.Replace(inMetadata("    \"description\": \"true\",\n    \"tags\": [\n      \"100000000\"\n    ],\n"+inMetadataImage), "My image", "3.5", 1),
		},
		"a whole resource": {
			with(map[string]tftypes.Value{"name": text("x"), "id": unknown, "location": unknown, "overwrite": tftypes.NewValue(tftypes.Bool, true), "json": null, "writable": tftypes.NewValue(tftypes.Bool, true), "origin": text("local"), "invalid_reason": null}),
			inMetadata(inMetadataImage),
		},
		"unknown":          {tftypes.NewValue(tftypes.DynamicPseudoType, tftypes.UnknownValue), "(unknown)"},
		"unknown object":   {tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}, tftypes.UnknownValue), "(unknown)"},
		"unknown in it":    {with(map[string]tftypes.Value{"description": unknown}), "(unknown)"},
		"unknown required": {object(map[string]tftypes.Value{"display_name": text("My image"), "image_name": unknown}), "(unknown)"},
		"unknown tags":     {with(map[string]tftypes.Value{"tags": tftypes.NewValue(setOfStrings, tftypes.UnknownValue)}), "(unknown)"},
		"null extra":       {with(map[string]tftypes.Value{"extra_json": null}), inMetadata(inMetadataImage)},
		"extra":            {with(map[string]tftypes.Value{"extra_json": text(`{"team": "a"}`)}), inMetadata(inMetadataImage + ",\n    \"team\": \"a\"")},
		"extra, no more":   {with(map[string]tftypes.Value{"tags": texts(listOfStrings, "b", "a"), "extra_json": text(`{"tags": [], "description": ""}`)}), inMetadata(backwards + ",\n    \"description\": \"\"")},
		"unknown extra":    {with(map[string]tftypes.Value{"extra_json": unknown}), "(unknown)"},
		"unknown tag":      {with(map[string]tftypes.Value{"tags": tftypes.NewValue(setOfStrings, []tftypes.Value{unknown})}), "(unknown)"},
	} {
		if got, err, _ := call(t, "runtime_image_json", test.argument); got != test.want {
			t.Errorf("%s: %q\n got %v\nwant %s", name, err, got, test.want)
		}
	}
}

func TestRuntimeImageJSON_refused(t *testing.T) {
	t.Parallel()
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	for _, test := range []struct {
		argument tftypes.Value
		want     string
	}{
		{text("x"), "the value must be an object"},
		{texts(listOfStrings, "x"), "the value must be an object"},
		{object(map[string]tftypes.Value{"display_name": text("x")}), "image_name is missing"},
		{object(nil), "display_name is missing; image_name is missing"},
		{with(map[string]tftypes.Value{"display_name": text("")}), "display_name: the display name is empty"},
		{with(map[string]tftypes.Value{"image_name": text("python:3.11")}), `use "library/python:3.11"`},
		{with(map[string]tftypes.Value{"description": text("")}), "description: an empty description"},
		{with(map[string]tftypes.Value{"pull_policy": text("always")}), `use "Always"`},
		{with(map[string]tftypes.Value{"pull_secret": text("RegCred")}), `use "regcred"`},
		{with(map[string]tftypes.Value{"tags": text("gpu")}), "tags: the value must be a list or set"},
		{with(map[string]tftypes.Value{"tags": texts(listOfStrings, " gpu")}), `tags: the tag " gpu"`},
		{with(map[string]tftypes.Value{"tags": tftypes.NewValue(listOfStrings, []tftypes.Value{tftypes.NewValue(tftypes.String, nil)})}), "tags: an element must not be null"},
		{with(map[string]tftypes.Value{"tags": tftypes.NewValue(tftypes.List{ElementType: listOfStrings}, []tftypes.Value{texts(listOfStrings, "x")})}), "tags: the value must be a string"},
		{with(map[string]tftypes.Value{"description": texts(listOfStrings)}), "description: the value must be a string"},
		{with(map[string]tftypes.Value{"extra_json": text("")}), `the runtime image "My image": extra_json: an empty text isn't a JSON object`},
		{with(map[string]tftypes.Value{"extra_json": text("[]")}), `the runtime image "My image": extra_json: not a JSON object`},
		{with(map[string]tftypes.Value{"extra_json": text(`{"tags":["x"]}`)}), `the runtime image "My image": extra_json: "tags" is an attribute of its own`},
		{with(map[string]tftypes.Value{"extra_json": text(`{"$document":{"schema_name":"x"}}`)}), `extra_json: schema_name is "x", not "runtime-image"`},
		{with(map[string]tftypes.Value{"pull_policy": text("always"), "image_name": text("python")}), `the runtime image "My image": image_name: `},
		{with(map[string]tftypes.Value{"pullPolicy": text("Always")}), `"pullPolicy" isn't an attribute of this runtime image; use "pull_policy", or remove it`},
		// Known values are checked even if another one is unknown.
		{with(map[string]tftypes.Value{"pull_policy": text("always"), "description": unknown}), `use "Always"`},
	} {
		wantError(t, "runtime_image_json", test.argument, test.want)
	}
}

func TestODHFunctions(t *testing.T) {
	t.Parallel()
	argument := with(map[string]tftypes.Value{"tags": texts(setOfStrings, "a"), "pull_policy": text("Always"), "description": text("<é>")})
	want := `{"display_name":"My image","metadata":{"description":"\u003cé\u003e","display_name":"My image","image_name":"` + imageName + `","pull_policy":"Always","tags":["a"]},"schema_name":"runtime-image"}`
	if got, err, _ := call(t, "odh_configmap_json", argument); got != want {
		t.Errorf("%s\n got %v\nwant %s", err, got, want)
	}
	if got, err, _ := call(t, "odh_configmap_json", with(map[string]tftypes.Value{"extra_json": text("{}")})); got != `{"display_name":"My image","metadata":{"image_name":"`+imageName+`"},"schema_name":"runtime-image"}` {
		t.Errorf("with all that's extra: %s, %v", err, got)
	}
	want = "[" + strings.Replace(want, `"image_name":"`+imageName+`",`, "", 1) + "]"
	if got, err, _ := call(t, "odh_image_stream_annotation", argument); got != want {
		t.Errorf("%s\n got %v\nwant %s", err, got, want)
	}
	wantError(t, "odh_configmap_json", with(map[string]tftypes.Value{"pull_policy": text("always")}), `the runtime image "My image": pull_policy: "always" isn't one of Always, IfNotPresent, Never; use "Always"`)
	wantError(t, "odh_configmap_json", with(map[string]tftypes.Value{"extra_json": text(`{"n": 1e999}`)}), `the runtime image "My image": the notebook controller can't read it: `)
	wantError(t, "odh_image_stream_annotation", object(nil), "display_name is missing")
}
