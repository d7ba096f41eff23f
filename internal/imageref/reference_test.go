package imageref

import (
	"strings"
	"testing"
)

var (
	hex64   = strings.Repeat("0123456789abcdef", 4)
	hex96   = strings.Repeat("0123456789abcdef", 6)
	hex128  = strings.Repeat("0123456789abcdef", 8)
	upper64 = strings.ToUpper(hex64)
)

func TestParse(t *testing.T) {
	longest := "jdoe/" + strings.Repeat("a", 250)
	longestTag := strings.Repeat("t", 128)
	tests := []struct {
		in   string
		want Reference
	}{
		{"jdoe/my-image", Reference{"docker.io", "jdoe/my-image", "jdoe", "my-image", "", ""}},
		{"jdoe/my-image:1.0.0", Reference{"docker.io", "jdoe/my-image", "jdoe", "my-image", "1.0.0", ""}},
		{"library/python:3.11", Reference{"docker.io", "library/python", "library", "python", "3.11", ""}},
		{"quay.io/a/b:1", Reference{"quay.io", "a/b", "a", "b", "1", ""}},
		{"quay.io/a/b/c/d:1", Reference{"quay.io", "a/b/c/d", "a/b/c", "d", "1", ""}},
		{"a/b/c", Reference{"docker.io", "a/b/c", "a/b", "c", "", ""}},

		// A registry and no owner: Elyra's rule is met.
		{"docker.io/python:3.11", Reference{"docker.io", "library/python", "library", "python", "3.11", ""}},
		{"index.docker.io/jdoe/b", Reference{"docker.io", "jdoe/b", "jdoe", "b", "", ""}},
		{"quay.io/image:1", Reference{"quay.io", "image", "", "image", "1", ""}},
		{"localhost/img", Reference{"localhost", "img", "", "img", "", ""}},
		{"localhost:5000/img", Reference{"localhost:5000", "img", "", "img", "", ""}},
		{"registry:5000/img:1", Reference{"registry:5000", "img", "", "img", "1", ""}},

		// Hosts of all kinds, in any letter case.
		{"[::1]:5000/a/b", Reference{"[::1]:5000", "a/b", "a", "b", "", ""}},
		{"[2001:db8::1]/a/b:t", Reference{"[2001:db8::1]", "a/b", "a", "b", "t", ""}},
		{"127.0.0.1:5000/a/b", Reference{"127.0.0.1:5000", "a/b", "a", "b", "", ""}},
		{"Quay.io/a/b", Reference{"Quay.io", "a/b", "a", "b", "", ""}},
		{"REGISTRY:5000/a/b", Reference{"REGISTRY:5000", "a/b", "a", "b", "", ""}},
		{"LOCALHOST/a/b", Reference{"LOCALHOST", "a/b", "a", "b", "", ""}},
		{"jdoe.smith/b", Reference{"jdoe.smith", "b", "", "b", "", ""}},

		// Separators within components.
		{"a.b/c.d", Reference{"a.b", "c.d", "", "c.d", "", ""}},
		{"my_org/my__image", Reference{"docker.io", "my_org/my__image", "my_org", "my__image", "", ""}},
		{"a--b/c---d", Reference{"docker.io", "a--b/c---d", "a--b", "c---d", "", ""}},

		// What looks like a placeholder and can be a name.
		{"replace-me/placeholder:todo", Reference{"docker.io", "replace-me/placeholder", "replace-me", "placeholder", "todo", ""}},
		{"a/my__image__x:v1__RC__2", Reference{"docker.io", "a/my__image__x", "a", "my__image__x", "v1__RC__2", ""}},

		// Tags and digests.
		{"a/b:_Tag.1-X", Reference{"docker.io", "a/b", "a", "b", "_Tag.1-X", ""}},
		{"a/b:" + longestTag, Reference{"docker.io", "a/b", "a", "b", longestTag, ""}},
		{"a/b:" + hex64[1:], Reference{"docker.io", "a/b", "a", "b", hex64[1:], ""}},
		{"a/b:sha256-" + hex64, Reference{"docker.io", "a/b", "a", "b", "sha256-" + hex64, ""}},
		{"a/b@sha256:" + hex64, Reference{"docker.io", "a/b", "a", "b", "", "sha256:" + hex64}},
		{"a/b@sha384:" + hex96, Reference{"docker.io", "a/b", "a", "b", "", "sha384:" + hex96}},
		{"a/b@sha512:" + hex128, Reference{"docker.io", "a/b", "a", "b", "", "sha512:" + hex128}},
		{"a/b:1@sha256:" + hex64, Reference{"docker.io", "a/b", "a", "b", "1", "sha256:" + hex64}},
		{"a/b:" + hex64 + "@sha256:" + hex64, Reference{"docker.io", "a/b", "a", "b", hex64, "sha256:" + hex64}},
		{"a/" + hex64, Reference{"docker.io", "a/" + hex64, "a", hex64, "", ""}},

		{longest, Reference{"docker.io", longest, "jdoe", longest[5:], "", ""}},
		// The registry doesn't count towards the 255 characters.
		{"quay.io/" + longest, Reference{"quay.io", longest, "jdoe", longest[5:], "", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := Parse(tt.in)
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.in, err)
			}
			if got != tt.want {
				t.Errorf("Parse(%q)\n got %#v\nwant %#v", tt.in, got, tt.want)
			}
		})
	}
}
