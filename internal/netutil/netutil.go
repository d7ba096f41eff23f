// Package netutil holds what the provider's HTTP clients have in common: which
// hosts are this machine, which certificates are trusted, how long to wait, and how
// much of a stranger's text goes into a message.
package netutil

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// IsLoopback reports whether what is sent to a host, a name or an IP address
// without port, stays on this machine: localhost, every name below it (RFC 6761,
// section 6.3), and the loopback addresses.
func IsLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// ErrNoCertificate says that a text holds no certificate in PEM form.
var ErrNoCertificate = errors.New("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")

// TrustedCertificates returns the system's authorities and, next to them, those
// of a PEM text. The error is [ErrNoCertificate].
func TrustedCertificates(pem string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without any
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, ErrNoCertificate
	}
	return pool, nil
}

// RetryAfter reads how long a response asks to be left alone: a number of seconds or a date
// (RFC 9110, section 10.2.3).
func RetryAfter(header http.Header) (wait time.Duration, asked bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(text)
	return max(0, time.Until(date).Round(time.Second)), err == nil
}

// Line makes a stranger's text fit for a message of one line: valid UTF-8, no
// control characters, no runs of blanks, and at most limit characters.
func Line(text string, limit int) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return text
}
