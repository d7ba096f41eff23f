package provider

import (
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// call calls a function of a provider that was never configured. It returns the
// result in Go's own types, or the error with the number of the argument it
// points to.
func call(t *testing.T, name string, argument tftypes.Value, variadic ...tftypes.Value) (result any, err string, at *int64) {
	t.Helper()
	server := providerserver.NewProtocol6(New("test")())()
	schemas, e := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	check(t, e, schemas.Diagnostics)
	definition, ok := schemas.Functions[name]
	if !ok {
		t.Fatalf("there is no function %s", name)
	}
	var arguments []*tfprotov6.DynamicValue
	for i, value := range append([]tftypes.Value{argument}, variadic...) {
		parameter := definition.VariadicParameter
		if i < len(definition.Parameters) {
			parameter = definition.Parameters[i]
		}
		dynamic, e := tfprotov6.NewDynamicValue(parameter.Type, value)
		if e != nil {
			t.Fatal(e)
		}
		arguments = append(arguments, &dynamic)
	}
	called, e := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: arguments})
	if e != nil {
		t.Fatal(e)
	}
	if called.Error != nil {
		return nil, called.Error.Text, called.Error.FunctionArgument
	}
	value, e := called.Result.Unmarshal(definition.Return.Type)
	if e != nil {
		t.Fatal(e)
	}
	return goValue(t, value), "", nil
}

// wantError calls a function for an error that points at its argument.
func wantError(t *testing.T, name string, argument tftypes.Value, want string) {
	t.Helper()
	result, err, at := call(t, name, argument)
	switch {
	case err == "":
		t.Errorf("%s(%s) = %v, want an error with %q", name, argument, result, want)
	case !strings.Contains(err, want):
		t.Errorf("%s(%s): %q, want %q", name, argument, err, want)
	case at == nil || *at != 0:
		t.Errorf("%s: %q points at no argument", name, err)
	case strings.HasSuffix(err, "."): // Terraform adds its own
		t.Errorf("%s: %q ends with a full stop", name, err)
	}
}

func TestInstanceName(t *testing.T) {
	t.Parallel()
	if name, err, _ := call(t, "instance_name", text("My image: 2.0")); name != "my_image_20" {
		t.Errorf("%v, %q", name, err)
	}
	wantError(t, "instance_name", text("日本"), "no letter a-z")
	wantError(t, "instance_name", text(strings.Repeat("a", 300)), "300 bytes")
}

func TestODHConfigMapKey(t *testing.T) {
	t.Parallel()
	if key, err, _ := call(t, "odh_configmap_key", text("Python 3.11 (UBI9)")); key != "python-3.11-ubi9.json" {
		t.Errorf("%v, %q", key, err)
	}
	wantError(t, "odh_configmap_key", text("日本"), "to make a key of")
}

func TestParseImageName(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("0a", 32)
	for name, want := range map[string]map[string]any{
		"jdoe/my-image:1.0":           {"registry": "docker.io", "repository": "jdoe/my-image", "owner": "jdoe", "image": "my-image", "tag": "1.0", "digest": nil, "pinned": false},
		"quay.io:443/a/b/c@" + digest: {"registry": "quay.io:443", "repository": "a/b/c", "owner": "a/b", "image": "c", "tag": nil, "digest": digest, "pinned": true},
		"quay.io/image":               {"registry": "quay.io", "repository": "image", "owner": nil, "image": "image", "tag": nil, "digest": nil, "pinned": false},
	} {
		if got, err, _ := call(t, "parse_image_name", text(name)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %s, want %v", name, got, err, want)
		}
	}
	wantError(t, "parse_image_name", text("python:3.11"), `use "library/python:3.11"`)
	wantError(t, "parse_image_name", text(""), "empty")
}

// object is an object of Terraform with these attributes.
func object(attributes map[string]tftypes.Value) tftypes.Value {
	types := map[string]tftypes.Type{}
	for name, value := range attributes {
		types[name] = value.Type()
	}
	return tftypes.NewValue(tftypes.Object{AttributeTypes: types}, attributes)
}

