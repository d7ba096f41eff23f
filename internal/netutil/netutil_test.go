package netutil_test

import (
	"errors"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "localhost.": true, "jupyter.localhost": true, "a.b.localhost": true,
		"127.0.0.1": true, "127.8.9.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example.com": false, "notlocalhost": false, "10.0.0.1": false, "::": false, "0.0.0.0": false,
	} {
		if got := netutil.IsLoopback(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
}

func TestTrustedCertificates(t *testing.T) {
	for _, pem := range []string{"", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"} {
		if _, err := netutil.TrustedCertificates(pem); !errors.Is(err, netutil.ErrNoCertificate) {
			t.Errorf("%q: %v", pem, err)
		}
	}
}

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"plain text":             "plain text",
		"  two\r\n lines\t":      "two lines",
		"\x1b[31mred\x00\u202ex": "[31mred x",
		"bad \xff byte":          "bad \uFFFD byte",
		"äöüäöüäöüäöüäöüäöüäöü": "äöüäöüäöüäöü…",
	} {
		if got := netutil.Line(text, 12); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
