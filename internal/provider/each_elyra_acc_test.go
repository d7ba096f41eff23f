package provider_test

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestAccEachElyra_files: every Elyra lists what Terraform made, and Terraform
// imports what every Elyra made, without a difference.
func TestAccEachElyra_files(t *testing.T) {
	requireAcceptance(t)
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		p := filesPlace(t)
		e.Metadata(t, []string{"ELYRA_METADATA_PATH=" + p.near}, "create", "runtime-images", "--name=imported",
			"--display_name=Imported \u00fc", "--image_name=them/image:1", "--pull_policy=Always", `--tags=["b", "a"]`)
		acceptance(t, expect(resource.TestStep{ConfigDirectory: directory("import_block")}, plancheck.ResourceActionNoop))
		if left := read(t, p.near, "imported"); left != "" {
			t.Errorf("the destroy left %s", left)
		}

		step := imageStep(full())
		step.Check = func(*terraform.State) error {
			for _, instance := range e.List(t, p.near) {
				if instance.Name == "my_image" {
					if instance.Reason != "" || instance.DisplayName != "My image" || instance.Resource != p.path("my_image") {
						t.Errorf("Elyra lists %+v", instance)
					}
					return nil
				}
			}
			t.Error("Elyra doesn't list the image")
			return nil
		}
		acceptance(t, step)
	})
}

// TestAccEachElyra_server: on the server of every Elyra, an image is created,
// changed, imported, destroyed, and put right after others changed it.
func TestAccEachElyra_server(t *testing.T) {
	requireAcceptance(t)
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		near, far := t.TempDir(), t.TempDir()
		server := jupyterServer{jupytertest.Start(t, jupytertest.Options{
			Elyra: e,
			Env:   []string{"ELYRA_METADATA_PATH=" + near + string(os.PathListSeparator) + far},
			// The test changes files behind the server's back; it must see that immediately.
			Args: []string{"--FileMetadataCache.enabled=False"},
		}), near, far}
		acceptLifecycle(t, server.place(t))
		acceptImport(t, server.place(t))
		acceptDrift(t, server.place(t))
		acceptExists(t, server.place(t))
	})
}
