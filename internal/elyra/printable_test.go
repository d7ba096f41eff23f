package elyra_test

import (
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "/a b/ü'\"\\": "/a b/ü'\"\\", "a\x1b[2J\n\t\x7f\u202e\u00a0b": `a\x1b[2J\n\t\x7f\u202e\u00a0b`, "a\xffb": "a\ufffdb",
	} {
		if got := elyra.Printable(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
