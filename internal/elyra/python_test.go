package elyra_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestPythonNumbers: what JSON doesn't have survives, and nothing that is
// stored is taken for it.
func TestPythonNumbers(t *testing.T) {
	for _, value := range []string{`NaN`, `-Infinity`, `[Infinity,NaN]`, `"\u001ANaN"`, `"\u001aInfinity"`, `"NaN"`, `"a\"NaN"`} {
		text := `{"display_name":"x","metadata":{"image_name":"a/b:1","theirs":` + value + `},"schema_name":"runtime-image"}`
		document, err := elyra.ParseDocument([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(document.Compact()); got != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

// TestPythonNumberIsNoString: Elyra's schema refuses it where a string must be.
func TestPythonNumberIsNoString(t *testing.T) {
	document, err := elyra.ParseDocument([]byte(`{"display_name":"x","metadata":{"image_name":Infinity},"schema_name":"runtime-image"}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = document.Image("x")
	if want := "invalid document: metadata.image_name is Infinity, not a string"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// manyKeys is a document of metadata with that many keys.
func manyKeys(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"display_name":"x","schema_name":"runtime-image","metadata":{"image_name":"a/b:1"`)
	for i := range n {
		fmt.Fprintf(&b, `,"key_%d":%d`, i, i)
	}
	b.WriteString("}}")
	return []byte(b.String())
}

// BenchmarkParseDocument: the time of a key doesn't depend on their number.
func BenchmarkParseDocument(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 80_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := manyKeys(n)
			for b.Loop() {
				if _, err := elyra.ParseDocument(data); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/key")
		})
	}
}

// TestLoneSurrogates: half of a surrogate pair is no character, but Python's json module reads and
// writes it, in keys and values; it survives, and no two of them are one.
func TestLoneSurrogates(t *testing.T) {
	for text, want := range map[string]string{
		`{"\ud800":1,"\udfff":2}`:  `{"\ud800":1,"\udfff":2}`,
		`{"\uD800":1,"\uDFFF":2}`:  `{"\uD800":1,"\uDFFF":2}`,
		`{"\u0041\ud800":1}`:       `{"A\ud800":1}`,
		`{"\ud800\ud83d\ude00":1}`: `{"\ud800\ud83d\ude00":1}`,
	} {
		document, err := elyra.ParseDocument([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(document.Compact()); got != want {
			t.Errorf("%s is written as %s, want %s", text, got, want)
		}
	}
	// An escape that is cut off stays an error, as to Python.
	for _, text := range []string{`"\ud800\`, `"\ud800`, `"\ud83\ude00"`, `"\ud8\ude00"`, `"\u\ude00"`} {
		if stand := elyra.FromPython([]byte(`"\ude00"`))[1]; strings.ContainsRune("0123456789abcdefABCDEF", rune(stand)) || json.Valid(elyra.FromPython(slices.Clip([]byte(text)))) {
			t.Errorf("%s is read as %s", text, elyra.FromPython([]byte(text)))
		}
	}
	const text = `{"display_name":"a\ud800b","metadata":{"description":"\uDFFF","tags":["\udbff","\\ud800"],"image_name":"a/b:1","\ud800":1,"\udfff":"\ud83d\ude00"},"schema_name":"runtime-image"}`
	document, err := elyra.ParseDocument([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(document.Compact()); got != text {
		t.Errorf("written as\n%s, want\n%s", got, text)
	}
	image, err := document.Image("x")
	if err != nil {
		t.Fatal(err)
	}
	if image.DisplayName != "a\ufffdb" || image.Description != "\ufffd" {
		t.Errorf("display name %q, description %q", image.DisplayName, image.Description)
	}
	image.ImageName = "a/b:2"
	if got, want := string(document.With(image).Compact()), strings.Replace(text, "a/b:1", "a/b:2", 1); got != want {
		t.Errorf("another image name gives\n%s, want\n%s", got, want)
	}
	image.Description = "other"
	if got, want := string(document.With(image).Compact()), strings.NewReplacer("a/b:1", "a/b:2", `\uDFFF`, "other").Replace(text); got != want {
		t.Errorf("another description gives\n%s, want\n%s", got, want)
	}
	other, err := elyra.ParseDocument([]byte(strings.Replace(text, `a\ud800b`, `a\udfffb`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if document.Equal(other) {
		t.Error("two surrogates are one to Equal")
	}
}
