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
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}
