package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestElyraMetadata measures what a start script pays today.
func TestElyraMetadata(t *testing.T) {
	images := 50
	if *quick {
		images = 5
	}
	data := t.TempDir()
	env := []string{"JUPYTER_DATA_DIR=" + data}
	began := time.Now()
	for i := range images {
		jupytertest.Newest.Metadata(t, env, "create", "runtime-images", "--name="+name(i), "--display_name="+name(i), fmt.Sprintf("--image_name=quay.io/team/image:%d", i))
	}
	jupytertest.Newest.Metadata(t, env, "list", "runtime-images", "--json")
	for i := range images {
		jupytertest.Newest.Metadata(t, env, "remove", "runtime-images", "--name="+name(i))
	}
	theirs := time.Since(began)

	c := contenders(t, "elyra")[0]
	c.configure(t, images)
	var ours []time.Duration
	for range *rounds {
		began := time.Now()
		c.run(t, "", "apply", "-auto-approve", "-no-color")
		c.run(t, "", "plan", "-detailed-exitcode", "-no-color")
		c.run(t, "", "destroy", "-auto-approve", "-no-color")
		ours = append(ours, time.Since(began))
	}
	section(t, "Compared with elyra-metadata", fmt.Sprintf("%d images created, listed once, and deleted: a process of `elyra-metadata` for each (measured once), and `terraform apply`, `plan`, and `destroy`.", images),
		[]string{"elyra-metadata", "Terraform", "ratio"}, [][]string{{seconds(theirs), seconds(median(ours)), fmt.Sprintf("%.3f", float64(median(ours))/float64(theirs))}})
}
