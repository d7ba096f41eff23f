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

// rarely is true in one of sixteen cases.
func rarely(r *rapid.T, what string) bool {
	return rapid.SampledFrom(append(make([]bool, 15), true)).Draw(r, what)
}

// documentText is a document that Elyra takes, except that now and then a key is missing, there twice, or
// one that Elyra itself uses, a value is another one, or some bytes are.
var documentText = rapid.Custom(func(r *rapid.T) string {
	goodTag := rapid.SampledFrom([]string{`"a"`, `"b c"`, `"a b"`, `"1"`, `"\ud800"`, `"é"`, "1", "1.0", "true", "null", `{"a":1}`})
	anyTag := rapid.OneOf(goodTag, stringText, rapid.SampledFrom([]string{`" a"`, `"a\n"`, "[]", "[1]"}))
	values := map[string]*rapid.Generator[string]{
		`"display_name"`: stringText,
		`"schema_name"`:  rapid.SampledFrom([]string{`"runtime-image"`, `"runtime\u002dimage"`}),
		`"description"`:  stringText,
		`"image_name"`:   rapid.SampledFrom([]string{`"a/b:1"`, `"ubuntu 22"`, `"\ud83d\ude00"`}),
		`"pull_policy"`:  rapid.SampledFrom([]string{`"Always"`, `"Never"`, `"IfNotPresent"`, `"Alw\u0061ys"`}),
		`"pull_secret"`:  rapid.SampledFrom([]string{`"regcred"`, `"a.b-c"`, `"ab\n"`, `"0a"`}),
		`"tags"`: rapid.Custom(func(r *rapid.T) string {
			tags := rapid.SliceOfNDistinct(goodTag, 0, 3, rapid.ID[string])
			if rarely(r, "odd tags") {
				tags = rapid.SliceOfN(anyTag, 0, 3)
			}
			return "[" + join(r, tags.Draw(r, "tags")) + "]"
		}),
	}
	object := func(r *rapid.T, required, optional []string, odd *rapid.Generator[string]) string {
		keys := append(required, rapid.SliceOfNDistinct(rapid.SampledFrom(optional), 0, len(optional), rapid.ID[string]).Draw(r, "optional keys")...)
		keys = rapid.Permutation(keys).Draw(r, "order")
		if rarely(r, "a key is missing") {
			keys = keys[1:]
		}
		if rarely(r, "an odd key") {
			keys = append(keys, odd.Draw(r, "odd key"))
		}
		return objectText(r, keys, func(key string) *rapid.Generator[string] {
			if value := values[key]; value != nil && !rarely(r, "an odd "+key) {
				return value
			}
			return valueText(2)
		})
	}
	values[`"metadata"`] = rapid.Custom(func(r *rapid.T) string {
		optional := append([]string{`"description"`, `"tags"`, `"pull_policy"`, `"pull_secret"`, `"display_name"`}, rapid.SliceOfN(stringText, 1, 2).Draw(r, "others")...)
		return object(r, []string{`"image_name"`}, optional, rapid.SampledFrom([]string{`"tags"`, `"image_name"`}))
	})
	odd := rapid.OneOf(stringText, rapid.SampledFrom([]string{`"resource"`, `"reason"`, `"self"`, `"metadata"`}))
	text := space.Draw(r, "space") + object(r, []string{`"display_name"`, `"metadata"`, `"schema_name"`}, []string{`"name"`, `"version"`}, odd) + space.Draw(r, "space")
	if !rarely(r, "broken") {
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
	Verdict string
	Image   elyra.RuntimeImage
	// EncodedSame: written without a change, it is the same to Python, and EncodedSpelled: byte for
	// byte what Python would write.
	EncodedSame, EncodedSpelled bool
	// The same of the document with another image in it: its verdict and image, whether what others
	// added is as it was, and whether Elyra saves it byte for byte as we do.
	UpdatedVerdict              string
	UpdatedImage                elyra.RuntimeImage
	UpdatedExtraSame, SavedSame bool
}

// nameless returns the image without what isn't in its document. Tags are sorted, each once: 1 and "1"
// are two tags to Elyra, and one text.
func nameless(image elyra.RuntimeImage) elyra.RuntimeImage {
	image.Name, image.Tags = "", slices.Compact(slices.Sorted(slices.Values(image.Tags)))
	return image
}

func compareDocuments(o *oracle, c documentCase) (ours, theirs any, err error) {
	// What we write is what it should be: the rest of the meaning.
	our := meaning{EncodedSame: true, EncodedSpelled: true, UpdatedVerdict: "valid", UpdatedImage: nameless(c.image), UpdatedExtraSame: true, SavedSame: true}
	question := map[string]any{"text": []byte(c.text), "encoded": []byte{}, "updated": []byte{}}
	document, err := elyra.ParseDocument([]byte(c.text))
	if err != nil {
		our = meaning{Verdict: "unloadable"}
	} else {
		question["encoded"], question["updated"] = document.Encode(), document.With(c.image).Encode()
		our.Verdict = "invalid"
		if image, err := document.Image("x"); err == nil {
			our.Verdict, our.Image = "valid", nameless(image)
		} else if !errors.As(err, new(*elyra.InvalidError)) {
			return nil, nil, err
		}
	}
	var their meaning
	if err := o.ask("document", question, &their); err != nil {
		return nil, nil, err
	}
	their.Image, their.UpdatedImage = nameless(their.Image), nameless(their.UpdatedImage)
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
