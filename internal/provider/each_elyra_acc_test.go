package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestAccEachElyra_files: every Elyra lists what Terraform made, and Terraform imports what every Elyra made, without
// a difference. Nobody changes the other's documents.
func TestAccEachElyra_files(t *testing.T) {
	requireAcceptance(t)
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		w := newFilesWorkspace(t)
		w.commandLine = w.attached()
		e.Metadata(t, []string{"ELYRA_METADATA_PATH=" + w.a.near}, "create", "runtime-images", "--name=imported",
			"--display_name=Imported", "--image_name=team/imported:1", "--pull_policy=Always", `--tags=["b", "a"]`)
		imported := w.document("imported")
		blocks := []string{
			image("imported", "Imported", `pull_policy = "Always"`, `tags = ["a", "b"]`), image("x", "My image", fullLines...), kfp("x", w.secretLines()...),
		}
		w.applies(append(blocks, importOf("imported", "imported"))...)
		w.wants(w.a, "imported", imported)
		runtime := w.runtime("my_runtime")

		listed := map[string]string{}
		for _, instance := range e.List(t, w.a.near) {
			listed[instance.Name] = instance.DisplayName + instance.Reason
		}
		if listed["my_image"] != "My image" || listed["imported"] != "Imported" {
			t.Errorf("Elyra lists %v", listed)
		}
		var runtimes []struct{ Name, Reason string }
		out := e.Metadata(t, []string{"ELYRA_METADATA_PATH=" + w.a.near}, "list", "runtimes", "--json")
		if err := json.Unmarshal([]byte(out), &runtimes); err != nil || len(runtimes) != 1 || runtimes[0].Reason != "" {
			t.Errorf("%v, Elyra lists %s", err, out)
		}
		if after := w.runtime("my_runtime"); after != runtime {
			t.Errorf("it was\n%s\nand is\n%s", runtime, after)
		}
		w.write(blocks...)
		w.settled()
		w.destroys()
		w.wantNames()
	})
}

// TestAccEachElyra_server runs the same on the server of every Elyra.
func TestAccEachElyra_server(t *testing.T) {
	requireAcceptance(t)
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		w := newServerWorkspace(t, startServer(t, jupytertest.Options{Elyra: e, BaseURL: "/"}))
		w.commandLine = w.attached()
		for _, test := range []func(workspace){imageLifecycle, imageImport} {
			test(w.module())
			w.clear()
		}
	})
}
