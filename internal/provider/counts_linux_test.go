package provider

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// TestCounts_systemCalls counts the system calls on the data directory for 10 resources.
func TestCounts_systemCalls(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		testenv.Missing(t, "strace", "scripts/programs.sh installs it")
	}
	dataDir, trace := t.TempDir(), filepath.Join(t.TempDir(), "trace")
	command := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-y", "-e", "trace=%file,%desc", "-o", trace, os.Args[0], "-test.run=^TestCounts_traced$")
	command.Env = append(os.Environ(), traced+"="+dataDir)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	data, err := os.ReadFile(trace)
	check(t, err, nil)
	compareCounts(t, "system calls for 10: ", systemCalls(data, dataDir))
}
