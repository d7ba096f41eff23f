package elyra

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Python's json module reads and writes NaN, Infinity and -Infinity, which JSON
// doesn't have. Between FromPython and toPython they are strings that no one
// else writes: each process has a prefix of its own, which nobody can guess.
var (
	pythonPrefix  = `"` + rand.Text()
	pythonNumbers = map[string]string{
		"NaN":       pythonPrefix + `NaN"`,
		"Infinity":  pythonPrefix + `Infinity"`,
		"-Infinity": pythonPrefix + `-Infinity"`,
	}
)

// Half of a surrogate pair is no character and no UTF-8, and Go reads each as U+FFFD.
// Between FromPython and toPython it is a text that no one else writes: this, and
// the four digits of its escape. It begins with what is no digit of an escape before it.
var loneSurrogate = "S" + rand.Text()

// maxDepth is the number of levels that a document may be nested. Python's parser stops at 994 levels
// on 3.10 and 3.11, and later on newer versions: what every supported Python reads, this reads.
const maxDepth = 900

// depth returns how many levels of objects and arrays a JSON text has at most.
func depth(data []byte) (deepest int) {
	level, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}

// isPythonNumber reports whether a JSON value stands for one of those numbers.
func isPythonNumber(value []byte) bool { return bytes.HasPrefix(value, []byte(pythonPrefix)) }

// FromPython makes JSON of what Python's json module wrote, which also Elyra's
// REST endpoint answers. A [Document] keeps what it stands for and writes it back.
func FromPython(data []byte) []byte {
	data = markSurrogates(data)
	if json.Valid(data) {
		return data
	}
	var out []byte
	inString := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\' && i+1 < len(data):
			out = append(out, c)
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == 'N' || c == 'I' || c == '-'):
			if token := pythonNumber(data[i:]); token != "" && !isKey(data[i+len(token):]) {
				out = append(out, pythonNumbers[token]...)
				i += len(token) - 1
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

// isKey reports whether what stands before data is the key of an object, which a number isn't.
func isKey(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte(":"))
}

func pythonNumber(data []byte) string {
	for token := range pythonNumbers {
		if bytes.HasPrefix(data, []byte(token)) {
			return token
		}
	}
	return ""
}

// markSurrogates puts the stand-in of each half of a pair in its place.
func markSurrogates(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\ud`)) && !bytes.Contains(data, []byte(`\uD`)) {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		size := 1
		if data[i] == '\\' {
			size = min(2, len(data)-i)
		}
		switch first, second := surrogate(data[i:]), surrogate(data[min(i+6, len(data)):]); {
		case first == 0:
		case utf16.DecodeRune(first, second) != utf8.RuneError:
			size = 12
		default:
			out = append(append(out, loneSurrogate...), data[i+2:i+6]...)
			i += 6
			continue
		}
		out = append(out, data[i:i+size]...)
		i += size
	}
	return out
}

// surrogate returns the half of a surrogate pair whose escape data begins with, 0 for
// none.
func surrogate(data []byte) rune {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	if err != nil || !utf16.IsSurrogate(rune(unit)) {
		return 0
	}
	return rune(unit)
}

// withoutSurrogates returns a text that was read after FromPython as people see it.
func withoutSurrogates(text string) string {
	parts := strings.Split(text, loneSurrogate)
	for i := range parts[1:] {
		parts[i+1] = parts[i+1][4:]
	}
	return strings.Join(parts, string(utf8.RuneError))
}

// toPython undoes FromPython.
func toPython(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte(loneSurrogate), []byte(`\u`))
	if !bytes.Contains(data, []byte(pythonPrefix)) {
		return data
	}
	for token, stand := range pythonNumbers {
		data = bytes.ReplaceAll(data, []byte(stand), []byte(token))
	}
	return data
}
