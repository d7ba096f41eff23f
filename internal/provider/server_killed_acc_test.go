package provider_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestAccServer_killed kills the server in the middle of an apply, once while images are created and once while they are
// updated: after a restart, another apply completes the work.
func TestAccServer_killed(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	w := newServerWorkspace(t, server)
	w.commandLine = w.attached()
	w.at.arguments += "  max_retries = 0\n  request_timeout = \"5s\"\n"
	const images = 30
	for _, tag := range []string{"one", "two"} {
		w.write(manyImages(images, tag))
		dead := make(chan struct{})
		go func() { // the server dies as soon as some images have the tag
			defer close(dead)
			<-someTagged(t, w.a.near, tag)
			server.Kill()
		}()
		output, err := w.try(apply)
		<-dead
		if err == nil || !strings.Contains(output, "Error: Unable to ") {
			t.Errorf("the apply says %v:\n%s", err, output)
		}
		server.Restart(t)
		w.run(apply)
		if got, all := taggedImages(w.a.near, tag), len(imageNames(w.a.near)); got != images || all != images {
			t.Errorf("%d of %d images have the tag %s", got, all, tag)
		}
	}
}

// manyImages is a resource block of images that are numbered.
func manyImages(number int, tag string, more ...string) string {
	return fmt.Sprintf(`resource "elyra_runtime_image" "many" {
  count        = %d
  display_name = "Image ${count.index}"
  image_name   = "team/image-${count.index}:%s"
%s
}
`, number, tag, strings.Join(more, "\n"))
}

// someTagged is closed as soon as three images have the tag.
func someTagged(t *testing.T, dataDir, tag string) <-chan struct{} {
	some := make(chan struct{})
	go func() {
		defer close(some)
		for taggedImages(dataDir, tag) < 3 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond) // what is awaited is another program's doing
		}
	}()
	return some
}

// taggedImages counts the files whose image has the tag.
func taggedImages(dataDir, tag string) (number int) {
	for _, name := range imageNames(dataDir) {
		document, _ := os.ReadFile(instancePath(dataDir, name)) // which is in the making
		if strings.Contains(string(document), ":"+tag+`"`) {
			number++
		}
	}
	return number
}
