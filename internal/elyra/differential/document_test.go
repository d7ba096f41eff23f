package differential

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// documentCase is the content of a file, and an image that it is updated with.
type documentCase struct {
	text  string
	image elyra.RuntimeImage
}

func (c documentCase) String() string { return fmt.Sprintf("%q, updated with %+v", c.text, c.image) }

// Text of JSON, as Python's json module reads it, by what stands where. It isn't always valid.
var (
	stringText = rapid.Custom(func(r *rapid.T) string {
		parts := []string{
			"a", "B", " ", `\n`, `\t`, `\"`, `\\`, `\/`, `\b`, "/", "<", "é", "日", "😀", "\x7f", "\u2028", `\u00e9`, `\u0000`, `\u001a`, `\ud83d\ude00`,
			`\ud800`, `\uDFFF`, `\\ud800`, `\u2028`, "NaN", "-Infinity", "\ufffd", "\ufeff",
		}
		return `"` + strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 5).Draw(r, "string"), "") + `"`
	})
	numberText = rapid.SampledFrom([]string{
		"0", "-0", "1", "-7", "1.0", "0.1", "1e5", "1E+2", "-0.0", "1e400", "123456789012345678901234567890", "NaN", "Infinity", "-Infinity",
	})
	badText = rapid.SampledFrom([]string{"", "01", "+1", ".5", "1.", "nan", "-NaN", "None", "'a'", `"\x"`, "\"\n\"", "\"\t\"", `"\u12"`, `"\ud83\ude00"`, "[1,]", `{"a":1,}`, "{NaN:1}", "tru", "\xff", "\ufeff", "[[", `"`})
	space   = rapid.SampledFrom([]string{"", "", "", " ", "\n  ", "\t", "\r\n"})
)

func valueText(depth int) *rapid.Generator[string] {
	plain := rapid.OneOf(stringText, numberText, rapid.SampledFrom([]string{"null", "true", "false", "{}", "[]", `""`}))
	if depth == 0 {
		return plain
	}
	inner := rapid.Deferred(func() *rapid.Generator[string] { return valueText(depth - 1) })
	return rapid.OneOf(plain, plain, rapid.Custom(func(r *rapid.T) string {
		return "[" + join(r, rapid.SliceOfN(inner, 0, 3).Draw(r, "array")) + "]"
	}), rapid.Custom(func(r *rapid.T) string {
		return objectText(r, rapid.SliceOfN(stringText, 0, 3).Draw(r, "keys"), func(string) *rapid.Generator[string] { return inner })
	}))
}

// join puts what a list or an object has together, with whitespace.
func join(r *rapid.T, items []string) string {
	if len(items) == 0 {
		return space.Draw(r, "space")
	}
	for i, item := range items {
		items[i] = space.Draw(r, "space") + item + space.Draw(r, "space")
	}
	return strings.Join(items, ",")
}

// objectText is an object with these keys, as they stand in JSON, each with a value of its own kind.
func objectText(r *rapid.T, keys []string, value func(key string) *rapid.Generator[string]) string {
	var members []string
	for _, key := range keys {
		members = append(members, key+space.Draw(r, "space")+":"+space.Draw(r, "space")+value(key).Draw(r, key))
	}
	return "{" + join(r, members) + "}"
}

// someKeys draws most of the keys, in an order of its own, and others.
func someKeys(r *rapid.T, keys []string, others *rapid.Generator[string]) (some []string) {
	keys = rapid.Permutation(keys).Draw(r, "order")
	kept := rapid.IntRange(0, 2*len(keys)).Draw(r, "kept")
	some = append(some, keys[:min(kept, len(keys))]...)
	return append(some, rapid.SliceOfN(others, 0, 2).Draw(r, "other keys")...)
}

// mostly draws one of the good values in seven of eight cases.
func mostly(good ...string) *rapid.Generator[string] {
	generators := slices.Repeat([]*rapid.Generator[string]{rapid.SampledFrom(good)}, 7)
	return rapid.OneOf(append(generators, valueText(1))...)
}

