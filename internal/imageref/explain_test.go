package imageref

import (
	"errors"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		in, reason, correction string // reason: what it says
	}{
		// No owner.
		{"python", "The owner", "library/python:latest"},
		{"python:3.11", "The owner", "library/python:3.11"},
		{"Python:3.11", "The owner", "library/python:3.11"},
		{"python@sha256:" + hex64, "The owner", "library/python@sha256:" + hex64},
		{"quay.io", "The owner", ""},
		{"quay.io:443", "The owner", ""},
		{"localhost:5000", "The owner", ""},

		// Digests without a repository.
		{hex64, "without a repository", ""},
		{upper64, "without a repository", ""},
		{"sha256:" + hex64, "without a repository", ""},
		{"@sha256:" + hex64, "The image", ""},
		{"quay.io/" + hex64 + ":1+2", "The tag", ""},

		// Schemes and other ways to point at an image.
		{"https://quay.io/a/b:1", "not with", "quay.io/a/b:1"},
		{"http://quay.io/a/b:1", "not with", "quay.io/a/b:1"},
		{"HTTPS://quay.io/a/b:1", "not with", "quay.io/a/b:1"},
		{"docker://quay.io/a/b:1", "not with", "quay.io/a/b:1"},
		{"oci://quay.io/a/b:1", "not with", "quay.io/a/b:1"},
		{"docker-pullable://a/b@sha256:" + hex64, "not with", "a/b@sha256:" + hex64},
		{"docker://python:3.11", "not with", "library/python:3.11"},
		{"s3://bucket/key", "no scheme", ""},
		{"https://ghcr.io/a/b/", "The image", ""},
		{"quay.io/a/b:1/", "after the tag or digest", "quay.io/a/b:1"},
		{"a/b@sha256:" + hex64 + "/", "after the tag or digest", "a/b@sha256:" + hex64},
		{"https://", "web", ""},
		{"https://hub.docker.com/r/jdoe/my-image", "web", "jdoe/my-image"},
		{"https://hub.docker.com/r/a/b", "web", "a/b"},
		{"https://hub.docker.com/r/jdoe/my-image/tags", "web", "jdoe/my-image"},
		{"https://hub.docker.com/_/python", "web", "library/python"},
		{"https://quay.io/repository/jdoe/my-image", "web", "quay.io/jdoe/my-image"},
		{"hub.docker.com/r/jdoe/my-image", "web", "jdoe/my-image"},
		{"hub.docker.com/_/python", "web", "library/python"},
		{"hub.docker.com/jdoe/my-image", "web", ""},
		{"https://hub.docker.com/r/jdoe", "web", ""},
		{"https://hub.docker.com/r/jdoe/tags", "web", ""},
		{"https://hub.docker.com/r/jdoe/my-image/builds", "web", "jdoe/my-image"},
		{"docker pull quay.io/a/b:1", "whole line", "quay.io/a/b:1"},
		{"docker  pull\tquay.io/a/b:1\n", "whitespace", "quay.io/a/b:1"},
		{"podman pull python:3.11", "whole line", "library/python:3.11"},
		{`docker pull "quay.io/a/b:1"`, "whole line", "quay.io/a/b:1"},
		{"docker pull https://quay.io/a/b:1", "whole line", "quay.io/a/b:1"},
		{"docker pull -q quay.io/a/b:1", "whole line", "quay.io/a/b:1"},
		{"docker pull", "whitespace", ""},
		{"docker pull --platform linux/amd64 quay.io/a/b:1", "whitespace", ""},

		// whitespace and what can't be seen.
		{"", "is empty", ""},
		{" \t\n", "is empty", ""},
		{" quay.io/a/b", "whitespace", "quay.io/a/b:latest"},
		{"quay.io/a/b ", "whitespace", "quay.io/a/b:latest"},
		{"quay.io/a/b\n", "whitespace", "quay.io/a/b:latest"},
		{"quay.io/a/b\r\n", "whitespace", "quay.io/a/b:latest"},
		{"\u00a0quay.io/a/b\u2003", "whitespace", "quay.io/a/b:latest"},
		{"quay.io/a/\n  b:1", "whitespace", "quay.io/a/b:1"},
		{"quay.io/a/b :1", "whitespace", "quay.io/a/b:1"},
		{"quay.io/a/b @ sha256:" + hex64, "whitespace", "quay.io/a/b@sha256:" + hex64},
		{"ubuntu 22", "whitespace", ""},
		{"quay.io/a/my image", "whitespace", ""},
		{"quay.io/a/my\timage", "whitespace", ""},
		{"quay.io/a/b quay.io/c/d", "whitespace", ""},
		{"\ufeffquay.io/a/b", "invisible", "quay.io/a/b:latest"},
		{"quay.io/a\u200b/b", "invisible", "quay.io/a/b:latest"},

		// Punctuation.
		{`"quay.io/a/b"`, "Quotation marks", "quay.io/a/b:latest"},
		{`'quay.io/a/b'`, "Quotation marks", "quay.io/a/b:latest"},
		{"“quay.io/a/b”", "Quotation marks", "quay.io/a/b:latest"},
		{"quay.io/a/b,", "Quotation marks", "quay.io/a/b:latest"},
		{`"quay.io/a/b",`, "Quotation marks", "quay.io/a/b:latest"},
		{`" quay.io/a/b "`, "Quotation marks", "quay.io/a/b:latest"},
		{`""`, "is empty", ""},
		{"a/b,c/d", "The owner", ""},

		// Letter case.
		{"Jdoe/My-Image:1", "The owner", "jdoe/my-image:1"},
		{"Jdoe/my-image", "The owner", "jdoe/my-image:latest"},
		{"My_Org/my-image", "The owner", "my_org/my-image:latest"},
		{"jdoe/My-Image:Tag", "The image", "jdoe/my-image:Tag"},
		{"quay.io/Jdoe/b", "The owner", "quay.io/jdoe/b:latest"},
		{"quay.io/a/B/c", "The owner", "quay.io/a/b/c:latest"},
		{"quay.io/B", "The image", "quay.io/b:latest"},
		{"Quay.io/a/B", "The image", "quay.io/a/b:latest"},
		{"Docker.io/a/b", "Docker Hub's registry", "docker.io/a/b:latest"},
		{"DOCKER.IO/Python", "Docker Hub's registry", "docker.io/python:latest"},
		{"Index.docker.io/a/b", "Docker Hub's registry", "index.docker.io/a/b:latest"},

		// Empty parts.
		{"/", "The owner", ""},
		{"a//b", "The owner", ""},
		{"/a/b", "The owner", ""},
		{"quay.io//b", "The owner", ""},
		{"a/b/", "The image", ""},
		{"quay.io/", "The image", ""},
		{"a/:1", "The image", ""},
		{":1", "The image", ""},
		{"a/b:", "The tag", ""},
		{"a/b@", "The digest", ""},
		{"a/b:@sha256:" + hex64, "The tag", ""},

		// Registries.
		{"registry:/a/b", "The registry", ""},
		{"registry:port/a/b", "The registry", ""},
		{"jdoe:1.0/b", "The registry", ""},
		{"-registry.example/a/b", "The registry", ""},
		{"registry..example/a/b", "The registry", ""},
		{"my_registry.example/a/b", "The registry", ""},
		{"\u212Aube.example/a/b", "The registry", ""}, // the Kelvin sign, whose lower case is k
		{"::1/a/b", "The registry", ""},
		{"[::1/a/b", "The registry", ""},

		// Components.
		{"a/b..c", "The image", ""},
		{"a/b___c", "The image", ""},
		{"a/b_-c", "The image", ""},
		{"a/-b", "The image", ""},
		{"a/b-", "The image", ""},
		{"_a/b", "The owner", ""},
		{"a-/b", "The owner", ""},
		{"quay.io/_/b", "The owner", ""},
		{"a/bé", "The image", ""},
		{"jdoe/my–image", "The image", ""},
		{"аdmin/b", "The owner", ""}, // a Cyrillic а
		{"a/b\x00", "The image", ""},
		{"a/b\x1b[31m", "The image", ""},
		{"a/\xff", "The image", ""},
		{"a/b$", "The image", ""},
		{`quay.io\a\b`, "The image", ""},

		// Tags.
		{"a/b:1:2", "The tag", ""},
		{"quay.io/a:1/b", "The tag", ""},
		{"quay.io/acme/train:feature/new-model", "The tag", ""},
		{"acme/train:feature/new-model", "The tag", ""},
		{"a/b:.1", "The tag", ""},
		{"a/b:-1", "The tag", ""},
		{"a/b:1+2", "The tag", ""},
		{"a/b:é", "The tag", ""},
		{"A/b:1+2", "The tag", ""},
		{"a/b:" + strings.Repeat("t", 129), "The tag", ""},

		// Digests.
		{"a/b:" + hex64, "The tag", "a/b@sha256:" + hex64},
		{"a/b:" + upper64, "The tag", "a/b@sha256:" + hex64},
		{"a/b:sha256:" + hex64, "The tag", "a/b@sha256:" + hex64},
		{"A/b:" + hex64, "The owner", "a/b@sha256:" + hex64},
		{"python:" + hex64, "The owner", "library/python@sha256:" + hex64},
		{"a/b@" + hex64, "The digest", "a/b@sha256:" + hex64},
		{"a/b:1@" + hex64, "The digest", "a/b:1@sha256:" + hex64},
		{"a/b@sha256:" + upper64, "The digest", "a/b@sha256:" + hex64},
		{"quay.io/a/b/manifest/sha256:" + hex64, "A digest comes after", "quay.io/a/b@sha256:" + hex64},
		{"python/SHA256:" + hex64, "The owner", "library/python@sha256:" + hex64},
		{"quay.io/a/b/sha256:" + hex64, "A digest comes after", "quay.io/a/b@sha256:" + hex64},
		{"a/b@SHA256:" + hex64, "The digest", "a/b@sha256:" + hex64},
		{"a/b@sha256:short", "The digest", ""},
		{"a/b:1@sha256:short", "The digest", ""},
		{"a/b@sha256:", "isn't a digest", ""},
		{"a/b@sha256:" + strings.Repeat("g", 64), "isn't a digest", ""},
		{"a/b@sha256:" + hex128, "The digest", ""},
		{"a/b@md5:" + hex64[:32], "The digest", ""},
		{"a/b@1.0", "isn't a digest", ""},
		{"a/b@sha256:" + hex64 + "@sha256:" + hex64, "The digest", ""},

		// Length.
		{"jdoe/" + strings.Repeat("a", 251), "The repository", ""},
		{"quay.io/jdoe/" + strings.Repeat("a", 251), "The repository", ""},
		{strings.Repeat("a", 248), "The repository", ""}, // "library/" counts
		{"jdoe/" + strings.Repeat("a", 300), "The repository", ""},
		{strings.Repeat("a", 300) + "/b", "The repository", ""},
		{"jdoe/" + strings.Repeat("a", 250) + ":-1", "The tag", ""}, // 255 isn't too long

		// Whole lines.
		{"image: quay.io/acme/a:1", "whole line", "quay.io/acme/a:1"},
		{"  - image: 'quay.io/acme/a:1'  # pinned", "whitespace", "quay.io/acme/a:1"},
		{`"image": "quay.io/acme/a:1",`, "whole line", "quay.io/acme/a:1"},
		{`"image_name":"quay.io/acme/a:1",`, "whole line", "quay.io/acme/a:1"},
		{`image_name = "quay.io/acme/a:1"`, "whole line", "quay.io/acme/a:1"},
		{"--image_name=quay.io/acme/a:1", "whole line", "quay.io/acme/a:1"},
		{"runtimeImage: quay.io/acme/a", "whole line", "quay.io/acme/a:latest"},
		{"image: https://quay.io/repository/acme/a", "whole line", "quay.io/acme/a"},
		{"image: python:3.11", "whole line", "library/python:3.11"},
		{"FROM quay.io/acme/a:1", "whole line", "quay.io/acme/a:1"},
		{"from --platform=linux/amd64 quay.io/acme/a:1 AS build", "whole line", "quay.io/acme/a:1"},
		{"FROM quay.io/acme/a:1\nRUN true", "whitespace", ""},
		{"repository: quay.io/acme/a", "The registry", ""}, // the tag is elsewhere

		// Placeholders that aren't filled in.
		{"quay.io/<TEAM>/a:1", "placeholder", ""},
		{"<owner>/<image>", "placeholder", ""},
		{"quay.io/acme/{{ x }}:1", "placeholder", ""},
		{"{{.Values.image}}", "placeholder", ""},
		{"$(X)", "placeholder", ""},
		{"quay.io/$(TEAM)/a:1", "placeholder", ""},
		{"${X}/a:1", "placeholder", ""},
		{"quay.io/$TEAM/a:1", "placeholder", ""},
		{"REPLACE_ME/a:1", "placeholder", ""},
		{"quay.io/CHANGE-ME/a:1", "placeholder", ""},
		{"TRAINING_IMAGE_PLACEHOLDER", "placeholder", ""},
		{"__IMAGE__", "placeholder", ""},
		{"image: __IMAGE__", "placeholder", ""},
		{"quay.io/acme/a:__TAG__", "placeholder", ""},
		{"quay.io/acme/a:TAG_PLACEHOLDER", "placeholder", ""},

		// Several faults.
		{"https://Quay.io/Jdoe/My-Image:" + upper64, "not with", "quay.io/jdoe/my-image@sha256:" + hex64},
		{"docker://Quay.io/Jdoe/My Image", "whitespace", ""},
		{` "docker pull HTTPS://Docker.io/Python:3.11", `, "whitespace", "docker.io/python:3.11"},
		{"docker://quay.io/A//b", "The owner", ""},
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
			if !strings.Contains(e.Reason, tt.reason) || e.Correction != tt.correction {
				t.Errorf("Parse(%q)\n got %q, correction %q\nwant %q, correction %q", tt.in, e.Reason, e.Correction, tt.reason, tt.correction)
			}
		})
	}
}

