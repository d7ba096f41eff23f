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

var benchmarkLine = regexp.MustCompile(`(?m)^BenchmarkImages/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// TestImages compares an inspection of realistic images with "crane export | tar t". Package containerimage
// measures both.
func TestImages(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-run", "^$", "-bench", "^BenchmarkImages$", "-benchtime", fmt.Sprintf("%dx", min(3, *rounds)), "./internal/containerimage")
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var rows [][]string
	for _, line := range benchmarkLine.FindAllStringSubmatch(string(out), -1) {
		value := map[string]float64{} // by unit
		fields := strings.Fields(line[2])
		for i := 1; i < len(fields); i += 2 {
			value[fields[i]], _ = strconv.ParseFloat(fields[i-1], 64)
		}
		rows = append(rows, []string{strings.ReplaceAll(line[1], "_", " "), fmt.Sprintf("%.0f", value["layers"]),
			fmt.Sprintf("%.1f MB", value["bytes"]/1e6), fmt.Sprintf("%.1f MB", value["bytes-export"]/1e6), ratio(value["bytes"], value["bytes-export"]),
			fmt.Sprintf("%.2f s", value["s"]), fmt.Sprintf("%.2f s", value["s-export"]), fmt.Sprintf("%.0f MB", value["bytes-memory"]/1e6)})
	}
	if len(rows) == 0 {
		testenv.Missing(t, "a Debian to build images from", "scripts/rootfs.sh makes it:\n"+string(out))
	}
	section(t, "Images compared with crane export", "Bytes, time, and memory of an inspection, compared with `crane export | tar t`, from a registry on the same machine. The images are those of `TestAgainstExecution`. "+
		"An inspection reads each layer once, whole. Memory is the most that it has on the heap.",
		[]string{"image", "layers", "read", "crane export", "ratio", "time", "crane export", "memory"}, rows)
}