func metadataText(r *rapid.T) string {
	tag := rapid.OneOf(stringText, rapid.SampledFrom([]string{`"a"`, `"b c"`, `"a b"`, `" a"`, `"a\n"`, `"1"`, "1", "true", "null", "[]", "[1]", `{"a":1}`}))
	return objectText(r, someKeys(r, []string{`"description"`, `"tags"`, `"image_name"`, `"pull_policy"`, `"pull_secret"`}, rapid.OneOf(stringText, rapid.SampledFrom([]string{`"display_name"`, `"tags"`, `"image_name"`}))),
		func(key string) *rapid.Generator[string] {
			switch key {
			case `"description"`:
				return rapid.OneOf(stringText, stringText, valueText(1))
			case `"tags"`:
				return rapid.OneOf(valueText(1), rapid.Custom(func(r *rapid.T) string { return "[" + join(r, rapid.SliceOfN(tag, 0, 3).Draw(r, "tags")) + "]" }))
			case `"image_name"`:
				return mostly(`"a/b:1"`, `"ubuntu 22"`, `"\ud83d\ude00"`)
			case `"pull_policy"`:
				return mostly(`"Always"`, `"Never"`, `"IfNotPresent"`, `"Alw\u0061ys"`)
			case `"pull_secret"`:
				return mostly(`"regcred"`, `"a.b-c"`, `"ab\n"`, `"0a"`)
			}
			return valueText(2)
		})
}

// validText is a document that Elyra takes, but for what only it can refuse: equal tags, spelled in two ways.
var validText = rapid.Custom(func(r *rapid.T) string {
	tag := rapid.SampledFrom([]string{`"a"`, `"b c"`, `"a b"`, `"1"`, `"\ud800"`, `"é"`, "1", "1.0", "true", "null", `{"a":1}`})
	values := map[string]*rapid.Generator[string]{
		`"display_name"`: stringText.Filter(func(text string) bool { return text != `""` }),
		`"schema_name"`:  rapid.SampledFrom([]string{`"runtime-image"`, `"runtime\u002dimage"`}),
		`"description"`:  stringText,
		`"image_name"`:   rapid.SampledFrom([]string{`"a/b:1"`, `"ubuntu 22"`, `"\ud83d\ude00"`}),
		`"pull_policy"`:  rapid.SampledFrom([]string{`"Always"`, `"Never"`, `"IfNotPresent"`, `"Alw\u0061ys"`}),
		`"pull_secret"`:  rapid.SampledFrom([]string{`"regcred"`, `"a.b-c"`, `"ab\n"`, `"0a"`}),
		`"tags"`: rapid.Custom(func(r *rapid.T) string {
			return "[" + join(r, rapid.SliceOfNDistinct(tag, 0, 3, rapid.ID[string]).Draw(r, "tags")) + "]"
		}),
	}
	object := func(r *rapid.T, required, optional []string) string {
		keys := append(required, rapid.SliceOfNDistinct(rapid.SampledFrom(optional), 0, len(optional), rapid.ID[string]).Draw(r, "optional keys")...)
		return objectText(r, rapid.Permutation(keys).Draw(r, "order"), func(key string) *rapid.Generator[string] {
			if value := values[key]; value != nil {
				return value
			}
			return valueText(2)
		})
	}
	others := rapid.SliceOfN(stringText, 1, 2)
	values[`"metadata"`] = rapid.Custom(func(r *rapid.T) string {
		return object(r, []string{`"image_name"`}, append([]string{`"description"`, `"tags"`, `"pull_policy"`, `"pull_secret"`, `"display_name"`}, others.Draw(r, "others")...))
	})
	return space.Draw(r, "space") + object(r, []string{`"display_name"`, `"metadata"`, `"schema_name"`}, []string{`"name"`, `"version"`}) + space.Draw(r, "space")
})

var documentText = rapid.OneOf(validText, validText, validText, anyText)

var anyText = rapid.Custom(func(r *rapid.T) string {
	keys := someKeys(r, []string{`"display_name"`, `"metadata"`, `"schema_name"`}, rapid.OneOf(stringText, rapid.SampledFrom([]string{`"name"`, `"resource"`, `"reason"`, `"self"`, `"version"`, `"metadata"`})))
	text := space.Draw(r, "space") + objectText(r, keys, func(key string) *rapid.Generator[string] {
		switch key {
		case `"display_name"`:
			return rapid.OneOf(stringText, stringText, mostly(`"Image"`))
		case `"metadata"`:
			object := rapid.Custom(metadataText)
			return rapid.OneOf(object, object, object, object, object, object, valueText(1))
		case `"schema_name"`:
			return mostly(`"runtime-image"`, `"runtime\u002dimage"`)
		}
		return valueText(2)
	}) + space.Draw(r, "space")
	if rapid.IntRange(0, 9).Draw(r, "broken") > 0 {
		return text
	}
	at := rapid.IntRange(0, len(text)).Draw(r, "where")
	until := min(len(text), at+rapid.IntRange(0, 3).Draw(r, "bytes left out"))
	return text[:at] + badText.Draw(r, "put in") + text[until:]
})

