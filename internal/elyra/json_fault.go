package elyra

import (
	"bytes"
	"encoding/json"
)

// JSONFault says where text is broken as JSON, in lines and columns as editors count. It returns nil for
// valid JSON.
func JSONFault(text []byte) error {
	var value json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&value) // which detects an early end
	if err == nil {
		err = json.Unmarshal(text, &value) // which looks at all of it
	}
	if err != nil {
		return jsonError(text, err)
	}
	return nil
}
