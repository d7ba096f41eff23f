package elyra_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestValidators(t *testing.T) {
	t.Parallel()
	check := map[string]func(string) error{"tag": elyra.ValidateTag}
	for _, field := range slices.Concat(elyra.Fields(), elyra.KubeflowPipelines.Fields) {
		check[field.Key] = field.Check
	}
	for _, tt := range []struct {
		rule, value string
		want        string // part of the message, "" if the value is fine
	}{
		{"pull_policy", "Always", ""},
		{"pull_policy", "IfNotPresent", ""},
		{"pull_policy", "Never", ""},
		{"pull_policy", "ifnotpresent", `use "IfNotPresent"`},
		{"pull_policy", " NEVER ", `use "Never"`},
		{"pull_policy", "Sometimes", "isn't one of Always, IfNotPresent, Never"},
		{"pull_policy", "", "null"},
		{"pull_secret", "regcred", ""},
		{"pull_secret", "a.b-c9", ""},
		{"pull_secret", "", "null"},
		{"pull_secret", "a", "2 to 253"},
		{"pull_secret", "RegCred", `use "regcred"`},
		{"pull_secret", "-a", "first and last"},
		{"pull_secret", "ab\n", `use "ab"`},
		{"pull_secret", "a_b", "hyphens, and dots, with a letter or digit first and last"},
		{"pull_secret", strings.Repeat("a", 253), ""},
		{"pull_secret", strings.Repeat("a", 254), "2 to 253"},
		{"cos_bucket", "my_Bucket", `; use "my-bucket"`},
		{"tag", "gpu", ""},
		{"tag", "two  words\tmore", ""},
		{"tag", "", "empty"},
		{"tag", " \t", "blank"},
		{"tag", " gpu", `use "gpu"`},
	} {
		err := check[tt.rule](tt.value)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s %q: %v", tt.rule, tt.value, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s %q: got %v, want %q in it", tt.rule, tt.value, err, tt.want)
		}
	}
}

// TestFields: every field of a RuntimeImage is in the list, once, and makes two images differ, as the name
// and the tags do, except by their order.
func TestFields(t *testing.T) {
	image := elyra.RuntimeImage{Name: "n", Tags: []string{"a", "b"}}
	for _, tt := range []struct {
		name string
		tags []string
		want bool
	}{{"n", []string{"b", "a"}, true}, {"n", []string{"a"}, false}, {"other", []string{"a", "b"}, false}} {
		if image.Equal(elyra.RuntimeImage{Name: tt.name, Tags: tt.tags}) != tt.want {
			t.Errorf("%s with %v: equal is %t", tt.name, tt.tags, !tt.want)
		}
	}
	if !(elyra.RuntimeImage{}).Equal(elyra.RuntimeImage{Tags: []string{}}) {
		t.Error("no tags and empty tags differ")
	}
	listed := map[*string]string{&image.Name: "name"} // which is the file's
	for _, field := range elyra.Fields() {
		if other, twice := listed[field.Of(&image)]; twice {
			t.Errorf("%s and %s are one field", field.Key, other)
		}
		listed[field.Of(&image)] = field.Key
		changed := image
		*field.Of(&changed) = "x"
		if changed.Equal(image) {
			t.Errorf("%s makes no difference", field.Key)
		}
	}
	value := reflect.ValueOf(&image).Elem()
	for i := range value.NumField() {
		switch field := value.Field(i).Addr().Interface().(type) {
		case *string:
			if listed[field] == "" {
				t.Errorf("%s isn't in the list", value.Type().Field(i).Name)
			}
		case *[]string: // the tags
		default:
			t.Errorf("%s has a type that no list deals with", value.Type().Field(i).Name)
		}
	}
}
