package elyra_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// nested is a document with an unknown key whose arrays make it that many levels deep, and items in
// the innermost of them.
func nested(levels, items int) string {
	open, leaf := strings.Repeat("[", levels-2), strings.Repeat(",1", items)
	return `{"display_name":"x","metadata":{"image_name":"a/b:1","theirs":` + open + strings.TrimPrefix(leaf, ",") +
		strings.Repeat("]", levels-2) + `},"schema_name":"runtime-image"}`
}

// field is a document with another field.
const field = `{"display_name":"x","schema_name":"runtime-image","metadata":{"image_name":"a/b:1",%s}}`

// manyKeys is a document with that many unknown keys.
func manyKeys(n int) string {
	return fmt.Sprintf(field, `"key_`+strings.Join(unique(n), `":1,"key_`)+`":1`)
}

// What the oldest supported Python reads is read, whole; what is deeper is refused as invalid.
func TestBounds_depth(t *testing.T) {
	t.Parallel()
	for _, text := range []string{nested(900, 0), nested(3, 0), strings.Replace(nested(3, 0), `"x"`, `"`+strings.Repeat("[", 2000)+`\""`, 1)} {
		document := parse(t, text)
		if _, err := document.Image("x"); err != nil || string(document.Compact()) != text {
			t.Errorf("%.80s: %v, or changed", text, err)
		}
	}
	for _, text := range []string{nested(900+1, 0), nested(20_000, 0), strings.Repeat("[", 900+1)} {
		var invalid *elyra.InvalidError
		if _, err := elyra.ParseDocument([]byte(text)); !errors.As(err, &invalid) || !invalid.Unloadable || !strings.Contains(err.Error(), "at most 900") {
			t.Errorf("%.80s: %v", text, err)
		}
	}
	array := func(levels int) string {
		return `{"a":` + strings.Repeat("[", levels-2) + strings.Repeat("]", levels-2) + "}"
	}
	document, err := parse(t, nested(3, 0)).WithExtra(array(900))
	if err != nil {
		t.Fatal(err)
	}
	parse(t, string(document.Encode()))
	if _, err := document.WithExtra(array(900 + 1)); err == nil || !strings.Contains(err.Error(), "levels") {
		t.Errorf("a deeper one: %v", err)
	}
}

// A document is written at most forty times as large as it was read, whatever is large in it.
func TestBounds_rendering(t *testing.T) {
	for what, text := range map[string]string{
		"depth":              nested(900, 0),
		"items deep":         nested(900, 100_000),
		"items indented":     nested(16, 100_000),
		"keys":               manyKeys(20_000),
		"tags":               fmt.Sprintf(field, `"tags":["`+strings.Join(unique(20_000), `","`)+`"]`),
		"length":             fmt.Sprintf(field, `"description":"`+strings.Repeat("é", 200_000)+`"`),
		"numbers of Python":  fmt.Sprintf(field, `"theirs":[NaN`+strings.Repeat(",NaN", 50_000)+`]`),
		"faults":             fmt.Sprintf(field, `"tags":[" "`+strings.Repeat(`," "`, 50_000)+`]`),
		"a fault, quoted":    fmt.Sprintf(field, `"pull_policy":"`+strings.Repeat("x", 200_000)+`"`),
		"faults of all tags": fmt.Sprintf(field, `"tags":[" `+strings.Join(unique(20_000), `"," `)+`"]`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		document := parse(t, text)
		for _, rendered := range [][]byte{document.Encode(), document.Compact(), []byte(document.Extra())} {
			if len(rendered) > 40*len(text) {
				t.Errorf("%s: %d bytes are written as %d", what, len(text), len(rendered))
			}
		}
		if _, err := document.Image("x"); err != nil && len(err.Error()) > 10_000 {
			t.Errorf("%s: a message of %d bytes", what, len(err.Error()))
		}
		runtime.ReadMemStats(&after)
		if memory := after.TotalAlloc - before.TotalAlloc; memory > 1000*uint64(len(text)) {
			t.Errorf("%s: %d bytes take %d MB to read and write", what, len(text), memory/1_000_000)
		}
	}
}

func unique(n int) []string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprint("item-", i)
	}
	return items
}
