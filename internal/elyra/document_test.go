package elyra_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// full is a document as elyra-metadata writes it.
const full = `{
  "display_name": "My runtime image",
  "metadata": {
    "description": "My custom runtime container image",
    "tags": [
      "gpu",
      "team-a"
    ],
    "image_name": "jdoe/my-image:1.0.0",
    "pull_policy": "IfNotPresent",
    "pull_secret": "regcred"
  },
  "schema_name": "runtime-image"
}`

var fullImage = elyra.RuntimeImage{
	Name:        "my_runtime_image",
	DisplayName: "My runtime image",
	ImageName:   "jdoe/my-image:1.0.0",
	Description: "My custom runtime container image",
	PullPolicy:  "IfNotPresent",
	PullSecret:  "regcred",
	Tags:        []string{"gpu", "team-a"},
}

func parse(t testing.TB, text string) elyra.Document {
	t.Helper()
	document, err := elyra.ParseDocument([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestNewDocument(t *testing.T) {
	tests := []struct {
		name  string
		image elyra.RuntimeImage
		want  string
	}{
		{"full", fullImage, full},
		{"minimal, and escapes", elyra.RuntimeImage{DisplayName: "\u00fc\u2028 \U0001F600 <&/> \"\\\b\f\n\r\t\x01\x7f\uffff~", ImageName: "a/b"}, `{
  "display_name": "\u00fc\u2028 \ud83d\ude00 <&/> \"\\\b\f\n\r\t\u0001\u007f\uffff~",
  "metadata": {
    "image_name": "a/b"
  },
  "schema_name": "runtime-image"
}`},
	}
	for _, tt := range tests {
		if got := string(elyra.NewDocument(tt.image).Encode()); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if image, err := parse(t, tt.want).Image(tt.image.Name); err != nil || !image.Equal(tt.image) {
			t.Errorf("%s: it's read as %+v, %v", tt.name, image, err)
		}
	}
}

// TestDocumentWith holds the rule that an update keeps what it doesn't know.
func TestDocumentWith(t *testing.T) {
	least := elyra.RuntimeImage{DisplayName: "x", ImageName: "a/b"}
	never, tagged := least, least
	never.PullPolicy, tagged.Tags = "Never", []string{"a", "b"}
	for name, tt := range map[string]struct {
		image        elyra.RuntimeImage
		stored, want string
	}{
		"unknown keys keep their place, value and spelling": {
			never,
			`{"name":"z","display_name":"A","metadata":{"x":{"n":1.50,"big":123456789012345678901234567890,"s":"\ud800\u0041é\/"},"image_name":"a/c","display_name":"B","e":[ ],"o":{ }},"version":2,"schema_name":"runtime-image","resource":"/r","reason":"y"}`,
			`{"display_name":"x","metadata":{"x":{"n":1.50,"big":123456789012345678901234567890,"s":"\ud800\u0041\u00e9\/"},"image_name":"a/b","display_name":"B","e":[],"o":{},"pull_policy":"Never"},"schema_name":"runtime-image","version":2}`,
		},
		"what Python writes and JSON doesn't have": {
			least,
			`{"metadata":{"half":["\\ud800",{"\ud800":1},"\uDFFF\ud83d\ude00"],"n":[NaN,-Infinity,{"n":Infinity},"NaN","a\"NaN","\u001ANaN"]}}`,
			`{"display_name":"x","metadata":{"half":["\\ud800",{"\ud800":1},"\uDFFF\ud83d\ude00"],"n":[NaN,-Infinity,{"n":Infinity},"NaN","a\"NaN","\u001ANaN"],"image_name":"a/b"},"schema_name":"runtime-image"}`,
		},
		"what is unset leaves the document": {
			least, full, `{"display_name":"x","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}`,
		},
		"tags of the same meaning keep their order": {
			tagged, `{"metadata":{"tags":["b","a"]}}`,
			`{"display_name":"x","metadata":{"tags":["b","a"],"image_name":"a/b"},"schema_name":"runtime-image"}`,
		},
		"an invalid document is repaired": {
			least, `{"display_name":null,"metadata":{"pull_policy":"","pull_secret":null,"tags":"x","keep":true},"schema_name":"foreign"}`,
			`{"display_name":"x","metadata":{"keep":true,"image_name":"a/b"},"schema_name":"runtime-image"}`,
		},
		"metadata that isn't an object is replaced": {
			least, `{"metadata":[]}`, `{"display_name":"x","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}`,
		},
		"what Elyra can't load goes": {
			least, `{"self":1,"version":2}`, `{"display_name":"x","metadata":{"image_name":"a/b"},"schema_name":"runtime-image","version":2}`,
		},
		"the last of equal keys counts": {
			least, `{"metadata":{"k":1,"j":2,"k":3}}`, `{"display_name":"x","metadata":{"k":3,"j":2,"image_name":"a/b"},"schema_name":"runtime-image"}`,
		},
	} {
		d := parse(t, tt.stored)
		before := string(d.Compact())
		if got := string(d.With(tt.image).Compact()); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, tt.want)
		}
		if after := string(d.Compact()); after != before {
			t.Errorf("%s: With changed its receiver from\n%s\nto\n%s", name, before, after)
		}
	}
}

func TestDocumentInvalid(t *testing.T) {
	const ok = `"schema_name":"runtime-image","display_name":"x"`
	tests := []struct {
		stored     string
		reason     string // "" where Elyra finds nothing wrong
		unloadable bool
	}{
		{`{` + ok + `,"metadata":{"image_name":"a/b"}}`, "", false},
		{`{` + ok + `,"metadata":{"image_name":"ubuntu 22","description":"","tags":[],"other":null}}`, "", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","tags":[1,true,"1",null]}}`, "", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","pull_secret":"ab\n"}}`, "", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","pull_secret":"` + strings.Repeat("a", 252) + `\n"}}`, "", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","pull_secret":"` + strings.Repeat("a", 253) + `\n"}}`, "not 2 to 253 lowercase", false},
		{`{` + ok + `}`, "metadata is missing", false},
		{`{` + ok + `,"metadata":[]}`, "metadata is [], not an object", false},
		{`{` + ok + `,"metadata":{}}`, "metadata.image_name is missing", false},
		{`{` + ok + `,"metadata":{"image_name":""}}`, "metadata.image_name is empty", false},
		{`{` + ok + `,"metadata":{"image_name":Infinity}}`, "metadata.image_name is Infinity, not a string", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","pull_policy":"always"}}`, `metadata.pull_policy is "always", not one of Always, IfNotPresent, Never`, false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","pull_policy":null}}`, "metadata.pull_policy is null, not a string", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","pull_secret":"A"}}`, "metadata.pull_secret", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","tags":"x"}}`, `metadata.tags is "x", not an array`, false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","tags":[0,-0]}}`, `metadata.tags has "0" twice`, false},
		{`{` + ok + `,"self":1,"metadata":{"image_name":"a/b"}}`, `a key "self"`, false},
		{`{` + ok + `,"metadata":{"image_name":"a/b"},"x":{NaN: 1}}`, "broken JSON", true},
		{`{` + ok + `,"metadata":{"image_name":"a/b","tags":null}}`, "metadata.tags is null, not an array", false},
		{`{` + ok + `,"metadata":{"image_name":"a/b","tags":[" a"]}}`, "metadata.tags", false},
		{`{"metadata":{}}`, "schema_name is missing; display_name is missing; metadata.image_name is missing", false},
		{`{"schema_name":"kfp","display_name":"","metadata":{"image_name":"a/b"}}`, `schema_name is "kfp", not "runtime-image"; display_name is empty`, false},
		{`[]`, "not a JSON object", true},
		{`null`, "not a JSON object", true},
		{``, "the document is empty", true},
		{"{\"a\": 1", "the document ends too early", true},
		{`{"a": NaN, "b\`, "the document ends too early", true},
		{"{\n  \"a\": 1,\n}", "line 3, column 1", true},
		{`{} {}`, "line 1, column 4", true},
		{"{\"a\":\"\xff\"}", "not UTF-8", true},
		{`{"\ud800":1}`, "can't be kept", true},
		{`{"\ufffd":1}`, "can't be kept", true},
		{`{"metadata":{"a\uDFFF":1}}`, "can't be kept", true},
		{"\xef\xbb\xbf{}", "byte order mark", true},
		{"\xff\xfe{\x00}\x00", "UTF-16", true},
	}
	for _, tt := range tests {
		d, err := elyra.ParseDocument([]byte(tt.stored))
		if err == nil {
			_, err = d.Image("x")
		}
		var invalid *elyra.InvalidError
		switch {
		case tt.reason == "" && err != nil:
			t.Errorf("%q: %v", tt.stored, err)
		case tt.reason == "":
		case !errors.As(err, &invalid):
			t.Errorf("%q: got %v, want an InvalidError", tt.stored, err)
		case !strings.Contains(invalid.Reason(), tt.reason) || invalid.Unloadable != tt.unloadable:
			t.Errorf("%q: got %q, unloadable %t; want %q, %t", tt.stored, invalid.Reason(), invalid.Unloadable, tt.reason, tt.unloadable)
		}
	}
}

