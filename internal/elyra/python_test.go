package elyra_test

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestPython: what Python's json module writes and JSON doesn't have survives, nothing that is stored is
// taken for it, and what can't survive is refused. Half of a surrogate pair reads as U+FFFD.
func TestPython(t *testing.T) {
	const text = `{"display_name":"a\ud800b","metadata":{"image_name":"a/b:1","theirs":%},"schema_name":"runtime-image"}`
	for _, value := range []string{
		`NaN`, `-Infinity`, `[Infinity,NaN]`, `"\u001ANaN"`, `"NaN"`, `"a\"NaN"`, `"\ud800"`, `["\\ud800","\uDFFF\ud83d\ude00"]`, `{"\ud800":1}`,
	} {
		text := strings.Replace(text, "%", value, 1)
		document := parse(t, text)
		if got := string(document.Compact()); got != text {
			t.Errorf("%s is written as %s", text, got)
		}
		if image, err := document.Image("x"); err != nil || image.DisplayName != "a\ufffdb" {
			t.Errorf("%s: display name %q, %v", text, image.DisplayName, err)
		}
	}
	for _, text := range []string{`{"\ud800":1}`, `{"\ufffd":1}`, `{"metadata":{"a\uDFFF":1}}`} {
		if document, err := elyra.ParseDocument([]byte(text)); err == nil {
			t.Errorf("%s is read as %s", text, document.Compact())
		}
	}
}
