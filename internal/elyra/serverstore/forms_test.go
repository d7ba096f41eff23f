package serverstore

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

// TestForms: a secret of the least length is masked as it stands, and one that is percent-encoded as it
// is without that.
func TestForms(t *testing.T) {
	for _, tt := range []struct{ secret, want string }{
		{"abcd", "abcd"}, {"ab%2Fc", "ab/c"}, {"a/bc", "a%2fbc"}, {"abc/", "abc%2f"}, {"a\"bc", `a\"bc`}, {"a<bc", "a&lt;bc"}, {"abcd", "61626364"},
	} {
		if got := forms(tt.secret); !slices.Contains(got, tt.want) {
			t.Errorf("%q has the forms %q, want %q among them", tt.secret, got, tt.want)
		}
	}
	c := &client{token: "abcd"}
	if got := c.mask("x abcd abc"); got != "x *** abc" {
		t.Errorf("masked: %q", got)
	}
}

// TestInBase64: all that a text determines of the Base64 of something longer, and nothing else.
func TestInBase64(t *testing.T) {
	for n := 4; n < 12; n++ {
		text := "5ecret+/=&%?"[:n]
		for offset := range 3 {
			got := inBase64(base64.StdEncoding, text, offset)
			if want := 8*(offset+n)/6 - (8*offset+5)/6; len(got) != want {
				t.Errorf("%d bytes at %d: %d characters, want %d", n, offset, len(got), want)
			}
			for _, around := range []string{"\x00", "\xff", "a"} {
				for more := range 4 {
					longer := strings.Repeat(around, offset+3) + text + strings.Repeat(around, more)
					if encoded := base64.StdEncoding.EncodeToString([]byte(longer)); !strings.Contains(encoded, got) {
						t.Errorf("%q does not contain %q", encoded, got)
					}
				}
			}
		}
	}
}