var imageOf = rapid.Custom(func(r *rapid.T) elyra.RuntimeImage {
	text := rapid.OneOf(rapid.StringOfN(runes, 1, 8, -1), rapid.Just("a/b:2"))
	return elyra.RuntimeImage{
		Name: "x", DisplayName: text.Draw(r, "display name"), ImageName: text.Draw(r, "image name"),
		Description: rapid.OneOf(rapid.Just(""), text).Draw(r, "description"),
		PullPolicy:  rapid.SampledFrom([]string{"", "Always", "Never"}).Draw(r, "pull policy"),
		PullSecret:  rapid.SampledFrom([]string{"", "regcred"}).Draw(r, "pull secret"),
		Tags:        rapid.SliceOfNDistinct(rapid.StringOfN(runes, 1, 4, -1).Filter(func(tag string) bool { return elyra.ValidateTag(tag) == nil }), 0, 2, rapid.ID[string]).Draw(r, "tags"),
	}
})

// meaning is what a document means, and whether what is written of it means the same.
type meaning struct {
	// Verdict is valid, invalid or unloadable.
	Verdict string  `json:"verdict"`
	Image   *fields `json:"image"`
	// EncodedSame: written without a change, it is the same to Python, and EncodedSpelled: byte for
	// byte what Python would write.
	EncodedSame    bool `json:"encoded_same"`
	EncodedSpelled bool `json:"encoded_spelled"`
	// The same of the document with another image in it: its verdict and image, whether what others
	// added is as it was, and whether Elyra saves it byte for byte as we do.
	UpdatedVerdict   string  `json:"updated_verdict"`
	UpdatedImage     *fields `json:"updated_image"`
	UpdatedExtraSame bool    `json:"updated_extra_same"`
	SavedSame        bool    `json:"saved_same"`
}

func (m meaning) String() string {
	return fmt.Sprintf("%s %+v, encoded %t %t, updated %s %+v %t %t", m.Verdict, m.Image, m.EncodedSame, m.EncodedSpelled, m.UpdatedVerdict, m.UpdatedImage, m.UpdatedExtraSame, m.SavedSame)
}

type fields struct {
	DisplayName string   `json:"display_name"`
	ImageName   string   `json:"image_name"`
	Description string   `json:"description"`
	PullPolicy  string   `json:"pull_policy"`
	PullSecret  string   `json:"pull_secret"`
	Tags        []string `json:"tags"`
}

func fieldsOf(image elyra.RuntimeImage) *fields {
	return &fields{image.DisplayName, image.ImageName, image.Description, image.PullPolicy, image.PullSecret, append([]string{}, slices.Sorted(slices.Values(image.Tags))...)}
}

func compareDocuments(o *oracle, c documentCase) (ours, theirs any, err error) {
	// What we write is what it should be: the rest of the meaning.
	our := meaning{EncodedSame: true, EncodedSpelled: true, UpdatedVerdict: "valid", UpdatedImage: fieldsOf(c.image), UpdatedExtraSame: true, SavedSame: true}
	question := map[string]any{"text": []byte(c.text), "encoded": []byte{}, "updated": []byte{}}
	document, err := elyra.ParseDocument([]byte(c.text))
	if err != nil {
		our = meaning{Verdict: "unloadable"}
	} else {
		question["encoded"], question["updated"] = document.Encode(), document.With(c.image).Encode()
		our.Verdict = "invalid"
		var invalid *elyra.InvalidError
		if image, err := document.Image("x"); err == nil {
			our.Verdict, our.Image = "valid", fieldsOf(image)
		} else if !errors.As(err, &invalid) {
			return nil, nil, err
		}
	}
	var their meaning
	if err := o.ask("document", question, &their); err != nil {
		return nil, nil, err
	}
	for _, image := range []*fields{their.Image, their.UpdatedImage} {
		if image != nil { // 1 and "1" are two tags to Elyra, and one text
			slices.Sort(image.Tags)
			image.Tags = slices.Compact(image.Tags)
		}
	}
	return our, their, nil
}

// documentKind is what Elyra makes of a file, and of what is written in its place.
func documentKind() kind[documentCase] {
	return kind[documentCase]{
		generate: rapid.Custom(func(r *rapid.T) documentCase {
			return documentCase{documentText.Draw(r, "text"), imageOf.Draw(r, "image")}
		}),
		compare: compareDocuments,
		known:   knownDocuments,
	}
}
