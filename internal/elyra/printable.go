package elyra

import (
	"strconv"
	"strings"
	"unicode"
)

// Printable is a name, path or text of others as it stands in one line of a message, where nothing of
// it may steer a terminal: what is not printable is written as Go writes it in a string, such as \x1b,
// and what is no UTF-8 as U+FFFD.
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
