package elyra_test

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestNameFromDisplayName holds names against those that Elyra made; "" where it fails.
func TestNameFromDisplayName(t *testing.T) {
	for displayName, want := range map[string]string{
		"My runtime image": "my_runtime_image", "R Script 4.3.1": "r_script_431", "Pandas 2.3.2": "pandas_232",
		"Anaconda (2024.02-1) with Python 3.x": "anaconda_202402-1_with_python_3x",
		"TensorFlow 2.x (GPU) + Python3":       "tensorflow_2x_gpu__python3",
		"  leading":                            "a__leading", "trailing  ": "trailing__0", "  ": "a___0",
		"a\tb\nc": "a_b_c", "tab\vvt": "tab_vt", "a\u00a0b": "a_b", "a\u2003b": "a_b", "a , b": "a__b", "a--b__c": "a--b__c",
		"123 start": "a_123_start", "-dash": "a_-dash", "end-": "end-_0", "end_": "end__0", "--": "a_--_0",
		"x": "x", "A": "a", "9": "a_9", "日本": "", "!!!": "", "Image: v1.0/β": "image_v10", "emoji 😀 end": "emoji__end",
		"Ünïcode Näme": "ncode_nme", "ÅNGSTRÖM": "ngstrm", "\u0130stanbul": "istanbul", "\u212a": "k", "١٢٣ digits": "a__digits",
	} {
		if got, err := elyra.NameFromDisplayName(displayName); got != want || (err == nil) != (want != "") {
			t.Errorf("NameFromDisplayName(%q) = %q, %v; want %q", displayName, got, err, want)
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
