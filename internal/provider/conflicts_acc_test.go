package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whichever of two conflicting images Terraform plans first, it warns once: while
// they are new, and on each plan for as long as they disagree.
func TestAccConflicts(t *testing.T) {
	c := newCommandLine(t)
	filesPlace(t)
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join("testdata", "conflicts"))); err != nil {
		t.Fatal(err)
	}
	warnings := func(command string, want int) {
		t.Helper()
		output := c.run(t, "terraform "+command)
		if got := strings.Count(output, "Warning: Runtime images"); got != want {
			t.Errorf("%s warns %d times, want %d:\n%s", command, got, want, output)
		}
	}
	warnings("plan -no-color", 1)
	c.run(t, "terraform apply -auto-approve")
	warnings("plan -no-color", 1)
	warnings("plan -no-color -refresh=false", 1)
	c.run(t, "terraform apply -auto-approve -var second=Always")
	warnings("plan -no-color -var second=Always", 0)
}
