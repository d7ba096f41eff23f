package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/provider"
)

// Everything that a reader can set or get says what it is: this is all that editors and the documentation
// know. The rest of the output is in docs/, which "make check-generate" compares.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	if err := write(t.Context(), &written, "elyra", provider.NewServer("test")()); err != nil {
		t.Fatal(err)
	}
	var schemas any
	if err := json.Unmarshal(written.Bytes(), &schemas); err != nil {
		t.Fatal(err)
	}
	if seen := described(t, "", schemas); seen < 60 {
		t.Errorf("only %d descriptions were looked at", seen)
	}
}

// described checks all descriptions in a value of JSON, and returns their number.
func described(t *testing.T, where string, value any) (seen int) {
	t.Helper()
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			seen += described(t, fmt.Sprint(where, ".", i), element)
		}
	case map[string]any:
		for _, needs := range [][2]string{{"description_kind", "description"}, {"type", "description"}, {"return_type", "description"}, {"return_type", "summary"}} {
			if _, isName := value[needs[0]].(map[string]any); isName || value[needs[0]] == nil { // of an attribute
				continue
			}
			seen++
			if text, _ := value[needs[1]].(string); text == "" {
				t.Errorf("%s has no %s", where, needs[1])
			}
		}
		for key, element := range value {
			seen += described(t, where+"."+key, element)
		}
	}
	return seen
}
