package elyra

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
)

// Python's json module reads and writes NaN, Infinity and -Infinity, which JSON
// does not have. Between FromPython and toPython they are strings that no one
// else writes: each process has a prefix of its own, which nobody can guess.
var (
	pythonPrefix  = `"` + rand.Text()
	pythonNumbers = map[string]string{
		"NaN":       pythonPrefix + `NaN"`,
		"Infinity":  pythonPrefix + `Infinity"`,
		"-Infinity": pythonPrefix + `-Infinity"`,
	}
)

// isPythonNumber reports whether a JSON value stands for one of those numbers.
func isPythonNumber(value []byte) bool { return bytes.HasPrefix(value, []byte(pythonPrefix)) }

// FromPython makes JSON of what Python's json module wrote, which also Elyra's
// REST endpoint answers. A [Document] keeps what it stands for and writes it back.
func FromPython(data []byte) []byte {
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
			if token := pythonNumber(data[i:]); token != "" {
				out = append(out, pythonNumbers[token]...)
				i += len(token) - 1
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

func pythonNumber(data []byte) string {
	for token := range pythonNumbers {
		if bytes.HasPrefix(data, []byte(token)) {
			return token
		}
	}
	return ""
}

// toPython undoes FromPython.
func toPython(data []byte) []byte {
	if !bytes.Contains(data, []byte(pythonPrefix)) {
		return data
	}
	for token, stand := range pythonNumbers {
		data = bytes.ReplaceAll(data, []byte(stand), []byte(token))
	}
	return data
}
