package imageref

import (
	"errors"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	const (
		space = "There's whitespace"
		line  = "This is a whole line"
		empty = "is missing: there's nothing next to"
		slot  = "is a placeholder"
	)
	digits := `64 hexadecimal digits are a digest, which comes after "@sha256:"`
	for _, tt := range []struct {
		in, reason, correction string // reason: what it says
	}{
		// No owner.
		{"python", `The owner is missing: Elyra's pipelines need "[registry/]owner/image[:tag]". A name without an owner means an official image on Docker Hub`, "library/python:latest"},
		{"Python:3.11", "The owner is missing", "library/python:3.11"},
		{"python@sha256:" + hex64, "The owner is missing", "library/python@sha256:" + hex64},
		{"quay.io", `The owner is missing: if "quay.io" is a registry`, ""},
		{"localhost:5000", "The owner is missing", ""},

		// Digests without a repository.
		{hex64, "without a repository", ""},
		{upper64, "without a repository", ""},
		{"sha256:" + hex64, "without a repository", ""},
		{"python/SHA256:" + hex64, "without a repository", ""},
		{"quay.io/a/b/sha256:" + hex64, "without a repository", ""},
		{"@sha256:" + hex64, "The image " + empty, ""},
		{"quay.io/" + hex64 + ":1+2", "The tag", ""},

		// Schemes and addresses. More of them are in TestPages.
		{"HTTPS://quay.io/a/b:1", `not with "HTTPS://"`, "quay.io/a/b:1"},
		{"http://quay.io/a/b:1", `not with "http://"`, "quay.io/a/b:1"},
		{"docker://quay.io/a/b:1", "not with", "quay.io/a/b:1"},
		{"docker-pullable://a/b@sha256:" + hex64, "not with", "a/b@sha256:" + hex64},
		{"docker://python:3.11", "not with", "library/python:3.11"},
		{"s3://bucket/key", `has no scheme, and "s3://"`, ""},
		{"https://", `web address, not an image name: write the name that the page shows after "docker pull"`, ""},

		// Whole lines.
		{"docker  pull\tquay.io/a/b:1\n", line, "quay.io/a/b:1"},
		{"podman pull python:3.11", line, "library/python:3.11"},
		{`docker pull -q "quay.io/a/b:1"`, line, "quay.io/a/b:1"},
		{"docker pull https://quay.io/a/b:1", line, "quay.io/a/b:1"},
		{"docker pull", space + ` after "docker"`, ""},
		{"docker pull --platform linux/amd64 quay.io/a/b:1", space, ""},
		{"  - image: 'quay.io/acme/a:1'  # pinned", line, "quay.io/acme/a:1"},
		{`"image": "quay.io/acme/a:1",`, line, "quay.io/acme/a:1"},
		{`image_name = "quay.io/acme/a:1"`, line, "quay.io/acme/a:1"},
		{"--image_name=quay.io/acme/a:1", line, "quay.io/acme/a:1"},
		{"runtimeImage: quay.io/acme/a", line, "quay.io/acme/a:latest"},
		{"image: https://quay.io/repository/acme/a", line, "quay.io/acme/a"},
		{"FROM quay.io/acme/a:1", line, "quay.io/acme/a:1"},
		{"from --platform=linux/amd64 quay.io/acme/a:1 AS build", line, "quay.io/acme/a:1"},
		{"FROM quay.io/acme/a:1\nRUN true", space, ""},
		{"repository: quay.io/acme/a", space, ""}, // the tag is elsewhere

		// Whitespace and punctuation around a name, or in it.
		{"", `is empty: write "[registry/]owner/image[:tag][@digest]"`, ""},
		{" \t\n", "is empty", ""},
		{`""`, "is empty", ""},
		{" quay.io/a/b\r\n", space, `quay.io/a/b:latest`},
		{"\u00a0quay.io/a/b\u2003", space, "quay.io/a/b:latest"},
		{`" quay.io/a/b ",`, space, "quay.io/a/b:latest"},
		{"“quay.io/a/b”", space, "quay.io/a/b:latest"},
		{"ubuntu 22", space + ` after "ubuntu"`, ""},
		{"quay.io/a/my\timage", space, ""},
		{"quay.io/a/b :1", space, ""},
		{"\ufeffquay.io/a/b", `The registry "\ufeffquay.io"`, ""},
		{"quay.io/a\u200b/b", `The owner "a\u200b" has the character "\u200b" (U+200B)`, ""},

		// Letter case.
		{"Jdoe/My-Image:1", `"Jdoe/My-Image" has capital letters`, "jdoe/my-image:1"},
		{"My_Org/my-image", "capital letters", "my_org/my-image:latest"},
		{"jdoe/My-Image:Tag", "capital letters", "jdoe/my-image:Tag"},
		{"quay.io/a/B/c", `"a/B/c" has capital letters`, "quay.io/a/b/c:latest"},
		{"Quay.io/B", "capital letters", "quay.io/b:latest"},
		{"DOCKER.IO/Python", "Docker Hub's registry", "docker.io/python:latest"},
		{"Index.docker.io/a/b", "Docker Hub's registry", "index.docker.io/a/b:latest"},

		// Empty parts.
		{"/a/b", "The owner " + empty, ""},
		{"quay.io//b", "The owner " + empty, ""},
		{"a/b/", "The image " + empty, ""},
		{"https://ghcr.io/a/b:1/", "web", ""},
		{"a/:1", "The image " + empty, ""},
		{":1", "The image " + empty, ""},
		{"a/b:", "The tag is empty", ""},
		{"a/b@", `"" isn't a digest`, ""},
		{"a/b:@sha256:" + hex64, "The tag is empty", ""},

		// Registries.
		{"registry:port/a/b", `The registry "registry:port" isn't a host name`, ""},
		{"registry:/a/b", "The registry", ""},
		{"-registry.example/a/b", "The registry", ""},
		{"registry..example/a/b", "The registry", ""},
		{"my_registry.example/a/b", "The registry", ""},
		{"\u212Aube.example/a/b", "", ""}, // the Kelvin sign, whose lower case is k
		{"[::1/a/b", "The registry", ""},

		// Components.
		{"a/b..c", `The image is malformed at "b..c"`, ""},
		{"a/b___c", "The image is malformed", ""},
		{"a/-b", "The image is malformed", ""},
		{"a-/b", "The owner is malformed", ""},
		{"quay.io/_/b", "The owner is malformed", ""},
		{"jdoe/my–image", `The image "my–image" has the character "–" (U+2013)`, ""},
		{"аdmin/b", "The owner", ""}, // a Cyrillic а
		{"a/b\x1b[31m", `The image "b\x1b[31m" has the character "\x1b"`, ""},
		{"a/\xff", "The image", ""},
		{`quay.io\a\b`, "The image", ""},
		{"a/b,c/d", "The owner", ""},

		// Tags.
		{"quay.io/a:1/b", "The tag", ""},
		{"acme/train:feature/new-model", `The tag "feature/new-model" has a "/" in it, which isn't allowed. If it's the name of a branch`, ""},
		{"a/b:.1", `The tag ".1" isn't allowed: a tag has at most 128 characters, and begins with`, ""},
		{"a/b:azAZ09+", `The tag "azAZ09+" has the character "+"`, ""},
		{"A/b:1:2", "The tag", ""},
		{"a/b:" + strings.Repeat("t", 129), `The tag "` + strings.Repeat("t", 72) + `…" isn't allowed`, ""},

		// Digests.
		{"a/b:" + hex64, digits, "a/b@sha256:" + hex64},
		{"a/b:" + upper64, digits, "a/b@sha256:" + hex64},
		{"a/b:sha256:" + hex64, digits, "a/b@sha256:" + hex64},
		{"python:" + hex64, "The owner", "library/python@sha256:" + hex64},
		{"a/b:1@" + hex64, digits, "a/b:1@sha256:" + hex64},
		{"a/b@sha256:" + upper64, "The digest has capital letters", "a/b@sha256:" + hex64},
		{"a/b@SHA256:" + hex64, "The digest has capital letters", "a/b@sha256:" + hex64},
		{"a/b:1@sha256:short", `"sha256:short" isn't a digest, which is "sha256:" and 64`, ""},
		{"a/b@sha256:", "isn't a digest", ""},
		{"a/b@sha256:" + strings.Repeat("g", 64), "isn't a digest", ""},
		{"a/b@sha256:" + hex128, "isn't a digest", ""},
		{"a/b@md5:" + hex64[:32], "isn't a digest", ""},
		{"a/b@1.0", `A tag comes after ":", not after "@"`, ""},
		{"a/b@sha256:" + hex64 + "@sha256:" + hex64, "isn't a digest", ""},
		{"a/b@sha256:" + hex64 + "/", "isn't a digest", ""},

		// Length.
		{"quay.io/jdoe/" + strings.Repeat("a", 251), `The repository "jdoe/` + strings.Repeat("a", 67) + `…" is 256 characters long; at most 255`, ""},
		{strings.Repeat("a", 248), "The repository", ""}, // "library/" counts
		{strings.Repeat("a", 300) + "/b", "The repository", ""},
		{"jdoe/" + strings.Repeat("a", 250) + ":-1", "The tag", ""}, // 255 isn't too long

		// Placeholders that aren't filled in.
		{"quay.io/<TEAM>/a:1", `"<TEAM>" is a placeholder`, ""},
		{"{{.Values.image}}", slot, ""},
		{"quay.io/$(TEAM)/a:1", slot, ""},
		{"${X}/a:1", slot, ""},
		{"quay.io/$TEAM/a:1", slot, ""},
		{"REPLACE_ME/a:1", slot, ""},
		{"quay.io/CHANGE-ME/a:1", slot, ""},
		{"image: __IMAGE__", slot, ""},
		{"quay.io/acme/a:__TAG__", slot, ""},
		{"quay.io/acme/a:TAG_PLACEHOLDER", slot, ""},

		// Several faults.
		{"https://Quay.io/Jdoe/My-Image:" + upper64, "not with", "quay.io/jdoe/my-image@sha256:" + hex64},
		{"docker://Quay.io/Jdoe/My Image", space, ""},
		{` "docker pull HTTPS://Docker.io/Python:3.11", `, line, "docker.io/python:3.11"},
		{"docker://quay.io/A//b", "The owner", ""},
	} {
		t.Run(tt.in, func(t *testing.T) {
			got, err := Parse(tt.in)
			var e *Error
			if !errors.As(err, &e) || got != (Reference{}) {
				t.Fatalf("Parse(%q) = %#v, %v, want an *Error", tt.in, got, err)
			}
			if !strings.Contains(e.Reason, tt.reason) || e.Correction != tt.correction {
				t.Errorf("Parse(%q)\n got %q, correction %q\nwant %q, correction %q", tt.in, e.Reason, e.Correction, tt.reason, tt.correction)
			}
			if added := strings.HasSuffix(tt.correction, ":latest"); added != strings.Contains(e.Reason, `means the tag "latest"`) {
				t.Errorf("Parse(%q): %s: latest is added: %v", tt.in, e.Reason, added)
			}
		})
	}
}

// No message repeats credentials, whatever else is wrong.
func TestCredentials(t *testing.T) {
	const token = "t0k+en"
	for _, in := range []string{
		"user:" + token + "@quay.io/a/b:1",
		"\u200buser:" + token + "@quay.io/a/b:1",
		token + "@localhost:5000/b:1",
		"user:x/" + token + "@y@quay.io/a/b@sha256:" + hex64,
		"https://user:" + token + "@quay.io/a/b:1",
		"https://user:" + token + "@git.example/a/b",
		"docker pull user:" + token + "@quay.io/a/b:1",
		" - image: \"user:" + token + "@quay.io/a/b:1\"",
		"user:" + token + "@quay.io/a b",
		"user:<" + token + ">@quay.io/a/b",
		"user:" + token + "@quay.io/a/b:" + token + "@x/y:1:2",
		"user :" + token + "@quay.io/A//b",
	} {
		_, err := Parse(in)
		if err == nil || !strings.Contains(err.Error(), "looks like credentials") || strings.Contains(err.Error(), token) {
			t.Errorf("Parse(%q): %v", in, err)
		}
	}
}
