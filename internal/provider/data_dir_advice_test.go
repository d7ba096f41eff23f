package provider

import (
	"strings"
	"testing"
)

// TestCheckDirectory: what nobody means as a data directory is refused, with the value to use.
func TestCheckDirectory(t *testing.T) {
	t.Parallel()
	for dir, want := range map[string]string{
		"":                                   "null",
		" ":                                  "null",
		"/data\n":                            `use "/data", or trimspace`,
		" /data":                             `use "/data"`,
		"~/data":                             `pathexpand("~/data")`,
		"$HOME/data":                         `pathexpand("~/data")`,
		"${HOME}/data":                       `pathexpand("~/data")`,
		"$DATA":                              "TF_VAR_",
		"file:///data":                       `the path "/data"`,
		"/data/metadata/runtime-images":      `: "/data"`,
		"/data/metadata/runtime-images/":     `: "/data"`,
		"/data/metadata/runtimes":            `: "/data"`,
		"metadata/runtime-images":            `: "."`,
		"/usr/local/share/jupyter":           "",
		"relative":                           "",
		"/data/metadata/runtime-images-copy": "",
	} {
		err := checkDirectory(dir)
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", dir, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %s", dir, err, want)
		}
	}
}
