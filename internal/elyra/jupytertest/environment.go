// Package jupytertest runs the real Elyra for tests: its command elyra-metadata, and a Jupyter
// Server with its extension.
//
// Elyra lives in a Python environment that "make test" makes, and that ELYRA_TEST_VENV names. By
// hand:
//
//	ELYRA_TEST_VENV=$(make -s elyra) go test ./...
//
// Without it, tests that call this package are skipped; with CI=true they fail. See [Require].
//
// A command takes three seconds and a server seven, most of it for importing Elyra: ask once for
// all that a test wants to know, and share a server ([Shared]) where its state does not matter.
package jupytertest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// venvVariable names the Python environment that carries Elyra.
const venvVariable = "ELYRA_TEST_VENV"

// Require skips a test that needs the real Elyra where there is none. With CI=true it fails instead.
func Require(t testing.TB) {
	t.Helper()
	if reason := missing(); reason != "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the real Elyra is missing, and CI=true: %s", reason)
		}
		t.Skipf("the real Elyra is missing: %s", reason)
	}
}

// missing says why Elyra cannot be run; "" when it can.
func missing() string {
	if os.Getenv(venvVariable) == "" {
		return venvVariable + " is not set; make test sets it"
	}
	for _, name := range []string{"python", "elyra-metadata"} {
		if _, err := exec.LookPath(program(name)); err != nil {
			return fmt.Sprintf("%s is broken: %s", venvVariable, err)
		}
	}
	return ""
}

// program is the path of a program in the environment.
func program(name string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv(venvVariable), "Scripts", name+".exe")
	}
	return filepath.Join(os.Getenv(venvVariable), "bin", name)
}

// Bin returns the directory of the environment's programs, for tests that run them in a shell.
func Bin(t testing.TB) string {
	t.Helper()
	Require(t)
	return filepath.Dir(program("python"))
}

// environment is what every program starts with: a home of its own, and nothing by which the
// machine's user steers Jupyter or Elyra. What env adds comes last, and so wins.
func environment(home string, env []string) []string {
	clean := []string{
		"HOME=" + home,
		"LANG=C.UTF-8",
		"PATH=" + filepath.Dir(program("python")) + string(os.PathListSeparator) + os.Getenv("PATH"),
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

// run runs a program of the environment to its end. An error carries what the program wrote: Elyra
// complains on standard output, Python on standard error.
func run(t testing.TB, env []string, name string, args ...string) (string, error) {
	t.Helper()
	Require(t)
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program(name), args...)
	command.Dir = t.TempDir()
	command.Env = environment(t.TempDir(), env)
	command.Stdout = &stdout
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

// Metadata runs elyra-metadata and returns its standard output; the test ends where it fails.
// Unless env says otherwise (JUPYTER_DATA_DIR=… as a rule), it sees an empty home directory, whose
// Jupyter data directory it writes to.
func Metadata(t testing.TB, env []string, args ...string) (stdout string) {
	t.Helper()
	stdout, err := TryMetadata(t, env, args...)
	if err != nil {
		t.Fatal(err)
	}
	return stdout
}

// TryMetadata is [Metadata] for a command that may fail. The error carries all that it wrote.
func TryMetadata(t testing.TB, env []string, args ...string) (stdout string, err error) {
	t.Helper()
	return run(t, env, "elyra-metadata", args...)
}

// Python runs a script (a program's text, not its path) in Elyra's Python and returns its
// standard output; the test ends where it fails.
func Python(t testing.TB, env []string, script string, args ...string) string {
	t.Helper()
	stdout, err := run(t, env, "python", append([]string{"-c", script}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return stdout
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

// List returns what "elyra-metadata list runtime-images" lists, invalid instances too, by name. The
// images that Elyra ships are among them, and those of the machine's own data directories. An
// instance that is not even a JSON object is left out by Elyra itself.
func List(t testing.TB, dataDir string) []Instance {
	t.Helper()
	// Elyra prints a Python list of objects whose text happens to be JSON; so is the whole.
	stdout := Metadata(t, []string{"JUPYTER_DATA_DIR=" + dataDir}, "list", "runtime-images", "--json", "--include-invalid")
	var instances []Instance
	if err := json.Unmarshal([]byte(stdout), &instances); err != nil {
		t.Fatalf("elyra-metadata list runtime-images --json printed no JSON: %s\n%s", err, stdout)
	}
	slices.SortFunc(instances, func(a, b Instance) int { return cmp.Compare(a.Name, b.Name) })
	return instances
}
