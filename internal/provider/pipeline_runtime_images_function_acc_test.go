package provider_test

import (
	"os"
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
	c.copyExample(t, "pipeline-images")
	put(t, p.near, "by_hand", string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "By hand", ImageName: "acme/by-hand:1"}).Encode()))
	const warning = "These nodes run in images that aren't configured"
	pipeline := filepath.Join(c.dir, "pipelines", "nightly.pipeline")
	original, err := os.ReadFile(pipeline)
	if err != nil {
		t.Fatal(err)
	}
	if output := c.run(t, apply); strings.Contains(output, warning) || !strings.Contains(output, "2 added") {
		t.Fatalf("the apply says:\n%s", output)
	}
	// JupyterLab's copy of a file isn't read.
	if err := os.MkdirAll(filepath.Join(c.dir, "pipelines", ".ipynb_checkpoints"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.write(t, "pipelines/.ipynb_checkpoints/nightly-checkpoint.pipeline", "{")
	for image, warns := range map[string]bool{
		stored(t, factoryDir(t), "pandas").ImageName: false, "acme/by-hand:1": false, "acme/unknown:1": true,
	} {
		if err := os.WriteFile(pipeline, []byte(strings.ReplaceAll(string(original), "quay.io/acme/training:1.4.0", image)), 0o600); err != nil {
			t.Fatal(err)
		}
		output := c.run(t, "terraform plan -no-color")
		if strings.Contains(output, warning) != warns {
			t.Errorf("%s:\n%s", image, output)
		}
		if warns {
			wantOutput(t, output, "- nightly.pipeline: train.py runs in acme/unknown:1")
		}
	}
	c.run(t, destroy)
	wantNames(t, p.near, "by_hand")
}
