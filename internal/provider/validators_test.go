package provider

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	const rule = " isn't a name that Elyra can save: it must consist of lowercase letters, digits, hyphens and underscores, begin with a letter and end with a letter or digit"
	for name, want := range map[string]string{
		"my-name":                "",
		"My-Name":                `"My-Name"` + rule + `; use "my-name"`,
		"My  name\t2":            `"My  name\t2"` + rule + `; use "my_name_2"`,
		"python-3.12-ubi9":       `"python-3.12-ubi9"` + rule + `; use "python-3-12-ubi9"`,
		"1st":                    `"1st"` + rule,
		"größe":                  `"größe"` + rule,
		"../a":                   `"../a"` + rule,
		"":                       "the name is empty",
		strings.Repeat("A", 251): "the name has 251 bytes; file systems leave room for 250",
	} {
		got := ""
		if err := checkName(name); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", name, got, want)
		}
	}
}
