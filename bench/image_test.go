package bench

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// TestImages compares an inspection of realistic images with "crane export | tar t". Package containerimage
// measures both.
func TestImages(t *testing.T) {
	var rows [][]string
	for _, image := range benchmarks(t, "./internal/containerimage", "^BenchmarkImages$", min(3, *rounds)) {
		value := image.figures
		rows = append(rows, []string{strings.ReplaceAll(image.name, "_", " "), fmt.Sprintf("%.0f", value["layers"]),
			fmt.Sprintf("%.1f MB", value["bytes"]/1e6), fmt.Sprintf("%.1f MB", value["bytes-export"]/1e6), ratio(value["bytes"], value["bytes-export"]),
			fmt.Sprintf("%.2f s", value["s"]), fmt.Sprintf("%.2f s", value["s-export"]), fmt.Sprintf("%.0f MB", value["bytes-memory"]/1e6)})
	}
	section(t, "Images compared with crane export", "Bytes, time, and memory of an inspection, compared with `crane export | tar t`, from a registry on the same machine. The images are those of `TestAgainstExecution`. "+
		"An inspection reads each layer once, whole. Memory is the most that it has on the heap.",
		[]string{"image", "layers", "read", "crane export", "ratio", "time", "crane export", "memory"}, rows)
}

// benchmark is what a sub-benchmark reports, by unit.
type benchmark struct {
	name    string
	figures map[string]float64
}

var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark\w+/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// benchmarks runs those of a package.
func benchmarks(t *testing.T, pkg, pattern string, times int) (all []benchmark) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", fmt.Sprintf("%dx", times), pkg)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range benchmarkLine.FindAllStringSubmatch(string(out), -1) {
		figures := map[string]float64{}
		fields := strings.Fields(line[2])
		for i := 1; i < len(fields); i += 2 {
			figures[fields[i]], _ = strconv.ParseFloat(fields[i-1], 64)
		}
		all = append(all, benchmark{line[1], figures})
	}
	if len(all) == 0 {
		testenv.Missing(t, "what "+pattern+" needs", string(out))
	}
	return all
}
