package elyra

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// quote returns s as a JSON string the way Python's json module writes it with
// ensure_ascii: short escapes where JSON has them, \uHHHH for every other
// character outside printable ASCII, surrogate pairs beyond U+FFFF, and nothing
// else escaped.
func quote(s string) []byte {
	return append(appendASCII([]byte{'"'}, shortEscapes.Replace(s)), '"')
}

var shortEscapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\f", `\f`, "\b", `\b`)

// appendASCII appends s with every character outside printable ASCII as \uHHHH.
func appendASCII(b []byte, s string) []byte {
	for _, r := range s {
		switch {
		case ' ' <= r && r <= '~':
			b = append(b, byte(r))
		case r <= 0xffff:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, hi, lo)
		}
	}
	return b
}