// with is a runtime image with these attributes beside the required ones.
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
		{text("x"), "an object is wanted"},
		{texts(listOfStrings, "x"), "an object is wanted"},
		{object(map[string]tftypes.Value{"display_name": text("x")}), "image_name is missing"},
		{object(nil), "display_name is missing; image_name is missing"},
		{with(map[string]tftypes.Value{"display_name": text("")}), "display_name: the display name is empty"},
		{with(map[string]tftypes.Value{"image_name": text("python:3.11")}), `use "library/python:3.11"`},
		{with(map[string]tftypes.Value{"description": text("")}), "description: an empty description"},
		{with(map[string]tftypes.Value{"pull_policy": text("always")}), `use "Always"`},
		{with(map[string]tftypes.Value{"pull_secret": text("RegCred")}), `use "regcred"`},
		{with(map[string]tftypes.Value{"tags": text("gpu")}), "tags: a list or set"},
		{with(map[string]tftypes.Value{"tags": texts(listOfStrings, " gpu")}), `tags: the tag " gpu"`},
		{with(map[string]tftypes.Value{"tags": tftypes.NewValue(listOfStrings, []tftypes.Value{tftypes.NewValue(tftypes.String, nil)})}), "tags: an element must not be null"},
		{with(map[string]tftypes.Value{"tags": tftypes.NewValue(tftypes.List{ElementType: listOfStrings}, []tftypes.Value{texts(listOfStrings, "x")})}), "tags: a string is wanted"},
		{with(map[string]tftypes.Value{"description": texts(listOfStrings)}), "description: a string is wanted"},
		{with(map[string]tftypes.Value{"extra_json": text("")}), `the runtime image "My image": extra_json: an empty text is no JSON object; leave it out, or use null`},
		{with(map[string]tftypes.Value{"extra_json": text("[]")}), `the runtime image "My image": extra_json: not a JSON object`},
		{with(map[string]tftypes.Value{"extra_json": text(`{"tags":[]}`)}), `the runtime image "My image": extra_json: "tags" is an attribute of its own`},
		{with(map[string]tftypes.Value{"pull_policy": text("always"), "image_name": text("python")}), `the runtime image "My image": image_name: `},
		{with(map[string]tftypes.Value{"pullPolicy": text("Always")}), `"pullPolicy" is no attribute of a runtime image, which has description, display_name, extra_json, image_name, pull_policy, pull_secret, tags`},
		// What is known is judged although something is not.
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
	want = "[" + strings.Replace(want, `"image_name":"`+imageName+`",`, "", 1) + "]"
	if got, err, _ := call(t, "odh_image_stream_annotation", argument); got != want {
		t.Errorf("%s\n got %v\nwant %s", err, got, want)
	}
	wantError(t, "odh_configmap_json", with(map[string]tftypes.Value{"pull_policy": text("always")}), `the runtime image "My image": pull_policy: "always" is not a pull policy; use "Always"`)
	wantError(t, "odh_configmap_json", with(map[string]tftypes.Value{"extra_json": text(`{"n": 1e999}`)}), `the runtime image "My image": the notebook controller cannot read it: `)
	wantError(t, "odh_image_stream_annotation", object(nil), "display_name is missing")
}

// The document is the file that elyra-metadata writes.
func TestRuntimeImageJSON_asElyra(t *testing.T) {
	t.Parallel()
	jupytertest.Require(t)
	dataDir := t.TempDir()
	for name, attributes := range map[string]map[string]string{
		"least": {"display_name": "Least", "image_name": imageName},
		"all": {
			"display_name": "Größe 😀 \"quoted\" \\ / <b>&amp;</b>", "image_name": "quay.io/a/b:1@sha256:" + strings.Repeat("0", 64),
			"description": "日本\ttab\nline \u2028 \u007f end", "pull_policy": "IfNotPresent", "pull_secret": "reg-cred.1",
		},
	} {
		args := []string{"create", "runtime-images", "--name=" + name, `--tags=["a b", "é"]`}
		argument := map[string]tftypes.Value{"tags": texts(setOfStrings, "a b", "é")}
		for key, value := range attributes {
			args = append(args, "--"+key+"="+value)
			argument[key] = text(value)
		}
		jupytertest.Metadata(t, []string{"JUPYTER_DATA_DIR=" + dataDir}, args...)
		want, err := os.ReadFile(imagePath(dataDir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, text, _ := call(t, "runtime_image_json", object(argument)); got != string(want) {
			t.Errorf("%s: %s\n got %v\nElyra's %s", name, text, got, want)
		}
	}
}

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
	wantError(t, "pipeline_runtime_images", text("{}"), `this is not a pipeline of Elyra: it has no "pipelines"`)
}
