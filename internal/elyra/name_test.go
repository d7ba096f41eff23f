package elyra_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestNameFromDisplayName holds names against those that Elyra made.
func TestNameFromDisplayName(t *testing.T) {
	data, err := os.ReadFile("testdata/instance_names.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		DisplayName string  `json:"display_name"`
		Name        *string `json:"name"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 30 {
		t.Errorf("there are %d names only", len(vectors))
	}
	for _, v := range vectors {
		got, err := elyra.NameFromDisplayName(v.DisplayName)
		switch {
		case v.Name == nil:
			if err == nil {
				t.Errorf("NameFromDisplayName(%q) = %q, want an error", v.DisplayName, got)
			}
		case err != nil || got != *v.Name:
			t.Errorf("NameFromDisplayName(%q) = %q, %v; want %q", v.DisplayName, got, err, *v.Name)
		}
	}
}

func TestValidateName(t *testing.T) {
	for name, ok := range map[string]bool{
		"a": true, "a1": true, "anaconda-py311": true, "a_b-c": true, "a__b": true,
		"": false, "A": false, "1a": false, "-a": false, "a-": false, "a_": false, "a,": false,
		"a.b": false, "a b": false, "a/b": false, "../a": false, "a\n": false, "ä": false,
		strings.Repeat("a", 250): true, strings.Repeat("a", 251): false,
	} {
		if err := elyra.ValidateName(name); (err == nil) != ok {
			t.Errorf("ValidateName(%q) = %v, want ok %t", name, err, ok)
		}
	}
}

func FuzzNameFromDisplayName(f *testing.F) {
	for _, s := range []string{"", "My runtime image", " x ", "日本", "\u212a\u0130", "\x1c", "-", strings.Repeat("x", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, displayName string) {
		name, err := elyra.NameFromDisplayName(displayName)
		if err != nil {
			return
		}
		if err := elyra.ValidateName(name); err != nil && len(name) <= 250 {
			t.Errorf("NameFromDisplayName(%q) = %q, which isn't a name: %v", displayName, name, err)
		}
		if again, err := elyra.NameFromDisplayName(name); err != nil || again != name {
			t.Errorf("the name %q of %q becomes %q, %v", name, displayName, again, err)
		}
	})
}
