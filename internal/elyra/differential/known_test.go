package differential

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// The known differences, each with its reason. What could be fixed simply has been.

var knownNames = []known[nameCase]{
	{
		reason:  "Elyra saves a name that ends with a comma, by a slip in its pattern, and one with a newline behind, which Python's $ lets through; neither is a name that people want",
		example: nameCase{"x", "a,"},
		matches: func(c nameCase) bool {
			return strings.HasSuffix(strings.TrimSuffix(c.name, "\n"), ",") || strings.HasSuffix(c.name, "\n")
		},
	},
}

var knownSearchPaths = []known[searchPathCase]{
	{
		reason:  "a relative HOME is below the working directory, of the provider here and of Elyra there; with JUPYTER_PLATFORM_DIRS, Elyra takes one that isn't absolute for none",
		example: searchPathCase{"linux", map[string]string{"HOME": "relative"}},
		matches: func(c searchPathCase) bool {
			home, isSet := c.environment["HOME"]
			_, platform := c.environment["JUPYTER_PLATFORM_DIRS"]
			return isSet && !filepath.IsAbs(home) && (home != "" || platform)
		},
	},
}

var knownDocuments = []known[documentCase]{
	{
		reason:  "a number among the tags is spelled here as in the document, and compared as text, by Elyra as the number; only text makes sense as a tag",
		example: documentCase{`{"display_name": "x", "metadata": {"image_name": "a/b", "tags": [1, 1.0]}, "schema_name": "runtime-image"}`, anImage},
		matches: func(c documentCase) bool { return hasNumberTag(c.text) },
	},
	{
		reason:  "Python gives up at a depth that depends on its version, 994 levels or more; here it's 900, which all of them read",
		example: documentCase{nested(950), anImage},
		matches: func(c documentCase) bool {
			return strings.Count(c.text, "[")+strings.Count(c.text, "{") > 900
		},
	},
	{
		reason:  "half of a surrogate pair is no character: here it's U+FFFD, so a key with it is refused, as one with U+FFFD is, and two tags with it are equal",
		example: documentCase{`{"display_name": "x", "metadata": {"image_name": "a/b", "\ud800": 1}, "schema_name": "runtime-image"}`, anImage},
		matches: func(c documentCase) bool { return hasHalfPair.MatchString(c.text) },
	},
	{
		reason:  "Python refuses a number of more than 4,300 digits, which is kept here",
		example: documentCase{`{"metadata": {"a": ` + strings.Repeat("1", 4301) + "}}", anImage},
		matches: func(c documentCase) bool { return len(c.text) > 4300 && strings.ContainsAny(c.text, "0123456789") },
	},
}

var knownLists = []known[listCase]{
	{
		reason:  `with one document that has a key "self" at its top, Elyra lists none at all; here it is one invalid instance among the others`,
		example: listCase{{"a.json": `{"self": 1}`, "b.json": `{"display_name": "x", "metadata": {"image_name": "a/b"}, "schema_name": "runtime-image"}`}},
		matches: anyFile(func(content string) bool { return strings.Contains(content, `"self"`) }),
	},
	{
		reason:  `a document with a key "reason" at its top is one that Elyra lists with that reason, as if it was invalid; here the key means nothing`,
		example: listCase{{"a.json": `{"display_name": "x", "metadata": {"image_name": "a/b"}, "schema_name": "runtime-image", "reason": "theirs"}`}},
		matches: anyFile(func(content string) bool { return strings.Contains(content, `"reason"`) }),
	},
	{
		reason:  "a number among the tags is compared as text here, and as the number by Elyra, as in the known differences of documents",
		example: listCase{{"a.json": `{"display_name": "x", "metadata": {"image_name": "a/b", "tags": [1, 1.0]}, "schema_name": "runtime-image"}`}},
		matches: anyFile(hasNumberTag),
	},
	{
		reason:  "a key with half of a surrogate pair, or two tags with one, as in the known differences of documents",
		example: listCase{{"a.json": `{"display_name": "x", "metadata": {"image_name": "a/b", "\ud800": 1}, "schema_name": "runtime-image"}`}},
		matches: anyFile(hasHalfPair.MatchString),
	},
	{
		reason:  "a directory named like an instance is one that Elyra lists as invalid; nothing can repair or delete it, so it isn't listed here",
		example: listCase{{"a.json": aDirectory}},
		matches: anyFile(func(content string) bool { return content == aDirectory }),
	},
}

// anyFile matches a list with such a file.
func anyFile(such func(content string) bool) func(listCase) bool {
	return func(c listCase) bool {
		return slices.ContainsFunc(c, func(files map[string]string) bool {
			return slices.ContainsFunc(slices.Collect(maps.Values(files)), such)
		})
	}
}

// nested is a valid document that is that many levels deep.
func nested(levels int) string {
	return `{"display_name": "x", "metadata": {"image_name": "a/b", "theirs": ` + strings.Repeat("[", levels-2) + strings.Repeat("]", levels-2) + `}, "schema_name": "runtime-image"}`
}

// hasHalfPair matches what may be a surrogate, and U+FFFD.
var hasHalfPair = regexp.MustCompile(`\\u[dD][89a-fA-F]|\x{fffd}`)

var anImage = elyra.RuntimeImage{Name: "x", DisplayName: "x", ImageName: "a/b:2"}

// hasNumberTag reports whether a document has a tag that is a number, or that holds one.
func hasNumberTag(text string) bool {
	document, err := elyra.ParseDocument([]byte(text))
	if err != nil {
		return false
	}
	image, _ := document.Image("x")
	return slices.ContainsFunc(image.Tags, func(tag string) bool { return strings.ContainsAny(tag, "0123456789yN") })
}
