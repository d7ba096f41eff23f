package elyra_test

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestExtra(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ metadata, top, want string }{
		"none":       {`"image_name": "a/b:1", "description": "x", "pull_policy": "Always", "pull_secret": "regcred", "tags": ["b", "a"]`, "", `{}`},
		"order":      {`"z": 1.0, "image_name": "a/b:1", "a": {"b": [ ]}`, "", `{"z":1.0,"a":{"b":[]}}`},
		"odd":        {`"é": "\/", "n": NaN, "i": 12345678901234567890, "image_name": "a/b:1"`, "", `{"\u00e9":"\/","n":NaN,"i":12345678901234567890}`},
		"as good as": {`"image_name": "a/b:1", "tags": [], "description": ""`, "", `{"tags":[],"description":""}`},
		"odd tags":   {`"image_name": "a/b:1", "tags": [1, "1"]`, "", `{"tags":[1,"1"]}`},
		"top":        {`"image_name": "a/b:1", "x": 1`, `, "name": "x", "y": NaN`, `{"x":1,"$document":{"name":"x","y":NaN}}`},
		"mistakable": {`"image_name": "a/b:1", "$document": {"a": 1}, "$$document": 2, "document": 3`, `, "name": "x"`, `{"$$document":{"a":1},"$$$document":2,"document":3,"$document":{"name":"x"}}`},
	} {
		document := parse(t, `{"display_name": "X", "schema_name": "runtime-image", "metadata": {`+test.metadata+`}`+test.top+`}`)
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

// TestExtra_invalid: what Elyra rejects is extra, so that it's rejected again and never repaired by the way.
func TestExtra_invalid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"display_name":"X","metadata":{"image_name":"a/b:1"}}`:                                                  `{"$document":{"schema_name":null}}`,
		`{"display_name":"X","metadata":{"image_name":"a/b:1"},"schema_name":"x"}`:                                `{"$document":{"schema_name":"x"}}`,
		`{"display_name":"X","metadata":{"image_name":"a/b:1","pull_policy":null},"schema_name":"runtime-image"}`: `{"pull_policy":null}`,
		`{"display_name":"X","metadata":{"image_name":"a/b:1","tags":"x"},"schema_name":"runtime-image"}`:         `{"tags":"x"}`,
		`{"display_name":"X","metadata":{"image_name":"a/b:1"},"schema_name":"runtime-image","self":1}`:           `{"$document":{"self":1}}`,
	} {
		document := parse(t, text)
		image, invalid := document.Image("")
		if extra := document.Extra(); extra != want || invalid == nil {
			t.Errorf("%s: %v\n got %s\nwant %s", text, invalid, extra, want)
		}
		if again, err := elyra.NewDocument(image).WithExtra(want); err == nil {
			t.Errorf("%s is repaired: %s", text, again.Compact())
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
