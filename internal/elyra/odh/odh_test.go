package odh_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

func TestConfigMapKey(t *testing.T) {
	t.Parallel()
	for displayName, want := range map[string]string{
		"Python 3.11 (UBI9)":        "python-3.11-ubi9.json",
		"Hohoho Python 3.12 (UBI9)": "hohoho-python-3.12-ubi9.json",
		"Runtime | Datascience":     "runtime-datascience.json",
		"a -- b":                    "a-b.json",
		"- a -":                     "a.json",
		"under_score.dot":           "under_score.dot.json",
		"Größe":                     "gr-e.json",
		"日本 1":                      "1.json",
		"K":                         "k.json", // the Kelvin sign
		"_":                         "_.json",
		"my.json":                   "my.json.json",
		".hidden":                   ".hidden.json",
	} {
		if key, err := odh.ConfigMapKey(displayName); key != want || err != nil {
			t.Errorf("ConfigMapKey(%q) = %q, %v, want %q", displayName, key, err, want)
		}
	}
}

func TestConfigMapKey_refused(t *testing.T) {
	t.Parallel()
	for displayName, want := range map[string]string{
		"":                       "to make a key of",
		"日本":                     "to make a key of",
		"---":                    "to make a key of",
		".":                      "two dots",
		"..x":                    "two dots",
		strings.Repeat("a", 249): "254 characters",
	} {
		if key, err := odh.ConfigMapKey(displayName); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ConfigMapKey(%q) = %q, %v, want an error with %q", displayName, key, err, want)
		}
	}
	if _, err := odh.ConfigMapKey(strings.Repeat("a", 248)); err != nil {
		t.Errorf("a key of 253 characters is refused: %v", err)
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
		elyra.RuntimeImage{DisplayName: "Python 3.11 (UBI9)", ImageName: "quay.io/opendatahub/test", PullPolicy: elyra.PullIfNotPresent, Tags: []string{"some-tag"}},
		`{"display_name":"Python 3.11 (UBI9)","metadata":{"display_name":"Python 3.11 (UBI9)","image_name":"quay.io/opendatahub/test","pull_policy":"IfNotPresent","tags":["some-tag"]},"schema_name":"runtime-image"}`,
		`[{"display_name":"Python 3.11 (UBI9)","metadata":{"display_name":"Python 3.11 (UBI9)","pull_policy":"IfNotPresent","tags":["some-tag"]},"schema_name":"runtime-image"}]`,
	},
	"all, and what is escaped": {
		elyra.RuntimeImage{
			Name: "ignored", DisplayName: "Größe 😀", ImageName: "quay.io/a/b:1", Description: "<a> & \"b\"\n\u2028",
			PullPolicy: elyra.PullAlways, PullSecret: "regcred", Tags: []string{"z", "a"},
		},
		`{"display_name":"Größe 😀","metadata":{"description":"\u003ca\u003e \u0026 \"b\"\n\u2028","display_name":"Größe 😀","image_name":"quay.io/a/b:1","pull_policy":"Always","pull_secret":"regcred","tags":["a","z"]},"schema_name":"runtime-image"}`,
		`[{"display_name":"Größe 😀","metadata":{"description":"\u003ca\u003e \u0026 \"b\"\n\u2028","display_name":"Größe 😀","pull_policy":"Always","pull_secret":"regcred","tags":["a","z"]},"schema_name":"runtime-image"}]`,
	},
}

func TestConfigMapValue(t *testing.T) {
	t.Parallel()
	for name, test := range images {
		if value := odh.ConfigMapValue(test.image); value != test.value {
			t.Errorf("%s:\n got %s\nwant %s", name, value, test.value)
		}
		document, err := elyra.ParseDocument([]byte(test.value))
		if err != nil {
			t.Fatal(err)
		}
		if image, err := document.Image(test.image.Name); err != nil || !image.Equal(test.image) {
			t.Errorf("%s: Elyra reads %+v, %v", name, image, err)
		}
	}
}

func TestImageStreamAnnotation(t *testing.T) {
	t.Parallel()
	for name, test := range images {
		if annotation := odh.ImageStreamAnnotation(test.image); annotation != test.annotation {
			t.Errorf("%s:\n got %s\nwant %s", name, annotation, test.annotation)
		}
	}
}

// What the controller makes of the annotation is what ConfigMapValue gives.
func TestImageStreamAnnotation_throughTheController(t *testing.T) {
	t.Parallel()
	for name, test := range images {
		var documents []map[string]any
		if err := json.Unmarshal([]byte(odh.ImageStreamAnnotation(test.image)), &documents); err != nil {
			t.Fatal(err)
		}
		documents[0]["metadata"].(map[string]any)["image_name"] = test.image.ImageName
		made, err := json.Marshal(documents[0])
		if err != nil {
			t.Fatal(err)
		}
		if value := odh.ConfigMapValue(test.image); value != string(made) {
			t.Errorf("%s:\n got %s\nwant %s", name, value, made)
		}
	}
}