// TestErrorText checks what a message must say.
func TestErrorText(t *testing.T) {
	for in, want := range map[string][]string{
		"":                         {"is empty", `"[registry/]owner/image[:tag][@digest]"`},
		"python":                   {`a name without an owner means an official image`, `without a tag, the name means the tag "latest"; use "library/python:latest"`},
		"python:3.11":              {`The owner is missing`, `; use "library/python:3.11"`},
		"https://quay.io/a/b:1":    {`not with "https://"; use "quay.io/a/b:1"`},
		"https://acme.example/a":   {"web address", `"docker pull"`, `"https://"`},
		"image: a/b:1":             {`whole line`, `; use "a/b:1"`},
		"quay.io/<TEAM>/a:1":       {`"<TEAM>" is a placeholder`, "real value"},
		"Jdoe/My-Image:1":          {`owner "Jdoe" has capital letters`, `; use "jdoe/my-image:1"`},
		"ubuntu 22":                {`whitespace after "ubuntu"`},
		"a/\x1b[31mb":              {`image "\x1b[31mb" has the character "\x1b"`},
		"a/b–c":                    {`image "b–c" has the character "–" (U+2013)`},
		"a/b..c":                   {`malformed at "b..c"`},
		"registry:port/a/b":        {`"registry:port" isn't a host name`},
		"a//b":                     {"owner has an empty part", "empty variable"},
		"a/b:":                     {"tag is empty"},
		"a/train:feature/new":      {`"feature/new" has a "/"`, "branch"},
		"a/b:1+2":                  {`tag "1+2" has the character "+"`},
		"a/b:" + hex64:             {"looks like a digest", `use "a/b@sha256:` + hex64 + `"`},
		"a/b:azAZ09+":              {`tag "azAZ09+" has the character "+"`},
		"a/b:-1":                   {`begins with a "-"`},
		"a/b:-" + hex128:           {`tag "-` + hex128[:71] + `…" is 129 characters long`, "at most 128"},
		"a/b:+" + hex128[:70]:      {`tag "+` + hex128[:70] + `" has`},
		"a/b\x7f":                  {`has the character "\x7f"`},
		":1":                       {"image is missing", "empty variable"},
		"@sha256:" + hex64:         {"image is missing"},
		"a/b@sha256:short":         {`5 characters after "sha256:" instead of 64`},
		"a/b@md5:0123":             {`algorithm "md5" isn't`},
		"a/" + hex128 + hex128[2:]: {`repository "a/` + hex128[:70] + `…" is 256 characters long`, "at most 255"},
	} {
		t.Run(in, func(t *testing.T) {
			_, err := Parse(in)
			for _, want := range want {
				if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
					t.Errorf("Parse(%q): %v\nwant %s", in, err, want)
				}
			}
		})
	}
}

