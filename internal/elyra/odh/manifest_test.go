package odh_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

// annotated is a tag of an ImageStream.
func annotated(annotation, imageName string) string {
	text, _ := json.Marshal(annotation)
	return `{"name": "1", "annotations": {"` + odh.AnnotationKey + `": ` + string(text) + `}, "from": {"kind": "DockerImage", "name": "` + imageName + `"}}`
}

func imageStream(tags ...string) string {
	return `{"kind": "ImageStream", "metadata": {"name": "x", "labels": {"opendatahub.io/runtime-image": "true"}}, "spec": {"tags": [` + strings.Join(tags, ", ") + `]}}`
}

// An annotation and what the controller makes of it, as its own tests have it.
const (
	pythonAnnotation = `
		[{"display_name": "Python 3.11 (UBI9)", "metadata": {"tags": ["some-tag"], "display_name": "Python 3.11 (UBI9)", "pull_policy": "IfNotPresent"}, "schema_name": "runtime-image"}]
	`
	pythonValue      = `{"display_name":"Python 3.11 (UBI9)","metadata":{"display_name":"Python 3.11 (UBI9)","image_name":"quay.io/opendatahub/test","pull_policy":"IfNotPresent","tags":["some-tag"]},"schema_name":"runtime-image"}`
	hohohoAnnotation = `[{"display_name": "Hohoho Python 3.12 (UBI9)", "metadata": {"tags": ["b", "a"], "display_name": "Python 3.12 (UBI9)", "owner": "x"}, "schema_name": "runtime-image"}]`
	hohohoValue      = `{"display_name":"Hohoho Python 3.12 (UBI9)","metadata":{"display_name":"Python 3.12 (UBI9)","image_name":"quay.io/opendatahub/test2","owner":"x","tags":["b","a"]},"schema_name":"runtime-image"}`
)

func TestParseManifests(t *testing.T) {
	t.Parallel()
	python := annotated(pythonAnnotation, "quay.io/opendatahub/test")
	hohoho := annotated(hohohoAnnotation, "quay.io/opendatahub/test2")
	both := map[string]string{"python-3.11-ubi9.json": pythonValue, "hohoho-python-3.12-ubi9.json": hohohoValue}
	only := map[string]string{"python-3.11-ubi9.json": pythonValue}
	configMap, _ := json.Marshal(map[string]any{"kind": "ConfigMap", "data": map[string]string{"python-3.11-ubi9.json": pythonValue, "hohoho-python-3.12-ubi9.json": hohohoValue, "ca.crt": "x"}})
	document := func(documents string) string { return annotated(documents, "a/b:1") }
	for name, test := range map[string]struct {
		text string
		want map[string]string
	}{
		"two tags":                    {imageStream(python, hohoho), both},
		"a list":                      {`{"kind": "List", "items": [` + imageStream(python) + "," + imageStream(hohoho) + `]}`, both},
		"the API's list":              {`{"kind": "ImageStreamList", "items": [` + strings.Replace(imageStream(python, hohoho), `"kind": "ImageStream", `, "", 1) + `]}`, both},
		"an array":                    {"[" + imageStream(python, hohoho) + "]", both},
		"a ConfigMap":                 {string(configMap), both},
		"a ConfigMap in a list":       {`{"kind": "List", "items": [` + string(configMap) + `]}`, both},
		"no tags":                     {`{"kind": "List", "items": [` + imageStream() + "," + imageStream(python) + `]}`, only},
		"no spec":                     {`{"kind": "ImageStream", "metadata": {"labels": {"opendatahub.io/runtime-image": "true"}}}`, nil},
		"no label":                    {strings.Replace(imageStream(python), `"true"`, `"false"`, 1), nil},
		"no annotation":               {imageStream(python, `{"name": "x", "annotations": {"openshift.io/imported-from": "x"}, "from": {"name": "a/b:1"}}`), only},
		"no from":                     {imageStream(python, `{"name": "x", "annotations": {"`+odh.AnnotationKey+`": "[{\"display_name\": \"X\", \"metadata\": {}}]"}}`), only},
		"a broken annotation":         {imageStream(python, document("[{")), only},
		"no array":                    {imageStream(python, document(`{"display_name": "X"}`)), only},
		"no object after the first":   {imageStream(python, document(`[{"display_name": "X", "metadata": {}}, 1]`)), only},
		"no display name":             {imageStream(python, document(`[{"metadata": {"display_name": "X"}}]`)), only},
		"no key":                      {imageStream(python, document(`[{"display_name": "日本", "metadata": {}}]`)), only},
		"one key twice":               {imageStream(annotated(`[{"display_name": "python -- 3.11 ubi9", "metadata": {}}]`, "c/d:1"), python), only},
		"two documents":               {imageStream(document(`[{"display_name": "X", "metadata": {}}, {"display_name": "Y"}]`)), map[string]string{"x.json": `{"display_name":"X","metadata":{"image_name":"a/b:1"}}`}},
		"an image name of its own":    {imageStream(document(`[{"display_name": "X", "metadata": {"image_name": "c/d:2"}}]`)), map[string]string{"x.json": `{"display_name":"X","metadata":{"image_name":"a/b:1"}}`}},
		"an image that can't be used": {imageStream(annotated(`[{"display_name": "X", "metadata": {}}]`, "python:3.11")), map[string]string{"x.json": `{"display_name":"X","metadata":{"image_name":"python:3.11"}}`}},
		"no metadata":                 {imageStream(document(`[{"display_name": "X", "b": 1}]`)), map[string]string{"x.json": `{"b":1,"display_name":"X"}`}},
		"rounded, and escaped":        {imageStream(document(`[{"display_name": "X", "n": 12345678901234567890, "metadata": null, "a": "<"}]`)), map[string]string{"x.json": `{"a":"\u003c","display_name":"X","metadata":null,"n":12345678901234567000}`}},
	} {
		documents, err := odh.ParseManifests(test.text)
		got := map[string]string{}
		for key, document := range documents {
			got[key] = string(document.Compact())
		}
		if err != nil || !maps.Equal(got, test.want) {
			t.Errorf("%s: %v\n got %v\nwant %v", name, err, got, test.want)
		}
	}
}

func TestParseManifests_refused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "oc get … -o json",
		"apiVersion: v1\nkind: List\n": "broken JSON: line 1, column 1",
		"7":                            "isn't an ImageStream, a ConfigMap, or a list of them",
		`{"kind": "List", "items": 1}`: "isn't an ImageStream, a ConfigMap, or a list of them",
		`{"kind": "Pod"}`:              `the kind is "Pod", not ImageStream`,
		`{"kind": "List", "items": [{"kind": "Secret"}]}`: `the kind is "Secret", not ImageStream`,
		pythonValue: `the kind is ""`,
		`{"kind": "ConfigMap", "data": {"x.json": "{"}}`: `key "x.json" of the ConfigMap: the text isn't a runtime image: broken JSON`,
	} {
		if documents, err := odh.ParseManifests(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v, %v\nwant %s", text, documents, err, want)
		}
	}
}
