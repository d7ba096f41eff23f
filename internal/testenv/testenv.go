// Package testenv is how tests say that they lack something of the machine.
package testenv

import (
	"os"
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
