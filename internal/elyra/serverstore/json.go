package serverstore

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// notANumber stands in for what Python writes and JSON does not have. No string
// of Elyra's contains it: Python escapes control characters in lower case.
var notANumber = []byte(`"\u001A"`)

// tolerate makes JSON of Python's: NaN and Infinity, which Elyra takes from a
// file and puts into its answers, become notANumber. Without it one such file
// would make the whole list unreadable.
func tolerate(body []byte) []byte {
	if json.Valid(body) {
		return body
	}
	var out []byte
	inString := false
	for i := 0; i < len(body); i++ {
		switch {
		case inString && body[i] == '\\' && i+1 < len(body):
			out = append(out, body[i])
			i++
		case body[i] == '"':
			inString = !inString
		case !inString && (body[i] == 'N' || body[i] == 'I' || body[i] == '-'):
			if token := python(body[i:]); token > 0 {
				out = append(out, notANumber...)
				i += token - 1
				continue
			}
		}
		out = append(out, body[i])
	}
	return out
}

// python returns the length of the Python number at the start of b that is none
// in JSON, or 0.
func python(b []byte) int {
	for _, token := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(b, []byte(token)) {
			return len(token)
		}
	}
	return 0
}

// escape makes one path segment of a name.
func escape(name string) string {
	switch name {
	case ".", "..":
		return strings.ReplaceAll(name, ".", "%2E")
	}
	return url.PathEscape(name)
}
