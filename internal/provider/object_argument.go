package provider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// objectArgument is a function's argument that is an object: an instance of Elyra's.
type objectArgument struct {
	// what is the noun for the instance, and displayName its name in messages.
	what, displayName string
	// unknown reports that the instance depends on something that isn't known yet.
	unknown bool
	// faults has a clause for each thing that's wrong.
	faults []string
}

// attributes returns those of an object or a map that's known. needs says in a fault what it must have.
func (o *objectArgument) attributes(argument attr.Value, needs string) (map[string]attr.Value, bool) {
	argument = underlying(argument)
	if argument.IsUnknown() {
		o.unknown = true
		return nil, false
	}
	switch argument := argument.(type) {
	case types.Object:
		return argument.Attributes(), true
	case types.Map:
		return argument.Elements(), true
	}
	o.fault("the value must be an object with %s", needs)
	return nil, false
}

// result is the function's: a text, if all is known and right.
func (o *objectArgument) result(render func() (string, error)) (any, *function.FuncError) {
	text := types.StringUnknown()
	if len(o.faults) == 0 && !o.unknown {
		rendered, err := render()
		if err != nil {
			o.fault("%v", err)
		}
		text = types.StringValue(rendered)
	}
	if len(o.faults) > 0 {
		return nil, function.NewArgumentFuncError(0, o.describe())
	}
	return text, nil
}

// tags reads a list or set of tags, each once.
func (o *objectArgument) tags(value attr.Value) (tags []string) {
	value = underlying(value)
	if value == nil || value.IsNull() {
		return nil
	}
	if value.IsUnknown() {
		o.unknown = true
		return nil
	}
	collection, ok := value.(interface{ Elements() []attr.Value }) // list, set, tuple
	if !ok {
		o.fault("tags: the value must be a list or set of strings")
		return nil
	}
	for _, element := range collection.Elements() {
		given := o.text("tags", element, func(tag string) error {
			if !slices.Contains(tags, tag) { // as in a set
				tags = append(tags, tag)
			}
			return tagRule.check(tag)
		})
		if !given {
			o.fault("tags: an element must not be null; leave it out, for example with compact()")
		}
	}
	return tags
}

// text hands over a primitive value as Terraform converts it to a string, unless it's unknown. It
// returns false if the value is null, or absent.
func (o *objectArgument) text(name string, value attr.Value, use func(string) error) bool {
	value = underlying(value)
	if value == nil || value.IsNull() {
		return false
	}
	if value.IsUnknown() { // of whatever type
		o.unknown = true
		return true
	}
	var text string
	switch primitive := value.(type) {
	case types.String:
		text = primitive.ValueString()
	case types.Number:
		text = primitive.ValueBigFloat().Text('f', -1)
	case types.Bool:
		text = strconv.FormatBool(primitive.ValueBool())
	default:
		o.fault("%s: the value must be a string", name)
		return true
	}
	if err := use(text); err != nil {
		o.fault("%s: %v", name, err)
	}
	return true
}

// describe says what's wrong, and with which instance: a call is often one of many.
func (o *objectArgument) describe() string {
	faults := strings.Join(o.faults, "; ")
	if o.displayName == "" {
		return faults
	}
	return fmt.Sprintf("the %s %q: %s", o.what, o.displayName, faults)
}

func (o *objectArgument) fault(format string, args ...any) {
	o.faults = append(o.faults, fmt.Sprintf(format, args...))
}

// underlying removes the dynamic types around a value.
func underlying(value attr.Value) attr.Value {
	for {
		dynamic, ok := value.(types.Dynamic)
		if !ok || dynamic.UnderlyingValue() == nil {
			return value
		}
		value = dynamic.UnderlyingValue()
	}
}
