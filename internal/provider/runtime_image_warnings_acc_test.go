package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whichever of two images with one image name Terraform plans first, it warns
// once: while they are new, and on each plan for as long as they have it.
func TestAccImageNameTwice(t *testing.T) {
	c := newCommandLine(t)
	filesPlace(t)
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join("testdata", "image_name_twice"))); err != nil {
		t.Fatal(err)
	}
	warnings := func(command string, want int) {
		t.Helper()
		output := c.run(t, "terraform "+command)
		if got := strings.Count(output, "Warning: More than one runtime image"); got != want {
			t.Errorf("%s warns %d times, want %d:\n%s", command, got, want, output)
		}
	}
	warnings("plan -no-color", 1)
	c.run(t, "terraform apply -auto-approve")
	warnings("plan -no-color", 1)
	warnings("plan -no-color -refresh=false", 1)
	c.run(t, "terraform apply -auto-approve -var second=team/other:1")
	warnings("plan -no-color -var second=team/other:1", 0)
}
