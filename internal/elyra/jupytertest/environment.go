// Package jupytertest runs the real Elyra for tests: its command elyra-metadata, and a Jupyter
// Server with its extension.
//
// There are four of them, each in a Python environment that "make test" makes: [Newest], [Oldest],
// [ODH], and [Lab]. Functions without a receiver use Newest. By hand:
//
//	ELYRA_TEST_VENV=$(make -s elyra) go test ./...
//
// Without an environment, tests that need it are skipped; with CI=true they fail. See [Require].
//
// A command takes two seconds and a server five, mostly to import Elyra: ask once for all that a
// test wants to know.
package jupytertest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// Elyra is one of the Elyras to test on; test/elyra/NAME.in says what each of them is.
type Elyra int

const (
	// Newest is what "pip install elyra-server" gave on the day it was pinned.
	Newest Elyra = iota
	// Oldest is the oldest Elyra and Jupyter Server that are supported, with the oldest watchdog.
	Oldest
	// ODH is Open Data Hub's fork: what "pip install odh-elyra" gave on the day it was pinned.
	ODH
	// Lab is the newest Elyra in the newest JupyterLab.
	Lab
)

// String is the Elyra's name, such as newest.
func (e Elyra) String() string { return [...]string{"newest", "oldest", "odh", "lab"}[e] }

// variable is the environment variable that names its Python environment.
func (e Elyra) variable() string {
	return [...]string{"ELYRA_TEST_VENV", "ELYRA_TEST_VENV_OLDEST", "ELYRA_TEST_VENV_ODH", "ELYRA_TEST_VENV_LAB"}[e]
}

// OnEach runs a test on every Elyra, as a subtest of its name.
func OnEach(t *testing.T, test func(t *testing.T, elyra Elyra)) {
	t.Helper()
	for _, elyra := range []Elyra{Newest, Oldest, ODH} {
		t.Run(elyra.String(), func(t *testing.T) {
			elyra.Require(t)
			test(t, elyra)
		})
	}
}

// directory is the Python environment; "" if there isn't one.
func (e Elyra) directory() string { return os.Getenv(e.variable()) }

// Require skips a test that needs [Newest] if there isn't one. With CI=true it fails instead.
func Require(t testing.TB) {
	t.Helper()
	Newest.Require(t)
}

// Require skips a test that needs this Elyra if there isn't one. With CI=true it fails instead.
func (e Elyra) Require(t testing.TB) {
	t.Helper()
	if e.directory() == "" {
		testenv.Missing(t, "the real Elyra", e.variable()+" isn't set; make test sets it")
	}
}

// program is the path of a program in the Python environment.
func (e Elyra) program(name string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(e.directory(), "Scripts", name+".exe")
	}
	return filepath.Join(e.directory(), "bin", name)
}

// Command prepares a Python script (a program's text, not its path), which starts in a clean
// environment with what env adds. It's killed when the test ends.
func (e Elyra) Command(t testing.TB, env []string, script string, args ...string) *exec.Cmd {
	t.Helper()
	return e.command(t, env, "python", append([]string{"-c", script}, args...)...)
}

func (e Elyra) command(t testing.TB, env []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	e.Require(t)
	command := exec.CommandContext(t.Context(), e.program(name), args...)
	command.Dir = t.TempDir()
	command.Env = e.environment(t.TempDir(), env)
	return command
}

// Bin returns the directory of the environment's programs, for tests that run them in a shell.
func Bin(t testing.TB) string {
	t.Helper()
	Require(t)
	return filepath.Dir(Newest.program("python"))
}

// environment is what every program starts with: a home of its own, and nothing by which the
// machine's user configures Jupyter or Elyra. What env adds comes last, and so wins.
func (e Elyra) environment(home string, env []string) []string {
	clean := []string{
		"HOME=" + home,
		"LANG=C.UTF-8",
		"PATH=" + filepath.Dir(e.program("python")) + string(os.PathListSeparator) + os.Getenv("PATH"),
		"PYTHONUTF8=1",
		"USERPROFILE=" + home,
		"APPDATA=" + filepath.Join(home, "AppData", "Roaming"),
	}
	for _, name := range []string{"SystemRoot", "TMPDIR", "TEMP", "TMP"} {
		if value, ok := os.LookupEnv(name); ok {
			clean = append(clean, name+"="+value)
		}
	}
	return append(clean, env...)
}

// run runs a program of the environment and returns its standard output. If it fails, the test ends
// with all that it wrote: Elyra complains on standard output, Python on standard error.
func (e Elyra) run(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := e.command(t, env, name, args...)
	command.Stdout = &stdout
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// Metadata runs elyra-metadata and returns its standard output. Unless env sets another one
// (JUPYTER_DATA_DIR=…), its Jupyter data directory is the one of an empty home directory.
func (e Elyra) Metadata(t testing.TB, env []string, args ...string) (stdout string) {
	t.Helper()
	return e.run(t, env, "elyra-metadata", args...)
}

// Python runs a script (a program's text, not its path) in Elyra's Python and returns its
// standard output.
func Python(t testing.TB, env []string, script string, args ...string) string {
	t.Helper()
	return Newest.run(t, env, "python", append([]string{"-c", script}, args...)...)
}

// Instance is a runtime image as elyra-metadata lists it.
type Instance struct {
	Name        string         `json:"name"`
	DisplayName string         `json:"display_name"`
	Metadata    map[string]any `json:"metadata"`
	SchemaName  string         `json:"schema_name"`
	// Resource is the path of the instance's file.
	Resource string `json:"resource"`
	// Reason says why the instance is invalid; empty for a valid one.
	Reason string `json:"reason"`
}

// List returns what "elyra-metadata list runtime-images" lists, including invalid instances, by name.
// The images that Elyra ships are among them, and those of the machine's own data directories. Elyra
// itself leaves out an instance that isn't even a JSON object.
func (e Elyra) List(t testing.TB, dataDir string) []Instance {
	t.Helper()
	args := []string{"list", "runtime-images", "--json", "--include-invalid"}
	if e == Oldest {
		args = args[:3] // it lists invalid instances without being asked to
	}
	stdout := e.Metadata(t, []string{"JUPYTER_DATA_DIR=" + dataDir}, args...)
	var instances []Instance
	if err := json.Unmarshal([]byte(stdout), &instances); err != nil {
		t.Fatalf("elyra-metadata list runtime-images --json printed no JSON: %s\n%s", err, stdout)
	}
	slices.SortFunc(instances, func(a, b Instance) int { return cmp.Compare(a.Name, b.Name) })
	return instances
}
