package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestAccElyra_agrees: elyra-metadata lists what Terraform made, and Terraform
// takes over what elyra-metadata made, without a difference.
func TestAccElyra_agrees(t *testing.T) {
	jupytertest.Require(t)
	p := filesPlace(t)
	jupytertest.Metadata(t, []string{"ELYRA_METADATA_PATH=" + p.near}, "create", "runtime-images", "--name=imported",
		"--display_name=Imported \u00fc", "--image_name=them/image:1", "--pull_policy=Always", `--tags=["b", "a"]`)
	written := read(t, p.near, "imported")
	imported := resource.TestStep{ConfigDirectory: directory("import_block")}
	imported.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction(testImage, plancheck.ResourceActionNoop)}
	acceptance(t, imported)
	if read(t, p.near, "imported") != "" {
		t.Errorf("the destroy left %s", written)
	}

	step := imageStep(full())
	step.Check = func(*terraform.State) error {
		for _, instance := range jupytertest.List(t, p.near) {
			if instance.Name == "my_image" {
				if instance.Reason != "" || instance.DisplayName != "My image" || instance.Resource != p.path("my_image") {
					t.Errorf("Elyra lists %+v", instance)
				}
				return nil
			}
		}
		t.Error("Elyra does not list the image")
		return nil
	}
	acceptance(t, step)
}
