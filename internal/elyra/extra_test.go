package elyra_test

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestExtra(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ metadata, want string }{
		"none":  {`"image_name": "a/b:1", "tags": [], "description": "", "pull_policy": "Always", "pull_secret": "regcred"`, ""},
		"order": {`"z": 1.0, "image_name": "a/b:1", "a": {"b": [ ]}`, `{"z":1.0,"a":{"b":[]}}`},
		"odd":   {`"é": "\/", "n": NaN, "i": 12345678901234567890, "image_name": "a/b:1"`, `{"\u00e9":"\/","n":NaN,"i":12345678901234567890}`},
	} {
		document, err := elyra.ParseDocument([]byte(`{"display_name": "X", "schema_name": "runtime-image", "metadata": {` + test.metadata + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		extra := document.Extra()
		if extra != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, extra, test.want)
		}
		image, err := document.Image("")
		if err != nil {
			t.Fatal(err)
		}
		again, err := elyra.NewDocument(image).WithExtra(extra)
		if err != nil || again.Extra() != extra {
			t.Errorf("%s: given back, it is %s, %v", name, again.Extra(), err)
		}
	}
}

func TestWithExtra_refused(t *testing.T) {
	t.Parallel()
	for extra, want := range map[string]string{
		"[]":                  "not a JSON object",
		"x":                   "broken JSON: line 1, column 1: invalid character 'x' looking for beginning of value",
		`{"image_name": "x"}`: `"image_name" is an attribute of its own`,
		`{"a": 1} {}`:         "broken JSON: something follows after the closing brace",
	} {
		if document, err := (elyra.Document{}).WithExtra(extra); err == nil || err.Error() != want {
			t.Errorf("%s: %s, %v, want %s", extra, document.Compact(), err, want)
		}
	}
}

func TestWithImageName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"metadata":{"x":1}}`:                    `{"metadata":{"x":1,"image_name":"a/b:1"}}`,
		`{"metadata":{"image_name":"c/d","x":1}}`: `{"metadata":{"image_name":"a/b:1","x":1}}`,
		`{"metadata":7}`:                          `{"metadata":7}`,
		`{}`:                                      `{}`,
	} {
		document, err := elyra.ParseDocument([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(document.WithImageName("a/b:1").Compact()); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		if got := strings.ReplaceAll(string(document.Compact()), " ", ""); got != strings.ReplaceAll(text, " ", "") {
			t.Errorf("%s: it was changed to %s", text, got)
		}
	}
}
