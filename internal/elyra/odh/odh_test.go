package odh_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

func TestConfigMapKey(t *testing.T) {
	t.Parallel()
	const none, dots = "to make a key of", "two dots"
	for displayName, want := range map[string]struct{ key, refusal string }{
		"Python 3.11 (UBI9)":     {key: "python-3.11-ubi9.json"},
		"Runtime | Datascience":  {key: "runtime-datascience.json"},
		"a -- b":                 {key: "a-b.json"},
		"- a -":                  {key: "a.json"},
		"under_score.dot":        {key: "under_score.dot.json"},
		"Größe":                  {key: "gr-e.json"},
		"日本 1":                   {key: "1.json"},
		"\u212a":                 {key: "k.json"}, // the Kelvin sign
		"_":                      {key: "_.json"},
		"my.json":                {key: "my.json.json"},
		".hidden":                {key: ".hidden.json"},
		strings.Repeat("a", 248): {key: strings.Repeat("a", 248) + ".json"},
		strings.Repeat("a", 249): {refusal: "254 characters"},
		"":                       {refusal: none},
		"日本":                     {refusal: none},
		"---":                    {refusal: none},
		".":                      {refusal: dots},
		"..x":                    {refusal: dots},
	} {
		key, err := odh.ConfigMapKey(displayName)
		if key != want.key || (err == nil) != (want.refusal == "") || err != nil && !strings.Contains(err.Error(), want.refusal) {
			t.Errorf("ConfigMapKey(%q) = %q, %v, want %+v", displayName, key, err, want)
		}
	}
}

var images = map[string]struct {
	image      elyra.RuntimeImage
	value      string
	annotation string
}{
	"least": {
		elyra.RuntimeImage{DisplayName: "Python", ImageName: "quay.io/a/b:1"},
		`{"display_name":"Python","metadata":{"display_name":"Python","image_name":"quay.io/a/b:1"},"schema_name":"runtime-image"}`,
		`[{"display_name":"Python","metadata":{"display_name":"Python"},"schema_name":"runtime-image"}]`,
	},
	// As the tests of the notebook controller have it.
	"controller": {
		elyra.RuntimeImage{DisplayName: "Python 3.11 (UBI9)", ImageName: "quay.io/opendatahub/test", PullPolicy: "IfNotPresent", Tags: []string{"some-tag"}},
		`{"display_name":"Python 3.11 (UBI9)","metadata":{"display_name":"Python 3.11 (UBI9)","image_name":"quay.io/opendatahub/test","pull_policy":"IfNotPresent","tags":["some-tag"]},"schema_name":"runtime-image"}`,
		`[{"display_name":"Python 3.11 (UBI9)","metadata":{"display_name":"Python 3.11 (UBI9)","pull_policy":"IfNotPresent","tags":["some-tag"]},"schema_name":"runtime-image"}]`,
	},
	"all, and what is escaped": {
		elyra.RuntimeImage{
			Name: "ignored", DisplayName: "Größe 😀", ImageName: "quay.io/a/b:1", Description: "<a> & \"b\"\n\u2028",
			PullPolicy: "Always", PullSecret: "regcred", Tags: []string{"z", "a"},
		},
		`{"display_name":"Größe 😀","metadata":{"description":"\u003ca\u003e \u0026 \"b\"\n\u2028","display_name":"Größe 😀","image_name":"quay.io/a/b:1","pull_policy":"Always","pull_secret":"regcred","tags":["z","a"]},"schema_name":"runtime-image"}`,
		`[{"display_name":"Größe 😀","metadata":{"description":"\u003ca\u003e \u0026 \"b\"\n\u2028","display_name":"Größe 😀","pull_policy":"Always","pull_secret":"regcred","tags":["z","a"]},"schema_name":"runtime-image"}]`,
	},
}

// TestForms: each image as it's written and read again.
func TestForms(t *testing.T) {
	t.Parallel()
	for name, test := range images {
		document := odh.NewDocument(test.image)
		if value, err := odh.ConfigMapValue(document); value != test.value || err != nil {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, value, test.value)
		}
		if annotation, err := odh.ImageStreamAnnotation(document); annotation != test.annotation || err != nil {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, annotation, test.annotation)
		}
		want := test.image
		want.Name = ""
		for text, imageName := range map[string]string{test.value: "", " " + test.annotation + "\n": want.ImageName, string(document.Encode()): ""} {
			document, err := odh.Parse(text, imageName)
			if err != nil {
				t.Errorf("%s: %s: %v", name, text, err)
			}
			if image, err := document.Image(""); err != nil || !image.Equal(want) {
				t.Errorf("%s: %s\n got %+v, %v\nwant %+v", name, text, image, err, want)
			}
			if value, err := odh.ConfigMapValue(document); value != test.value || err != nil {
				t.Errorf("%s: %v\n it becomes %s\nwant %s", name, err, value, test.value)
			}
		}
	}
	// The given image name wins, as the tag's does with the controller.
	if document, err := odh.Parse(images["least"].value, "c/d:2"); err != nil || !strings.Contains(string(document.Compact()), `"image_name":"c/d:2"`) {
		t.Errorf("%s, %v", document.Compact(), err)
	}
}

