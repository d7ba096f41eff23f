package elyra

import (
	"strconv"
	"strings"
	"unicode"
)

// Printable returns a name, path, or text from others for one line of a message, which then can't
// control the terminal: an unprintable character is written as in a Go string, such as \x1b, and
// invalid UTF-8 as U+FFFD.
func Printable(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if !strings.ContainsFunc(text, unprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unprintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
