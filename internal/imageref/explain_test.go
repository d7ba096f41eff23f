package imageref

import (
	"errors"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		in, part, correction string
	}{
		// No owner.
		{"python", "owner", "library/python"},
		{"python:3.11", "owner", "library/python:3.11"},
		{"Python:3.11", "owner", "library/python:3.11"},
		{"python@sha256:" + hex64, "owner", "library/python@sha256:" + hex64},
		{"quay.io", "owner", ""},
		{"quay.io:443", "owner", ""},
		{"localhost:5000", "owner", ""},

		// Digests without a repository.
		{hex64, "repository", ""},
		{upper64, "repository", ""},
		{"sha256:" + hex64, "repository", ""},
		{"@sha256:" + hex64, "image", ""},
		{"quay.io/" + hex64 + ":1+2", "tag", ""},

		// Schemes and other ways to point at an image.
		{"https://quay.io/a/b:1", "scheme", "quay.io/a/b:1"},
		{"http://quay.io/a/b:1", "scheme", "quay.io/a/b:1"},
		{"HTTPS://quay.io/a/b:1", "scheme", "quay.io/a/b:1"},
		{"docker://quay.io/a/b:1", "scheme", "quay.io/a/b:1"},
		{"oci://quay.io/a/b:1", "scheme", "quay.io/a/b:1"},
		{"docker-pullable://a/b@sha256:" + hex64, "scheme", "a/b@sha256:" + hex64},
		{"docker://python:3.11", "scheme", "library/python:3.11"},
		{"s3://bucket/key", "scheme", ""},
		{"https://quay.io/a/b/", "image", ""},
		{"quay.io/a/b:1/", "punctuation", "quay.io/a/b:1"},
		{"a/b@sha256:" + hex64 + "/", "punctuation", "a/b@sha256:" + hex64},
		{"https://", "name", ""},
		{"https://hub.docker.com/r/jdoe/my-image", "web page", "jdoe/my-image"},
		{"https://hub.docker.com/r/a/b", "web page", "a/b"},
		{"https://hub.docker.com/r/jdoe/my-image/tags", "web page", "jdoe/my-image"},
		{"https://hub.docker.com/_/python", "web page", "library/python"},
		{"https://quay.io/repository/jdoe/my-image", "web page", "quay.io/jdoe/my-image"},
		{"hub.docker.com/r/jdoe/my-image", "web page", "jdoe/my-image"},
		{"hub.docker.com/_/python", "web page", "library/python"},
		{"hub.docker.com/jdoe/my-image", "web page", ""},
		{"https://hub.docker.com/r/jdoe", "web page", ""},
		{"https://hub.docker.com/r/jdoe/tags", "web page", ""},
		{"https://hub.docker.com/r/jdoe/my-image/builds", "web page", "jdoe/my-image"},
		{"docker pull quay.io/a/b:1", "command", "quay.io/a/b:1"},
		{"docker  pull\tquay.io/a/b:1\n", "white space", "quay.io/a/b:1"},
		{"podman pull python:3.11", "command", "library/python:3.11"},
		{`docker pull "quay.io/a/b:1"`, "punctuation", "quay.io/a/b:1"},
		{"docker pull https://quay.io/a/b:1", "command", "quay.io/a/b:1"},
		{"docker pull -q quay.io/a/b:1", "white space", ""},
		{"docker pull", "white space", ""},

		// White space and what cannot be seen.
		{"", "name", ""},
		{" \t\n", "name", ""},
		{" quay.io/a/b", "white space", "quay.io/a/b"},
		{"quay.io/a/b ", "white space", "quay.io/a/b"},
		{"quay.io/a/b\n", "white space", "quay.io/a/b"},
		{"quay.io/a/b\r\n", "white space", "quay.io/a/b"},
		{"\u00a0quay.io/a/b\u2003", "white space", "quay.io/a/b"},
		{"quay.io/a/\n  b:1", "white space", "quay.io/a/b:1"},
		{"quay.io/a/b :1", "white space", "quay.io/a/b:1"},
		{"quay.io/a/b @ sha256:" + hex64, "white space", "quay.io/a/b@sha256:" + hex64},
		{"ubuntu 22", "white space", ""},
		{"quay.io/a/my image", "white space", ""},
		{"quay.io/a/my\timage", "white space", ""},
		{"quay.io/a/b quay.io/c/d", "white space", ""},
		{"\ufeffquay.io/a/b", "white space", "quay.io/a/b"},
		{"quay.io/a\u200b/b", "white space", "quay.io/a/b"},

		// Punctuation.
		{`"quay.io/a/b"`, "punctuation", "quay.io/a/b"},
		{`'quay.io/a/b'`, "punctuation", "quay.io/a/b"},
		{"“quay.io/a/b”", "punctuation", "quay.io/a/b"},
		{"quay.io/a/b,", "punctuation", "quay.io/a/b"},
		{`"quay.io/a/b",`, "punctuation", "quay.io/a/b"},
		{`" quay.io/a/b "`, "punctuation", "quay.io/a/b"},
		{`""`, "name", ""},
		{"a/b,c/d", "owner", ""},

		// Letter case.
		{"Jdoe/My-Image:1", "owner", "jdoe/my-image:1"},
		{"Jdoe/my-image", "owner", "jdoe/my-image"},
		{"My_Org/my-image", "owner", "my_org/my-image"},
		{"jdoe/My-Image:Tag", "image", "jdoe/my-image:Tag"},
		{"quay.io/Jdoe/b", "owner", "quay.io/jdoe/b"},
		{"quay.io/a/B/c", "owner", "quay.io/a/b/c"},
		{"quay.io/B", "image", "quay.io/b"},
		{"Quay.io/a/B", "image", "quay.io/a/b"},
		{"Docker.io/a/b", "registry", "docker.io/a/b"},
		{"DOCKER.IO/Python", "registry", "docker.io/python"},
		{"Index.docker.io/a/b", "registry", "index.docker.io/a/b"},

		// Empty parts.
		{"/", "owner", ""},
		{"a//b", "owner", ""},
		{"/a/b", "owner", ""},
		{"quay.io//b", "owner", ""},
		{"a/b/", "image", ""},
		{"quay.io/", "image", ""},
		{"a/:1", "image", ""},
		{":1", "image", ""},
		{"a/b:", "tag", ""},
		{"a/b@", "digest", ""},
		{"a/b:@sha256:" + hex64, "tag", ""},

		// Registries.
		{"registry:/a/b", "registry", ""},
		{"registry:port/a/b", "registry", ""},
		{"jdoe:1.0/b", "registry", ""},
		{"-registry.example/a/b", "registry", ""},
		{"registry..example/a/b", "registry", ""},
		{"my_registry.example/a/b", "registry", ""},
		{"\u212Aube.example/a/b", "registry", ""}, // the Kelvin sign, of which the lower case is k
		{"::1/a/b", "registry", ""},
		{"[::1/a/b", "registry", ""},

		// Components.
		{"a/b..c", "image", ""},
		{"a/b___c", "image", ""},
		{"a/b_-c", "image", ""},
		{"a/-b", "image", ""},
		{"a/b-", "image", ""},
		{"_a/b", "owner", ""},
		{"a-/b", "owner", ""},
		{"quay.io/_/b", "owner", ""},
		{"a/bé", "image", ""},
		{"jdoe/my–image", "image", ""},
		{"аdmin/b", "owner", ""}, // a Cyrillic а
		{"a/b\x00", "image", ""},
		{"a/b\x1b[31m", "image", ""},
		{"a/\xff", "image", ""},
		{"<owner>/<image>", "owner", ""},
		{"a/b$", "image", ""},
		{`quay.io\a\b`, "image", ""},

		// Tags.
		{"a/b:1:2", "tag", ""},
		{"quay.io/a:1/b", "tag", ""},
		{"quay.io/acme/train:feature/new-model", "tag", ""},
		{"acme/train:feature/new-model", "tag", ""},
		{"a/b:.1", "tag", ""},
		{"a/b:-1", "tag", ""},
		{"a/b:1+2", "tag", ""},
		{"a/b:é", "tag", ""},
		{"A/b:1+2", "tag", ""},
		{"a/b:" + strings.Repeat("t", 129), "tag", ""},

		// Digests.
		{"a/b:" + hex64, "tag", "a/b@sha256:" + hex64},
		{"a/b:" + upper64, "tag", "a/b@sha256:" + hex64},
		{"a/b:sha256:" + hex64, "tag", "a/b@sha256:" + hex64},
		{"A/b:" + hex64, "owner", "a/b@sha256:" + hex64},
		{"python:" + hex64, "owner", "library/python@sha256:" + hex64},
		{"a/b@" + hex64, "digest", "a/b@sha256:" + hex64},
		{"a/b:1@" + hex64, "digest", "a/b:1@sha256:" + hex64},
		{"a/b@sha256:" + upper64, "digest", "a/b@sha256:" + hex64},
		{"quay.io/a/b/manifest/sha256:" + hex64, "digest", "quay.io/a/b@sha256:" + hex64},
		{"python/SHA256:" + hex64, "owner", "library/python@sha256:" + hex64},
		{"quay.io/a/b/sha256:" + hex64, "digest", "quay.io/a/b@sha256:" + hex64},
		{"a/b@SHA256:" + hex64, "digest", "a/b@sha256:" + hex64},
		{"a/b@sha256:short", "digest", ""},
		{"a/b:1@sha256:short", "digest", ""},
		{"a/b@sha256:", "digest", ""},
		{"a/b@sha256:" + strings.Repeat("g", 64), "digest", ""},
		{"a/b@sha256:" + hex128, "digest", ""},
		{"a/b@md5:" + hex64[:32], "digest", ""},
		{"a/b@1.0", "digest", ""},
		{"a/b@sha256:" + hex64 + "@sha256:" + hex64, "digest", ""},

		// Length.
		{"jdoe/" + strings.Repeat("a", 251), "repository", ""},
		{"quay.io/jdoe/" + strings.Repeat("a", 251), "repository", ""},
		{strings.Repeat("a", 248), "repository", ""}, // "library/" counts
		{"jdoe/" + strings.Repeat("a", 300), "repository", ""},
		{strings.Repeat("a", 300) + "/b", "repository", ""},
		{"jdoe/" + strings.Repeat("a", 250) + ":-1", "tag", ""}, // 255 is not too long

		// Several at once.
		{"https://Quay.io/Jdoe/My-Image:" + upper64, "scheme", "quay.io/jdoe/my-image@sha256:" + hex64},
		{"https://Quay.io/Jdoe/My Image", "white space", ""},
		{` "docker pull HTTPS://Docker.io/Python:3.11", `, "white space", "docker.io/python:3.11"},
		{"https://quay.io/A//b", "owner", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := Parse(tt.in)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("Parse(%q) = %#v, %v, want an *Error", tt.in, got, err)
			}
			if got != (Reference{}) {
				t.Errorf("Parse(%q) returned %#v with its error", tt.in, got)
			}
			if e.Input != tt.in || e.Part != tt.part || e.Correction != tt.correction {
				t.Errorf("Parse(%q)\n got part %q, correction %q, input %q\nwant part %q, correction %q\nreason: %s",
					tt.in, e.Part, e.Correction, e.Input, tt.part, tt.correction, e.Reason)
			}
		})
	}
}

