package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Whole resources and elements of the data source are runtime images to a
// function; what is known while planning is rendered then.
func TestAccFunctions_wholeResources(t *testing.T) {
	filesPlace(t)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "elyra-ai") // functions need a source
	now := string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Now", ImageName: "a/b:1", Tags: []string{"x"}}).Encode())
	later := string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Later", ImageName: "a/b:2"}).Encode())
	step := resource.TestStep{
		ProtoV6ProviderFactories: providerFactories,
		ConfigDirectory:          directory("functions"),
		ConfigVariables:          config.Variables{"display_name": config.StringVariable("Later")},
	}
	step.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{
		plancheck.ExpectKnownOutputValue("now", knownvalue.StringExact(now)),
		plancheck.ExpectUnknownOutputValue("later"),
	}
	step.ConfigStateChecks = append(output("later", knownvalue.StringExact(later)),
		output("read", knownvalue.TupleExact([]knownvalue.Check{knownvalue.Bool(true), knownvalue.Bool(true)}))...)
	applyExamples(t, step)
}

// An error names the argument, and reads as one sentence.
func TestAccFunctions_errors(t *testing.T) {
	isolate(t)
	for call, want := range map[string]string{
		`instance_name("日本")`:             `Invalid value for "display_name" parameter: the display name has no letter`,
		`odh_configmap_key("()")`:         `Invalid value for "display_name" parameter: the display name "\(\)" has no letter`,
		`parse_image_name("python:3.11")`: `Invalid value for "image_name" parameter: .*use "library/python:3.11"\.`,
		`runtime_image_json({ display_name = "X", image_name = "python:3.11" })`: `Invalid value for "runtime_image" parameter: the runtime image "X": image_name: .*use "library/python:3.11"\.`,
		`odh_configmap_json({ display_name = "X", image = "a/b:1" })`:            `the runtime image "X": image_name is missing; "image" isn.t an attribute`,
		`parse_runtime_image_json("[]")`:                                         `Invalid value for "text" parameter: the array has 0 documents`,
		`pipeline_runtime_images("{")`:                                           `Invalid value for "text" parameter: broken JSON: the document ends too early`,
		`odh_image_stream_annotation(null)`:                                      `argument must not be null`,
	} {
		acceptance(t, resource.TestStep{
			Config:      "output \"x\" {\n  value = provider::elyra::" + call + "\n}\n",
			ExpectError: spaced(want),
		})
	}
}
