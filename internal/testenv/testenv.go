// Package testenv is how tests say that they lack something of the machine, become root, and read
// how much of what's random to do.
package testenv

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Missing skips a test that lacks something. With CI=true it fails the test instead, so a run in CI
// skips nothing. Help says where it comes from, as "make test sets it" does. This is the one place
// from which tests are skipped: the linter keeps others out.
func Missing(t testing.TB, what, help string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and CI=true; %s", what, help)
	}
	t.Skipf("%s is missing; %s", what, help) //nolint:forbidigo // the one place
}

// AsRoot reports whether a test runs as root, who may mount. If it doesn't, AsRoot runs it by sudo, if that
// asks for nothing, with these variables besides CI.
func AsRoot(t testing.TB, env ...string) bool {
	t.Helper()
	if os.Geteuid() == 0 {
		return true
	}
	if exec.CommandContext(t.Context(), "sudo", "-n", "true").Run() != nil {
		Missing(t, "root, who may mount,", "sudo without a password does, too")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-n", "CI=" + os.Getenv("CI")}, env...)
	out, err := exec.CommandContext(t.Context(), "sudo", append(args, self, "-test.v", "-test.run=^"+t.Name()+"$")...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "--- SKIP") {
		t.Errorf("as root: %v\n%s", err, out)
	}
	return false
}

// Random returns how many random runs a test makes, and the seed of the first: ELYRA_FAULT_RUNS and
// ELYRA_FAULT_SEED, or else those given. A given seed of 0, or one for another number of runs, is replaced by a random one.
func Random(t testing.TB, runs, seed uint64) (_, _ uint64) {
	t.Helper()
	read := func(variable string, value *uint64) (isSet bool) {
		text := os.Getenv(variable)
		given, err := strconv.ParseUint(text, 10, 64)
		if text != "" && err != nil {
			t.Fatalf("%s: %s", variable, err)
		}
		if err == nil {
			*value = given
		}
		return err == nil
	}
	if read("ELYRA_FAULT_RUNS", &runs) || seed == 0 {
		seed = rand.Uint64() >> 1
	}
	read("ELYRA_FAULT_SEED", &seed)
	t.Logf("ELYRA_FAULT_RUNS=%d ELYRA_FAULT_SEED=%d", runs, seed)
	return runs, seed
}