// TestErrorText holds one message of each kind: they are read more often than the documentation.
func TestErrorText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `The image name is empty: write "[registry/]owner/image[:tag][@digest]"`},
		{"python:3.11", `The owner is missing: Elyra's pipelines take only "[registry/]owner/image[:tag]", and a name without an owner means an official image of Docker Hub, owned by "library"; use "library/python:3.11"`},
		{"https://quay.io/a/b:1", `An image name has no scheme: it begins with the registry or the owner, not with "https://"; use "quay.io/a/b:1"`},
		{"docker pull a/b", `This is a command line: the image name is what follows "docker pull"; use "a/b"`},
		{"Jdoe/My-Image:1", `The owner "Jdoe" has capital letters: a repository's name is all lower case; use "jdoe/my-image:1"`},
		{"ubuntu 22", `There is white space after "ubuntu", and an image name has none`},
		{"a/\x1b[31mb", `The image "\x1b[31mb" has the character "\x1b" in it: only lower-case letters, digits, ".", "_" and "-" may stand there`},
		{"a/b–c", `The image "b–c" has the character "–" (U+2013) in it: only lower-case letters, digits, ".", "_" and "-" may stand there`},
		{"a/b..c", `The image is malformed at "b..c": letters and digits stand at both ends, and are joined by one ".", one or two "_" or any number of "-"`},
		{"registry:port/a/b", `The registry "registry:port" is not a host name or address: a host name has letters, digits, "-" and ".", an IPv6 address stands in brackets, and a port is ":" and digits`},
		{"a//b", `The owner has an empty part: there is nothing before a "/" (an empty variable can be the cause)`},
		{"a/b:", `The tag is empty: write one after the ":", or leave out the ":" as well`},
		{"quay.io/acme/train:feature/new-model", `The tag "feature/new-model" has a "/" in it, which no tag has: builds push a branch under a tag without it, often with "-" in its place`},
		{"a/b:1+2", `The tag "1+2" has the character "+" in it: only letters, digits, "_", "." and "-" may stand there`},
		{"a/b:" + hex64, `The tag is 64 hexadecimal digits and so looks like a digest, before which stands "@sha256:", not ":"; use "a/b@sha256:` + hex64 + `"`},
		{"a/b:azAZ09+", `The tag "azAZ09+" has the character "+" in it: only letters, digits, "_", "." and "-" may stand there`},
		{"a/b:-1", `The tag "-1" begins with a "-": a tag begins with a letter, a digit or "_"`},
		{"a/b:-" + strings.Repeat("t", 127), `The tag "-` + strings.Repeat("t", 71) + `…" begins with a "-": a tag begins with a letter, a digit or "_"`},
		{"a/b:" + strings.Repeat("t", 129), `The tag "` + strings.Repeat("t", 72) + `…" is 129 characters long: 128 is the most`},
		{"a/b:" + strings.Repeat("t", 71) + "+", `The tag "` + strings.Repeat("t", 71) + `+" has the character "+" in it: only letters, digits, "_", "." and "-" may stand there`},
		{"a/b\x7f", `The image "b\x7f" has the character "\x7f" in it: only lower-case letters, digits, ".", "_" and "-" may stand there`},
		{":1", `The image is missing: there is nothing where its name belongs (an empty variable can be the cause)`},
		{"@sha256:" + hex64, `The image is missing: there is nothing where its name belongs (an empty variable can be the cause)`},
		{"a/b@sha256:short", `The digest has 5 characters after "sha256:", where 64 hexadecimal digits belong`},
		{"a/b@md5:0123", `The digest's algorithm "md5" is not one of "sha256", "sha384" and "sha512"`},
		{"a/" + strings.Repeat("b", 254), `The repository "a/` + strings.Repeat("b", 70) + `…" is 256 characters long: 255 is the most`},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			_, err := Parse(tt.in)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Parse(%q)\n got %v\nwant %s", tt.in, err, tt.want)
			}
		})
	}
}
