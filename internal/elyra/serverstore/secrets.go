package serverstore

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// minSecret is the shortest text that is masked, in bytes: shorter ones would
// only riddle messages.
const minSecret = 4

// masked stands in a message where a secret was.
const masked = "***"

// mask takes out of a text what the client was given in confidence, in every
// form in which a server or a proxy is likely to repeat it.
func (c *client) mask(text string) string {
	for _, form := range c.secretForms() {
		text = strings.ReplaceAll(text, form, masked)
	}
	return text
}

// secretForms returns all forms of all secrets, the longest first: a form may be
// a part of another.
func (c *client) secretForms() []string {
	secrets := []string{c.token, c.xsrf}
	if c.session != nil {
		secrets = append(secrets, c.session.password)
		for _, cookie := range c.jar.Cookies(below(c.base, "/login")) {
			secrets = append(secrets, cookie.Value)
		}
	}
	for name, values := range c.headers {
		for _, value := range values {
			secrets = append(secrets, headerSecrets(name, value)...)
		}
	}
	var all []string
	for _, secret := range secrets {
		if len(secret) >= minSecret {
			all = append(all, forms(secret)...)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return slices.Compact(all)
}

// headerSecrets are the value of a header and what of it may be repeated alone:
// the values of cookies, the credentials behind a scheme.
func headerSecrets(name, value string) []string {
	secrets := []string{value}
	if name == "Cookie" {
		for part := range strings.SplitSeq(value, ";") {
			if _, cookie, found := strings.Cut(part, "="); found {
				secrets = append(secrets, strings.TrimSpace(cookie))
			}
		}
	}
	scheme, credentials, found := strings.Cut(value, " ")
	if !found {
		return secrets
	}
	secrets = append(secrets, strings.TrimSpace(credentials))
	if decoded, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "Basic") {
		_, password, _ := strings.Cut(string(decoded), ":")
		secrets = append(secrets, password)
	}
	return secrets
}

// forms returns a text as it stands in plain text, in URLs and forms, in JSON,
// in HTML and HTTP's quoted strings, in hexadecimal, and in Base64, there also as
// a part of something longer.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string
	escaped := []string{url.QueryEscape(secret), url.PathEscape(secret)}
	all := append([]string{secret, strings.Trim(string(quoted), `"`), html.EscapeString(secret), hex.EncodeToString([]byte(secret))}, escaped...)
	for _, form := range escaped {
		all = append(all, lowerEscapes(form))
	}
	if decoded, err := url.QueryUnescape(secret); err == nil {
		all = append(all, decoded)
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for offset := range 3 {
			all = append(all, inBase64(encoding, secret, offset))
		}
	}
	return slices.DeleteFunc(all, func(form string) bool { return len(form) < minSecret })
}

// lowerEscapes writes the hexadecimal digits of percent-encoding in lower case.
func lowerEscapes(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			b.WriteString(strings.ToLower(text[i : i+3]))
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// inBase64 is what a text becomes when offset bytes modulo 3 stand before it,
// without the characters that depend on what is around it.
func inBase64(encoding *base64.Encoding, text string, offset int) string {
	encoded := encoding.WithPadding(base64.NoPadding).EncodeToString([]byte(strings.Repeat("\x00", offset) + text))
	if (offset+len(text))%3 != 0 {
		encoded = encoded[:len(encoded)-1]
	}
	if offset > 0 {
		encoded = encoded[offset+1:]
	}
	return encoded
}
