package elyra_test

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestExtra: what's extra is given back. What Elyra rejects is extra, too, so that it's rejected again and
// never repaired by the way.
func TestExtra(t *testing.T) {
	t.Parallel()
	const valid = `"schema_name": "runtime-image"`
	for _, tt := range []struct{ metadata, top, want string }{
		{`"description": "x", "pull_policy": "Always", "pull_secret": "regcred", "tags": ["b", "a"]`, valid, `{}`},
		{`"z": 1.0, "a": {"b": [ ]}`, valid, `{"z":1.0,"a":{"b":[]}}`},
		{`"é": "\/", "n": NaN, "i": 12345678901234567890`, valid, `{"\u00e9":"\/","n":NaN,"i":12345678901234567890}`},
		{`"tags": [], "description": ""`, valid, `{"tags":[],"description":""}`},
		{`"tags": [1, "1"]`, valid, `{"tags":[1,"1"]}`},
		{`"x": 1`, valid + `, "name": "x", "y": NaN`, `{"x":1,"$document":{"name":"x","y":NaN}}`},
		{`"$document": {"a": 1}, "$$document": 2, "document": 3`, valid + `, "name": "x"`, `{"$$document":{"a":1},"$$$document":2,"document":3,"$document":{"name":"x"}}`},

		{`"tags": ["a"]`, `"x": 1`, `{"$document":{"x":1,"schema_name":null}}`},
		{`"tags": ["a"]`, `"schema_name": "x"`, `{"$document":{"schema_name":"x"}}`},
		{`"pull_policy": null`, valid, `{"pull_policy":null}`},
		{`"tags": "x"`, valid, `{"tags":"x"}`},
		{`"tags": ["a"]`, valid + `, "self": 1`, `{"$document":{"self":1}}`},
	} {
		document := parse(t, `{"display_name": "X", "metadata": {"image_name": "a/b:1", `+tt.metadata+`}, `+tt.top+`}`)
		image, invalid := document.Image("")
		if extra := document.Extra(); extra != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", document.Compact(), extra, tt.want)
		}
		again, err := elyra.NewDocument(image).WithExtra(tt.want)
		if (err == nil) != (invalid == nil) || err == nil && again.Extra() != tt.want {
			t.Errorf("%s: %v; given back, it is %s, %v", document.Compact(), invalid, again.Compact(), err)
		}
	}
}

func TestWithExtra(t *testing.T) {
	t.Parallel()
	image := elyra.RuntimeImage{DisplayName: "X", ImageName: "a/b:1", Tags: []string{"x"}}
	for extra, want := range map[string]string{
		`{"tags": [], "description": ""}`: `{"display_name":"X","metadata":{"tags":["x"],"image_name":"a/b:1","description":""},"schema_name":"runtime-image"}`,
		`{"tags": ["x"], "a": 1}`:         `{"display_name":"X","metadata":{"tags":["x"],"image_name":"a/b:1","a":1},"schema_name":"runtime-image"}`,
	} {
		if document, err := elyra.NewDocument(image).WithExtra(extra); err != nil || string(document.Compact()) != want {
			t.Errorf("%s: %v\n got %s\nwant %s", extra, err, document.Compact(), want)
		}
	}
	for extra, want := range map[string]string{
		"[]":                                   "not a JSON object",
		"x":                                    "broken JSON: line 1, column 1",
		`{"image_name": "x"}`:                  `"image_name" is an attribute of its own`,
		`{"tags": ["y"]}`:                      `"tags" is an attribute of its own`,
		`{"pull_policy": null}`:                "metadata.pull_policy is null, not a string",
		`{"$document": 1}`:                     `"$document": not a JSON object`,
		`{"$document": {"display_name": "Y"}}`: `"display_name" is an attribute of its own`,
		`{"$document": {"metadata": {}}}`:      `"metadata" is an attribute of its own`,
		`{"$document": {"schema_name": "x"}}`:  `schema_name is "x", not "runtime-image"`,
		`{"a": 1} {}`:                          "broken JSON: line 1, column 10",
	} {
		if document, err := elyra.NewDocument(image).WithExtra(extra); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s, %v, want %s", extra, document.Compact(), err, want)
		}
	}
}
