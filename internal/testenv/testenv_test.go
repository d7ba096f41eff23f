package testenv_test

import (
	"fmt"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// recorder is a test that notes how it ended.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) { r.end("failed: ", format, args) }
func (r *recorder) Skipf(format string, args ...any)  { r.end("skipped: ", format, args) }

func (r *recorder) end(how, format string, args []any) {
	if r.ended == "" { // a real test ends here
		r.ended = how + fmt.Sprintf(format, args...)
	}
}

func TestMissing(t *testing.T) {
	for ci, want := range map[string]string{
		"true": "failed: strace is missing, and CI=true; a script installs it",
		"":     "skipped: strace is missing; a script installs it",
	} {
		t.Setenv("CI", ci)
		r := &recorder{TB: t}
		testenv.Missing(r, "strace", "a script installs it")
		if r.ended != want {
			t.Errorf("CI=%q: %s, want %s", ci, r.ended, want)
		}
	}
}
