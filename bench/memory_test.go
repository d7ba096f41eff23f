package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listAll is a configuration that lists all images.
const listAll = `
data "elyra_runtime_images" "all" {}
output "number" { value = length(data.elyra_runtime_images.all.runtime_images) }
`

// TestMemory measures the provider's process in whole plans: how much memory it took at most, and
// what it cost, when all images are listed and when ten are managed among many of others.
func TestMemory(t *testing.T) {
	var rows [][]string
	for _, n := range several(50, 5000, 100000) {
		c := contenders(t, "elyra")[0]
		c.stand(t, 10)
		c.writeImages(t, n)
		wall, _, peak := c.watched(t, "plan", "-detailed-exitcode", "-no-color")
		rows = append(rows, []string{strconv.Itoa(n), "10 images managed, the others not", seconds(wall), fmt.Sprintf("%.0f MB", peak/1000)})

		write(t, filepath.Join(c.dir, "list.tf"), listAll)
		wall, _, peak = c.watched(t, "apply", "-auto-approve", "-no-color")
		rows = append(rows, []string{strconv.Itoa(n), "all listed by a data source", seconds(wall), fmt.Sprintf("%.0f MB", peak/1000)})
	}
	for _, n := range several(50, 5000) {
		c := contenders(t, "elyra")[0]
		c.stand(t, n)
		wall, _, peak := c.watched(t, "plan", "-detailed-exitcode", "-no-color")
		rows = append(rows, []string{strconv.Itoa(n), "all managed, nothing changes", seconds(wall), fmt.Sprintf("%.0f MB", peak/1000)})
	}
	section(t, "Memory", "Maximum resident memory of the provider's process during a whole Terraform command, and the command's duration.",
		[]string{"files", "what", "wall", "resident at most"}, rows)
}

// watched runs Terraform and returns the CPU time of the provider's processes and the largest of
// their peaks, in kilobytes.
func (c *contender) watched(t *testing.T, args ...string) (wall, cpu time.Duration, peak float64) {
	t.Helper()
	command, out := c.terraform(t, args...)
	began := time.Now()
	must(t, command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	used := map[int]time.Duration{}
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out.String())
			}
			for _, of := range used {
				cpu += of
			}
			return time.Since(began), cpu, peak
		case <-tick.C:
			for _, child := range children(command.Process.Pid) {
				peak = max(peak, status(t, child, "VmHWM"))
				used[child] = max(used[child], cpuTime(child))
			}
		}
	}
}

// cpuTime is how long a process has used the CPU; zero if it has ended.
func cpuTime(pid int) (used time.Duration) {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	for _, field := range fields[11:13] { // user and system, in hundredths of a second
		ticks, _ := strconv.Atoi(field)
		used += time.Duration(ticks) * 10 * time.Millisecond
	}
	return used
}

func children(pid int) (all []int) {
	// A child may have been started by any thread.
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		data, _ := os.ReadFile(task)
		for text := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(text); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}