// What the controller makes of the annotation is what ConfigMapValue gives, unknown keys and all; the
// annotation itself doesn't round numbers.
func TestImageStreamAnnotation_throughTheController(t *testing.T) {
	t.Parallel()
	for name, test := range images {
		document, err := elyra.NewDocument(test.image).WithExtra(`{"display_name":"other","n":12345678901234567890,"team":{"b":[2.50,"<"],"a":null},"$document":{"name":"x"}}`)
		if err != nil {
			t.Fatal(err)
		}
		annotation, err := odh.ImageStreamAnnotation(document)
		if err != nil || !strings.Contains(annotation, `"n":12345678901234567890,`) {
			t.Errorf("%s: %s, %v", name, annotation, err)
		}
		made, err := odh.ParseManifests(imageStream(annotated(annotation, test.image.ImageName)))
		if err != nil || len(made) != 1 {
			t.Fatalf("%s: %v, %v", name, made, err)
		}
		value, err := odh.ConfigMapValue(document)
		for _, made := range made {
			again, _ := odh.ConfigMapValue(made)
			if value != again || err != nil || !strings.Contains(value, `"display_name":"other"`) || !strings.Contains(value, `"n":12345678901234567000,`) {
				t.Errorf("%s: %v\n got %s\nwant %s", name, err, value, again)
			}
		}
	}
}

// A number that no Go program can hold is an error.
func TestConfigMapValue_refused(t *testing.T) {
	t.Parallel()
	for _, extra := range []string{`{"n":NaN}`, `{"n":1e999}`} {
		document, err := elyra.NewDocument(elyra.RuntimeImage{DisplayName: "X", ImageName: "a/b:1"}).WithExtra(extra)
		if err != nil {
			t.Fatal(err)
		}
		value, err := odh.ConfigMapValue(document)
		annotation, err2 := odh.ImageStreamAnnotation(document)
		for _, err := range []error{err, err2} {
			if err == nil || !strings.HasPrefix(err.Error(), "the notebook controller can't read it: ") {
				t.Errorf("%s: %s, %s, %v", extra, value, annotation, err)
			}
		}
	}
}

func TestParse_refused(t *testing.T) {
	t.Parallel()
	const missing = "is invalid: metadata.image_name is missing"
	for text, want := range map[string]string{
		"":         "the document is empty",
		"[":        "the document ends too early",
		"[]":       "the array has 0 documents",
		"[{}, {}]": "the array has 2 documents",
		"[7]":      "the text isn't a runtime image: not a JSON object",
		"7":        "the text isn't a runtime image: not a JSON object",
		"{}":       "schema_name is missing; metadata is missing; display_name is missing",
		"[{}] x":   "broken JSON: line 1, column 6",
		`{"display_name": "X", "schema_name": "runtime-image", "metadata": {}}`: `the runtime image "X" ` + missing,
		images["least"].annotation: `the runtime image "Python" ` + missing + ". An annotation has no image_name: pass the from.name",
		strings.Replace(images["controller"].value, "IfNotPresent", "always", 1): `the runtime image "Python 3.11 (UBI9)" is invalid: metadata.pull_policy is "always"`,
	} {
		if document, err := odh.Parse(text, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %s, %v\nwant %s", text, document.Compact(), err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, test := range images {
		f.Add(test.value, "")
		f.Add(test.annotation, test.image.ImageName)
	}
	f.Add(`{"display_name":"X","schema_name":"runtime-image","metadata":{"image_name":"a/b","n":NaN,"tags":[1,"b"]}}`, "")
	f.Add(`{"display_name":"X","schema_name":"runtime-image","$":1,"metadata":{"image_name":"a/b","tags":[],"description":"","$document":{}}}`, "")
	f.Fuzz(func(t *testing.T, text, imageName string) {
		document, err := odh.Parse(text, imageName)
		if err != nil {
			return
		}
		image, err := document.Image("")
		if err != nil {
			t.Fatalf("%q: parsed, and invalid: %v", text, err)
		}
		if imageName != "" && utf8.ValidString(imageName) && image.ImageName != imageName {
			t.Errorf("%q: the image name is %q, not %q", text, image.ImageName, imageName)
		}
		// What a function gets is the image and what's extra: together they're the document.
		written, err := elyra.NewDocument(image).WithExtra(document.Extra())
		if err != nil {
			t.Fatalf("%q: what is extra is refused: %v", text, err)
		}
		if !written.Equal(document) {
			t.Errorf("%q becomes %s", text, written.Encode())
		}
	})
}
