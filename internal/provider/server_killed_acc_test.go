package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAccServer_killed kills the server in the middle of an apply, once while images are created and once while they are
// updated: after a restart, another apply completes the work.
func TestAccServer_killed(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	w := newServerWorkspace(t, [2]jupyterServer{server})
	w.commandLine = w.attached(t)
	w.at.arguments += "  max_retries = 0\n  request_timeout = \"5s\"\n"
	const images = 30
	for _, tag := range []string{"one", "two"} {
		w.write(fmt.Sprintf("resource \"elyra_runtime_image\" \"x\" {\n  count = %d\n  display_name = \"Image ${count.index}\"\n  image_name = \"team/image-${count.index}:%s\"\n}\n", images, tag))
		dead := make(chan struct{})
		go func() { // the server dies as soon as some images have the tag
			defer close(dead)
			awaitImages(t, w.a.near, tag)
			server.Kill()
		}()
		output, err := w.try(t, apply)
		<-dead
		if err == nil || !strings.Contains(output, "Error: Unable to ") {
			t.Errorf("the apply says %v:\n%s", err, output)
		}
		server.Restart(t)
		w.ok(apply)
		if got := taggedImages(w.a.near, tag); got != images || len(w.names()) != images {
			t.Errorf("%d of %d images have the tag %s", got, len(w.names()), tag)
		}
	}
}

// awaitImages returns as soon as three images have the tag.
func awaitImages(t *testing.T, dataDir, tag string) {
	for taggedImages(dataDir, tag) < 3 && t.Context().Err() == nil {
		time.Sleep(time.Millisecond) // what is awaited is another program's doing
	}
}

// taggedImages counts the files whose image has the tag.
func taggedImages(dataDir, tag string) (number int) {
	files, _ := filepath.Glob(filepath.Join(dataDir, "metadata", "runtime-images", "*.json"))
	for _, file := range files {
		document, _ := os.ReadFile(file)
		if strings.Contains(string(document), ":"+tag+`"`) {
			number++
		}
	}
	return number
}
