package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// TestAccServer_killed kills the server in the middle of an apply, once while
// images are created and once while they are updated: after a restart, another
// apply completes the work.
func TestAccServer_killed(t *testing.T) {
	server := startServer(t)
	p := server.place(t)
	const images = 30
	step := func(tag string) resource.TestStep {
		return resource.TestStep{ConfigDirectory: directory("server_killed"), ConfigVariables: config.Variables{"tag": config.StringVariable(tag)}}
	}
	// killed is a step whose server dies as soon as some images have the tag.
	var dead chan struct{}
	killed := func(tag string) resource.TestStep {
		s := step(tag)
		s.PreConfig = func() {
			dead = make(chan struct{})
			go func() {
				defer close(dead)
				awaitImages(t, p, images, tag)
				server.Kill()
			}()
		}
		s.ExpectError = regexp.MustCompile(`(?s)Unable to (create|update) runtime image`)
		return s
	}
	resumed := func(tag string) resource.TestStep {
		s := step(tag)
		s.PreConfig = func() {
			<-dead
			server.Restart(t)
		}
		s.Check = func(*terraform.State) error {
			for i := range images {
				name := fmt.Sprintf("image_%d", i)
				if got, want := stored(t, p.near, name).ImageName, fmt.Sprintf("team/image-%d:%s", i, tag); got != want {
					t.Errorf("%s has %s, want %s", name, got, want)
				}
			}
			entries, err := filepath.Glob(p.path("*"))
			if err != nil || len(entries) != images {
				t.Errorf("there are %d files, %v", len(entries), err)
			}
			return nil
		}
		return s
	}
	resource.Test(t, resource.TestCase{Steps: withProviders(killed("one"), resumed("one"), killed("two"), resumed("two"))})
}

// awaitImages returns as soon as three of the images have the tag.
func awaitImages(t *testing.T, p place, images int, tag string) {
	for t.Context().Err() == nil {
		written := 0
		for i := range images {
			data, _ := os.ReadFile(p.path(fmt.Sprintf("image_%d", i)))
			if strings.Contains(string(data), ":"+tag+`"`) {
				written++
			}
		}
		if written >= 3 {
			return
		}
		time.Sleep(time.Millisecond) // what is awaited is another program's doing
	}
}
