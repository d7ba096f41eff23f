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
var pythonPrefix = `"` + rand.Text()

// Half of a surrogate pair is no character and no UTF-8, and Go reads each as U+FFFD.
// Between FromPython and toPython it is a text that no one else writes: this, and
// the four digits of its escape. Its first character can't be a digit of an escape before it.
var loneSurrogate = "S" + rand.Text()

// pythonNumbers are the numbers that JSON doesn't have.
var pythonNumbers = []string{"NaN", "Infinity", "-Infinity"}

// FromPython makes JSON of what Python's json module wrote, which also Elyra's
// REST endpoint answers. A [Document] keeps what it stands for and writes it back.
func FromPython(data []byte) []byte {
	hasSurrogates := bytes.Contains(data, []byte(`\ud`)) || bytes.Contains(data, []byte(`\uD`))
	if !hasSurrogates && json.Valid(data) {
		return data
	}
	out := make([]byte, 0, len(data))
	for inString := false; len(data) > 0; {
		size := 1
		switch {
		case inString && data[0] == '\\':
			size = min(2, len(data))
			first, second := surrogate(data), surrogate(data[min(6, len(data)):])
			if utf16.DecodeRune(first, second) != utf8.RuneError {
				size = 12
			} else if first != 0 {
				out = append(append(out, loneSurrogate...), data[2:6]...)
				data = data[6:]
				continue
			}
		case data[0] == '"':
			inString = !inString
		case !inString:
			if number := pythonNumber(data); number != "" {
				out = append(out, pythonPrefix+number+`"`...)
				data = data[len(number):]
				continue
			}
		}
		out = append(out, data[:size]...)
		data = data[size:]
	}
	return out
}

// surrogate returns the half of a surrogate pair whose escape data begins with; 0 if it doesn't.
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

// pythonNumber returns the number of Python's that data begins with; "" if it doesn't, or if that's a key.
func pythonNumber(data []byte) string {
	for _, number := range pythonNumbers {
		if rest, ok := bytes.CutPrefix(data, []byte(number)); ok && !bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":")) {
			return number
		}
	}
	return ""
}

// toPython undoes FromPython.
func toPython(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte(loneSurrogate), []byte(`\u`))
	if bytes.Contains(data, []byte(pythonPrefix)) {
		for _, number := range pythonNumbers {
			data = bytes.ReplaceAll(data, []byte(pythonPrefix+number+`"`), []byte(number))
		}
	}
	return data
}

// isPythonNumber reports whether a JSON value is one of those numbers.
func isPythonNumber(value []byte) bool { return bytes.HasPrefix(value, []byte(pythonPrefix)) }

// withoutSurrogates returns a text that was read after FromPython as people see it.
func withoutSurrogates(text string) string {
	parts := strings.Split(text, loneSurrogate)
	for i := range parts[1:] {
		parts[i+1] = parts[i+1][4:]
	}
	return strings.Join(parts, string(utf8.RuneError))
}

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
