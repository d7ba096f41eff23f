package elyra

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
)

// Python's json module reads and writes NaN, Infinity and -Infinity, which JSON
// doesn't have. Between FromPython and toPython they are strings that no one
// else writes: each process has a prefix of its own, which nobody can guess.
var pythonPrefix = `"` + rand.Text()

// pythonNumbers are the numbers that JSON doesn't have.
var pythonNumbers = []string{"NaN", "Infinity", "-Infinity"}

// FromPython makes JSON of what Python's json module wrote, which also Elyra's
// REST endpoint answers. A [Document] keeps what it stands for and writes it back.
func FromPython(data []byte) []byte {
	if json.Valid(data) {
		return data
	}
	out := make([]byte, 0, len(data))
	for inString := false; len(data) > 0; {
		size := 1
		switch {
		case inString && data[0] == '\\':
			size = min(2, len(data))
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
	if bytes.Contains(data, []byte(pythonPrefix)) {
		for _, number := range pythonNumbers {
			data = bytes.ReplaceAll(data, []byte(pythonPrefix+number+`"`), []byte(number))
		}
	}
	return data
}

// isPythonNumber reports whether a JSON value is one of those numbers.
func isPythonNumber(value []byte) bool { return bytes.HasPrefix(value, []byte(pythonPrefix)) }

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
