package bench

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	terraformPath = flag.String("terraform", "terraform", "the terraform to run")
	quick         = flag.Bool("quick", false, "measure less, in five minutes: fewer rounds and smaller numbers, the same tables")
	reportPath    = flag.String("report", "", "where to write the report; empty: standard output")
	source        = flag.String("source", "..", "the checkout whose provider is measured")
	rounds        = flag.Int("rounds", 5, "how often each figure is measured")
)

// sections are the tables of the report, in the order of the tests' names.
var sections struct {
	sync.Mutex
	text bytes.Buffer
}

// section adds a table to the report. Text stands above it.
func section(t *testing.T, title, text string, head []string, rows [][]string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", title, text)
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	line(slices.Repeat([]string{"---"}, len(head)))
	for _, row := range rows {
		line(row)
	}
	t.Log(b.String())
	sections.Lock()
	defer sections.Unlock()
	sections.text.WriteString(b.String())
}

// built is where TestMain puts the providers.
var built string

func TestMain(m *testing.M) {
	flag.Parse()
	if *quick {
		*rounds, *sizes, *large = 1, "50", 500
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	began := time.Now()
	dir, err := os.MkdirTemp("", "bench-") //nolint:usetesting // there is no test yet
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = dir
	for name, source := range map[string]string{"elyra": *source, "minimal": "./minimal", "floor": "./floor"} {
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, name, "terraform-provider-"+name), ".")
		build.Dir = source
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", name, err, out)
			return 1
		}
	}
	if code := m.Run(); code != 0 {
		return code
	}
	report := "# Benchmarks\n\nMeasured by `make bench`, never by hand. " +
		"Smaller is better; a ratio is the provider's figure divided by the other's. " +
		"[README.md](README.md) lists the goals and the results.\n\n" + machine() +
		fmt.Sprintf("- took %s, %d rounds\n", time.Since(began).Round(time.Second), *rounds) + sections.text.String()
	if *reportPath == "" {
		fmt.Print(report)
		return 0
	}
	if err := os.WriteFile(*reportPath, []byte(report), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// machine says what was measured, on what and when.
func machine() string {
	model := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				model = strings.TrimLeft(strings.TrimSpace(name), ": \t")
				break
			}
		}
	}
	commit, _ := exec.Command("git", "log", "-1", "--format=%h of %cs").Output()
	terraform, _, _ := strings.Cut(output(*terraformPath, "version"), "\n")
	return fmt.Sprintf("- %s, %d cores, %s/%s\n- %s, %s\n- commit %s, measured on %s\n", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), terraform, strings.TrimSpace(string(commit)), time.Now().Format(time.DateOnly))
}

func output(name string, args ...string) string {
	out, _ := exec.Command(name, args...).Output()
	return strings.TrimSpace(string(out))
}

// several are numbers of images to measure with. In quick mode, the largest is left out.
func several(numbers ...int) []int {
	if *quick {
		return numbers[:len(numbers)-1]
	}
	return numbers
}

// median is the middle of the values, which it sorts.
func median[T float64 | time.Duration](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

func ratio[T float64 | time.Duration](a, b T) string {
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
