package provider_test

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Whole resources and elements of the data source are runtime images to a
// function; what is known while planning is rendered then.
func TestAccFunctions_wholeResources(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	c.env = append(c.env, newPlace(t).searchPath(), "TF_VAR_display_name=Later")
	c = c.attached(t)
	c.copyTestdata(t, "functions")
	output := c.run(t, apply)
	if !regexp.MustCompile(`\+ later += \(known after apply\)`).MatchString(output) || regexp.MustCompile(`\+ now += \(known`).MatchString(output) {
		t.Errorf("now is known in the plan, and later isn't:\n%s", output)
	}
	want := map[string]any{
		"now":   string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Now", ImageName: "a/b:1", Tags: []string{"x"}}).Encode()),
		"later": string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Later", ImageName: "a/b:2"}).Encode()),
		"read":  []any{true, true},
	}
	if got := c.outputs(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// An error names the argument, and reads as one sentence.
func TestAccFunctions_errors(t *testing.T) {
	t.Parallel()
	w := newFilesWorkspace(t)
	var outputs []string
	wants := map[string]string{
		`instance_name("日本")`:             `Invalid value for "display_name" parameter: the display name has no letter`,
		`odh_configmap_key("()")`:         `Invalid value for "display_name" parameter: the display name "()" has no letter`,
		`parse_image_name("python:3.11")`: `Invalid value for "image_name" parameter: The owner is missing`,
		`runtime_image_json({ display_name = "X", image_name = "python:3.11" })`: `Invalid value for "runtime_image" parameter: the runtime image "X": image_name: `,
		`odh_configmap_json({ display_name = "X", image = "a/b:1" })`:            `the runtime image "X": image_name is missing; "image" isn't an attribute`,
		`parse_runtime_image_json("[]")`:                                         `Invalid value for "text" parameter: the array has 0 documents`,
		`pipeline_runtime_images("{")`:                                           `Invalid value for "text" parameter: broken JSON: the document ends too early`,
		`odh_image_stream_annotation(null)`:                                      `argument must not be null`,
	}
	for call := range wants {
		outputs = append(outputs, fmt.Sprintf("output \"x%d\" {\n  value = provider::elyra::%s\n}\n", len(outputs), call))
	}
	w.write(outputs...)
	output, _ := w.try(t, plan)
	wantOutput(t, output, slices.Collect(maps.Values(wants))...)
	wantOutput(t, output, `use "library/python:3.11".`)
}
