package elyra_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestValidators(t *testing.T) {
	tests := []struct {
		rule     string
		validate func(string) error
		value    string
		want     string // part of the message, "" where the value is fine
	}{
		{"pull policy", elyra.ValidatePullPolicy, "Always", ""},
		{"pull policy", elyra.ValidatePullPolicy, "IfNotPresent", ""},
		{"pull policy", elyra.ValidatePullPolicy, "Never", ""},
		{"pull policy", elyra.ValidatePullPolicy, "ifnotpresent", `use "IfNotPresent"`},
		{"pull policy", elyra.ValidatePullPolicy, " NEVER ", `use "Never"`},
		{"pull policy", elyra.ValidatePullPolicy, "Sometimes", `use "Always", "IfNotPresent" or "Never"`},
		{"pull policy", elyra.ValidatePullPolicy, "", "null"},
		{"pull secret", elyra.ValidatePullSecret, "regcred", ""},
		{"pull secret", elyra.ValidatePullSecret, "a.b-c9", ""},
		{"pull secret", elyra.ValidatePullSecret, "", "null"},
		{"pull secret", elyra.ValidatePullSecret, "a", "at least two"},
		{"pull secret", elyra.ValidatePullSecret, "RegCred", `use "regcred"`},
		{"pull secret", elyra.ValidatePullSecret, "-a", "first and last"},
		{"pull secret", elyra.ValidatePullSecret, "ab\n", "the name of a Kubernetes Secret that"},
		{"pull secret", elyra.ValidatePullSecret, strings.Repeat("a", 253), ""},
		{"pull secret", elyra.ValidatePullSecret, strings.Repeat("a", 254), "at most 253"},
		{"tag", elyra.ValidateTag, "gpu", ""},
		{"tag", elyra.ValidateTag, "two  words\tmore", ""},
		{"tag", elyra.ValidateTag, "", "empty"},
		{"tag", elyra.ValidateTag, " \t", "blank"},
		{"tag", elyra.ValidateTag, " gpu", `use "gpu"`},
	}
	for _, tt := range tests {
		err := tt.validate(tt.value)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s %q: %v", tt.rule, tt.value, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s %q: got %v, want %q in it", tt.rule, tt.value, err, tt.want)
		}
	}
}

func TestRuntimeImageEqual(t *testing.T) {
	a := elyra.RuntimeImage{Name: "n", Tags: []string{"a", "b"}}
	if b := (elyra.RuntimeImage{Name: "n", Tags: []string{"b", "a"}}); !a.Equal(b) {
		t.Error("the order of tags counts")
	}
	if b := (elyra.RuntimeImage{Name: "n", Tags: []string{"a"}}); a.Equal(b) {
		t.Error("a missing tag doesn't count")
	}
	for field, edit := range map[string]func(*elyra.RuntimeImage){
		"name":         func(i *elyra.RuntimeImage) { i.Name = "other" },
		"display name": func(i *elyra.RuntimeImage) { i.DisplayName = "Other" },
		"image name":   func(i *elyra.RuntimeImage) { i.ImageName = "other/image:1" },
		"description":  func(i *elyra.RuntimeImage) { i.Description = "Other" },
		"pull policy":  func(i *elyra.RuntimeImage) { i.PullPolicy = elyra.PullNever },
		"pull secret":  func(i *elyra.RuntimeImage) { i.PullSecret = "other" },
	} {
		b := a
		edit(&b)
		if a.Equal(b) {
			t.Errorf("the %s doesn't count", field)
		}
	}
	if !(elyra.RuntimeImage{}).Equal(elyra.RuntimeImage{Tags: []string{}}) {
		t.Error("no tags and empty tags differ")
	}
}

// TestFields: every field of a RuntimeImage is in the list, once, and makes two images differ.
func TestFields(t *testing.T) {
	var image elyra.RuntimeImage
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
		case *elyra.PullPolicy:
			if listed[(*string)(field)] == "" {
				t.Errorf("%s isn't in the list", value.Type().Field(i).Name)
			}
		case *[]string: // the tags
		default:
			t.Errorf("%s has a type that no list deals with", value.Type().Field(i).Name)
		}
	}
}