// TestCredentials: no message repeats them, whatever else is wrong.
func TestCredentials(t *testing.T) {
	const token = "t0k+en"
	for in, correction := range map[string]string{
		"user:" + token + "@quay.io/a/b:1":                     "quay.io/a/b:1",
		"\u200buser:" + token + "@quay.io/a/b:1":               "quay.io/a/b:1",
		"user:" + token + "@quay.io/a/b":                       "quay.io/a/b:latest",
		token + "@localhost:5000/b:1":                          "localhost:5000/b:1",
		"user:" + token + "@acme/b:1":                          "acme/b:1",
		"user:x/" + token + "@y@quay.io/a/b@sha256:" + hex64:   "quay.io/a/b@sha256:" + hex64,
		"https://user:" + token + "@quay.io/a/b:1":             "quay.io/a/b:1",
		"https://user:" + token + "@git.example/a/b":           "",
		"docker pull user:" + token + "@quay.io/a/b:1":         "quay.io/a/b:1",
		" - image: \"user:" + token + "@quay.io/a/b:1\"":       "quay.io/a/b:1",
		"user:" + token + "@quay.io/a b":                       "",
		"user:" + token + "@quay.io/a/b:" + token + "@x/y:1:2": "",
		"user :" + token + "@quay.io/A//b":                     "",
	} {
		_, err := Parse(in)
		var e *Error
		if !errors.As(err, &e) || e.Correction != correction || !strings.HasPrefix(e.Reason, credentialsFault) || strings.Contains(e.Error(), token) {
			t.Errorf("Parse(%q): %v, want the correction %q", in, err, correction)
		}
	}
}
