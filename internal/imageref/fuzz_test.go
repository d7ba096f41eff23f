package imageref

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/distribution/reference"
)

// elyraRule is what Elyra asks of the image of a pipeline (elyra/pipeline/validation.py); there it
// is searched for, not matched from the beginning.
var elyraRule = regexp.MustCompile(`[^/ ]+/[^/ ]+$`)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "python:3.11", "quay.io/a/b:1", "docker.io/python", "localhost:5000/img", "[::1]:5000/a/b",
		"Jdoe/My-Image:1", "Docker.io/a/b", "my_registry.example/a/b", "hub.docker.com/r/a/b", "LOCALHOST/a",
		"https://quay.io/a/b:1", "docker pull a/b", "“a/b”,", " a/ b :1\n", "a\u200b/b", "a/\xff", "a/b\x1b",
		"a//b", "a/b:", "a/b@", "a/b:1:2", "\u212Aube.io/A/b", "İ/b", "localho\u017ft/b", "sha256:" + hex64, hex64,
		"a/b:" + hex64, "a/b@" + upper64, "a/b:1@sha256:" + hex64, "a/b@sha512:" + hex128, "a/b@md5:" + hex64[:32],
		"image: a/b", "FROM a/b AS c", "user:t@a.b/c:1", "https://u:p@a.b/c", "a/b:__X__", "<X>/a", "${X}",
		strings.Repeat("a", 248), "a/" + strings.Repeat("b", 254),
	} {
		f.Add(seed)
	}
	for address := range pageNames {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Parse(s)
		if err == nil {
			checkAccepted(t, s, r)
			return
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("Parse(%q): %T isn't an *Error", s, err)
		}
		checkRefused(t, s, e)
	})
}

// checkAccepted holds Parse against the library and Elyra, from which it must not stray.
func checkAccepted(t *testing.T, s string, r Reference) {
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		t.Fatalf("Parse accepts %q, the library doesn't: %v", s, err)
	}
	if !elyraRule.MatchString(s) {
		t.Errorf("Parse accepts %q, Elyra doesn't", s)
	}
	written := r.Registry + "/" + r.Repository
	if r.Tag != "" {
		written += ":" + r.Tag
	}
	if r.Digest != "" {
		written += "@" + r.Digest
	}
	if written != named.String() {
		t.Errorf("Parse(%q) means %q, to the library it is %q", s, written, named)
	}
	if r.Registry == "" || r.Image == "" || strings.Trim(r.Owner+"/"+r.Image, "/") != r.Repository {
		t.Errorf("Parse(%q) = %#v, and its parts don't add up", s, r)
	}
}

func checkRefused(t *testing.T, s string, e *Error) {
	if strings.HasPrefix(e.Reason, "This isn't a container image reference") {
		t.Errorf("Parse(%q) is refused and nobody knows why: %v", s, e)
	}
	if i := strings.IndexFunc(e.Error(), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("Parse(%q): the message has something unprintable in it: %q", s, e.Error())
	}
	if e.Correction == "" {
		return
	}
	if _, err := Parse(e.Correction); err != nil {
		t.Errorf("Parse(%q) recommends %q, which is refused: %v", s, e.Correction, err)
	}
	if strings.ContainsFunc(e.Correction, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		t.Errorf("Parse(%q) recommends %q, which nobody can type", s, e.Correction)
	}
}