// TestDocumentEqual compares what documents say, not how they say it.
func TestDocumentEqual(t *testing.T) {
	a := parse(t, `{"display_name":"x","metadata":{"n":1,"i":12345678901234567890}}`)
	for text, want := range map[string]bool{
		`{"metadata":{"i":12345678901234567890,"n":1.0},"display_name":"\u0078"}`: true,
		`{"display_name":"x","metadata":{"n":2,"i":12345678901234567890}}`:        false,
		`{"display_name":"x","metadata":{"n":1,"i":12345678901234567891}}`:        false,
		`{"display_name":"x"}`: false,
	} {
		if got := a.Equal(parse(t, text)); got != want {
			t.Errorf("equal to %s: %t, want %t", text, got, want)
		}
	}
	if a.IsZero() || !parse(t, "{}").IsZero() || parse(t, `{"metadata":{}}`).IsZero() {
		t.Error("only an empty document is nothing")
	}
}

// TestTagsOfOneText: what differs in JSON alone is one tag, since tags are a set of texts to Terraform;
// the document stays as it is. Half of a surrogate pair reads as U+FFFD.
func TestTagsOfOneText(t *testing.T) {
	for stored, want := range map[string][]string{
		`[1,"1"]`:            {"1"},
		`["a\ud800b"]`:       {"a\ufffdb"},
		`["a","true",true]`:  {"a", "true"},
		`[[],"[]","b",null]`: {"[]", "b", "null"},
	} {
		document := parse(t, `{"display_name":"A","metadata":{"tags":`+stored+`,"image_name":"a/b:1"},"schema_name":"runtime-image"}`)
		image, err := document.Image("x")
		if err != nil || !slices.Equal(image.Tags, want) {
			t.Errorf("%s: %q, %v, want %q", stored, image.Tags, err, want)
		}
		if got := string(document.With(image).Compact()); !strings.Contains(got, stored) {
			t.Errorf("%s is written as %s", stored, got)
		}
	}
}

