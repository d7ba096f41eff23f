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
		{"python", "owner", "library/python:latest"},
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
		{"https://ghcr.io/a/b/", "image", ""},
		{"quay.io/a/b:1/", "punctuation", "quay.io/a/b:1"},
		{"a/b@sha256:" + hex64 + "/", "punctuation", "a/b@sha256:" + hex64},
		{"https://", "web page", ""},
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
		{"docker pull quay.io/a/b:1", "line", "quay.io/a/b:1"},
		{"docker  pull\tquay.io/a/b:1\n", "whitespace", "quay.io/a/b:1"},
		{"podman pull python:3.11", "line", "library/python:3.11"},
		{`docker pull "quay.io/a/b:1"`, "line", "quay.io/a/b:1"},
		{"docker pull https://quay.io/a/b:1", "line", "quay.io/a/b:1"},
		{"docker pull -q quay.io/a/b:1", "line", "quay.io/a/b:1"},
		{"docker pull", "whitespace", ""},
		{"docker pull --platform linux/amd64 quay.io/a/b:1", "whitespace", ""},

		// whitespace and what can't be seen.
		{"", "name", ""},
		{" \t\n", "name", ""},
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
		{"\ufeffquay.io/a/b", "whitespace", "quay.io/a/b:latest"},
		{"quay.io/a\u200b/b", "whitespace", "quay.io/a/b:latest"},

		// Punctuation.
		{`"quay.io/a/b"`, "punctuation", "quay.io/a/b:latest"},
		{`'quay.io/a/b'`, "punctuation", "quay.io/a/b:latest"},
		{"“quay.io/a/b”", "punctuation", "quay.io/a/b:latest"},
		{"quay.io/a/b,", "punctuation", "quay.io/a/b:latest"},
		{`"quay.io/a/b",`, "punctuation", "quay.io/a/b:latest"},
		{`" quay.io/a/b "`, "punctuation", "quay.io/a/b:latest"},
		{`""`, "name", ""},
		{"a/b,c/d", "owner", ""},

		// Letter case.
		{"Jdoe/My-Image:1", "owner", "jdoe/my-image:1"},
		{"Jdoe/my-image", "owner", "jdoe/my-image:latest"},
		{"My_Org/my-image", "owner", "my_org/my-image:latest"},
		{"jdoe/My-Image:Tag", "image", "jdoe/my-image:Tag"},
		{"quay.io/Jdoe/b", "owner", "quay.io/jdoe/b:latest"},
		{"quay.io/a/B/c", "owner", "quay.io/a/b/c:latest"},
		{"quay.io/B", "image", "quay.io/b:latest"},
		{"Quay.io/a/B", "image", "quay.io/a/b:latest"},
		{"Docker.io/a/b", "registry", "docker.io/a/b:latest"},
		{"DOCKER.IO/Python", "registry", "docker.io/python:latest"},
		{"Index.docker.io/a/b", "registry", "index.docker.io/a/b:latest"},

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
		{"jdoe/" + strings.Repeat("a", 250) + ":-1", "tag", ""}, // 255 isn't too long

		// Whole lines.
		{"image: quay.io/acme/a:1", "line", "quay.io/acme/a:1"},
		{"  - image: 'quay.io/acme/a:1'  # pinned", "whitespace", "quay.io/acme/a:1"},
		{`"image": "quay.io/acme/a:1",`, "line", "quay.io/acme/a:1"},
		{`"image_name":"quay.io/acme/a:1",`, "line", "quay.io/acme/a:1"},
		{`image_name = "quay.io/acme/a:1"`, "line", "quay.io/acme/a:1"},
		{"--image_name=quay.io/acme/a:1", "line", "quay.io/acme/a:1"},
		{"runtimeImage: quay.io/acme/a", "line", "quay.io/acme/a:latest"},
		{"image: https://quay.io/repository/acme/a", "line", "quay.io/acme/a"},
		{"image: python:3.11", "line", "library/python:3.11"},
		{"FROM quay.io/acme/a:1", "line", "quay.io/acme/a:1"},
		{"from --platform=linux/amd64 quay.io/acme/a:1 AS build", "line", "quay.io/acme/a:1"},
		{"FROM quay.io/acme/a:1\nRUN true", "whitespace", ""},
		{"repository: quay.io/acme/a", "registry", ""}, // the tag is elsewhere

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
		{"https://Quay.io/Jdoe/My-Image:" + upper64, "scheme", "quay.io/jdoe/my-image@sha256:" + hex64},
		{"docker://Quay.io/Jdoe/My Image", "whitespace", ""},
		{` "docker pull HTTPS://Docker.io/Python:3.11", `, "whitespace", "docker.io/python:3.11"},
		{"docker://quay.io/A//b", "owner", ""},
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
			if e.part != tt.part || e.Correction != tt.correction {
				t.Errorf("Parse(%q)\n got part %q, correction %q\nwant part %q, correction %q\nreason: %s",
					tt.in, e.part, e.Correction, tt.part, tt.correction, e.Reason)
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
		if !errors.As(err, &e) || e.part != partCredentials || e.Correction != correction || !strings.Contains(e.Reason, "credentials") || strings.Contains(e.Error(), token) {
			t.Errorf("Parse(%q): %v, want the correction %q", in, err, correction)
		}
	}
}
