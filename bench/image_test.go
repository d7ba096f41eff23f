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

// TestImages compares inspecting realistic images with "crane export | tar t", which
// internal/containerimage measures.
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
		rows = append(rows, []string{strings.ReplaceAll(line[1], "_", " "), fmt.Sprintf("%.0f of %.0f", value["layers-read"], value["layers"]),
			fmt.Sprintf("%.1f MB", value["bytes"]/1e6), fmt.Sprintf("%.1f MB", value["bytes-export"]/1e6), ratio(value["bytes"], value["bytes-export"]),
			fmt.Sprintf("%.2f s", value["s"]), fmt.Sprintf("%.2f s", value["s-export"])})
	}
	if len(rows) == 0 {
		testenv.Missing(t, "a Debian to build images from", "scripts/rootfs.sh makes it:\n"+string(out))
	}
	section(t, "Images compared with crane export", "Bytes and time of an inspection, compared with `crane export | tar t`, from a registry on the same machine. The images are those of `TestAgainstExecution`. Layers are read from the top down; where all are read, no other order would cost less.",
		[]string{"image", "layers read", "read", "crane export", "ratio", "time", "crane export"}, rows)
}