// FuzzDocument: what parses is written as JSON of the same meaning, in printable
// ASCII, and an update leaves a valid document with the image in it.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{full, `{}`, `{"metadata":{"a":"\ud800é\u007f","b":[{}]},"metadata":3}`, `{"\u00e9":-0.0e+10}`, `[]`} {
		f.Add([]byte(s), "x", "a")
	}
	f.Fuzz(func(t *testing.T, data []byte, displayName, tag string) {
		d, err := elyra.ParseDocument(data)
		if err != nil {
			return
		}
		var before, after any
		if json.Unmarshal(data, &before) == nil {
			if err := json.Unmarshal(d.Encode(), &after); err != nil {
				t.Fatalf("%q is written as %q: %v", data, d.Encode(), err)
			}
		}
		for _, c := range d.Compact() {
			if c < ' ' || c > '~' {
				t.Fatalf("%q is written with the byte %#x", data, c)
			}
		}
		if strings.ToValidUTF8(displayName, "") != displayName || displayName == "" {
			return
		}
		image := elyra.RuntimeImage{Name: "n", DisplayName: displayName, ImageName: "a/b"}
		if elyra.ValidateTag(tag) == nil && strings.ToValidUTF8(tag, "") == tag {
			image.Tags = []string{tag}
		}
		if got, err := parse(t, string(d.With(image).Encode())).Image("n"); err != nil || !got.Equal(image) {
			t.Errorf("got %+v, %v; want %+v", got, err, image)
		}
	})
}
