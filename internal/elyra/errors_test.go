package elyra_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestErrors: each error is the sentinel of its kind and no other's, wrapped or not.
func TestErrors(t *testing.T) {
	sentinels := []error{elyra.ErrNotFound, elyra.ErrExists, elyra.ErrReadOnly, elyra.ErrChanged}
	for _, tt := range []struct{ err, want error }{
		{&elyra.ExistsError{Found: elyra.Instance{Name: "a"}}, elyra.ErrExists},
		{&elyra.ChangedError{Found: elyra.Instance{Name: "a"}}, elyra.ErrChanged},
		{&elyra.ReadOnlyError{Name: "a"}, elyra.ErrReadOnly},
	} {
		for _, sentinel := range sentinels {
			if got := errors.Is(fmt.Errorf("create: %w", tt.err), sentinel); got != (sentinel == tt.want) { //nolint:errorlint // which sentinel it is
				t.Errorf("%T is %q: %t", tt.err, sentinel, got)
			}
		}
	}
}

// TestJSONFault says where, and nothing of what is sound.
func TestJSONFault(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"a\": 1,\n}": "line 3, column 1",
		"{\"a\"":            "ends too early",
		"{} {}":             "line 1, column 4",
	} {
		if err := elyra.JSONFault([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in it", text, err, want)
		}
	}
	if err := elyra.JSONFault([]byte("{}\n")); err != nil {
		t.Errorf("sound text: %v", err)
	}
}
