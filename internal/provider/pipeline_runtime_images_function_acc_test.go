package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestAccExample_pipelineImages wants a warning about nodes whose image nobody can choose, and about no
// others: not about images that Elyra ships, or that somebody made by hand.
func TestAccExample_pipelineImages(t *testing.T) {
	t.Parallel()
	c, p := besideElyra(t)
	c.copyAll("examples/pipeline-images")
	putImages(t, p.near, elyra.RuntimeImage{Name: "by_hand", DisplayName: "By hand", ImageName: "acme/by-hand:1"})
	const warning = "These nodes run in images that aren't configured"
	pipeline := filepath.Join(c.dir, "pipelines", "nightly.pipeline")
	original := readFile(t, pipeline)
	if output := c.run(apply); strings.Contains(output, warning) || !strings.Contains(output, "2 added") {
		t.Fatalf("the apply says:\n%s", output)
	}
	// JupyterLab's copy of a file isn't read.
	writeFile(t, filepath.Join(c.dir, "pipelines", ".ipynb_checkpoints", "nightly-checkpoint.pipeline"), "{")
	for image, warns := range map[string]bool{
		stored(t, factoryDir(t), "pandas").ImageName: false, "acme/by-hand:1": false, "acme/unknown:1": true,
	} {
		writeFile(t, pipeline, strings.ReplaceAll(original, "quay.io/acme/training:1.4.0", image))
		output := c.run("terraform plan -no-color")
		if strings.Contains(output, warning) != warns {
			t.Errorf("%s:\n%s", image, output)
		}
		if warns {
			wantOutput(t, output, "- nightly.pipeline: train.py runs in acme/unknown:1")
		}
	}
	c.run(destroy)
	wantNames(t, p.near, "by_hand")
}
