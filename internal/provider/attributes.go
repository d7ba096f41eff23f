package provider

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attributes are those of a resource in the form that costs least to read.
type attributes map[string]tftypes.Value

// attributesOf returns nil for a null object.
func attributesOf(object tftypes.Value) attributes {
	var values map[string]tftypes.Value
	if object.IsNull() || object.As(&values) != nil {
		return nil
	}
	return values
}

// text returns a string attribute, empty for null, and false where it is unknown
// or absent.
func (a attributes) text(name string) (text string, ok bool) {
	value, ok := a[name]
	if !ok || !value.IsKnown() {
		return "", false
	}
	if !value.IsNull() && value.As(&text) != nil {
		return "", false
	}
	return text, true
}
