package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// objectType is what a function takes as an object: an instance of Elyra's.
type objectType struct {
	// what is the noun for the instance.
	what   string
	fields []elyra.Field
	// further are the attributes besides fields and tags that aren't a fault. None is that's null.
	further []string
}

// objectArgument is one that was given.
type objectArgument struct {
	objectType

	// values are those of the fields, by key.
	values map[string]string
	tags   []string
	// unknown are the attributes that aren't known yet; the empty name is that of the whole object.
	unknown []string
	// faults has a clause for each thing that's wrong. None quotes a secret, since no rule does.
	faults []string
}

// newObjectFunction returns a function that renders an instance, given as an object. Render also gets the object's
// attributes.
func newObjectFunction(name string, definition function.Definition, parameter function.DynamicParameter, object objectType, render func(*objectArgument, map[string]attr.Value) (string, error)) function.Function {
	parameter.AllowUnknownValues = true // while planning, such as the location of a resource, which the document doesn't need
	definition.Parameters, definition.Return = []function.Parameter{parameter}, function.StringReturn{}
	return providerFunction{
		name:       name,
		definition: definition,
		run: func(ctx context.Context, arguments function.ArgumentsData) (any, *function.FuncError) {
			var argument types.Dynamic
			if err := arguments.Get(ctx, &argument); err != nil {
				return nil, err
			}
			object := objectArgument{objectType: object, values: map[string]string{}}
			text := ""
			if attributes, ok := object.read(argument); ok {
				var err error
				if text, err = render(&object, attributes); err != nil && len(object.faults)+len(object.unknown) == 0 {
					object.fault("%v", err)
				}
			}
			switch {
			case len(object.faults) > 0:
				return nil, function.NewArgumentFuncError(0, object.describe())
			case len(object.unknown) > 0:
				return types.StringUnknown(), nil
			}
			return text, nil
		},
	}
}

// read reads an object or a map, and returns its attributes. It returns false if it isn't one, or isn't known.
func (o *objectArgument) read(argument attr.Value) (attributes map[string]attr.Value, ok bool) {
	argument = underlying(argument)
	object, isObject := argument.(types.Object)
	elements, isMap := argument.(types.Map)
	switch {
	case argument.IsUnknown():
		o.unknown = append(o.unknown, "")
		return nil, false
	case isObject:
		attributes = object.Attributes()
	case isMap:
		attributes = elements.Elements()
	default:
		o.fault("the value must be an object with %s and other attributes", o.fields[0].Key)
		return nil, false
	}
	known := append([]string{"tags"}, o.further...)
	for _, field := range o.fields {
		known = append(known, field.Key)
		given := o.text(field.Key, attributes[field.Key], func(value string) error {
			o.values[field.Key] = value
			return fieldRule(field).check(value)
		})
		if !given && field.Required {
			o.fault("%s is missing", field.Key)
		}
	}
	o.readTags(attributes["tags"])
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		isNull := attributes[name].IsNull()
		switch like := slices.MinFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) }); {
		case slices.Contains(known, name), isNull:
		case distance(name, like) <= max(1, (len(name)-1)/4):
			o.fault("%q isn't an attribute of this %s; use %q, or remove it", name, o.what, like)
		default:
			o.fault("%q isn't an attribute of this %s; remove it", name, o.what)
		}
	}
	return attributes, true
}

// readTags reads a list or set of tags, each once.
func (o *objectArgument) readTags(value attr.Value) {
	value = underlying(value)
	if value == nil || value.IsNull() {
		return
	}
	if value.IsUnknown() {
		o.unknown = append(o.unknown, "tags")
		return
	}
	elements, ok := value.(collection)
	if !ok {
		o.fault("tags: the value must be a list or set of strings")
		return
	}
	for _, element := range elements.Elements() {
		given := o.text("tags", element, func(tag string) error {
			if !slices.Contains(o.tags, tag) { // as in a set
				o.tags = append(o.tags, tag)
			}
			return tagRule.check(tag)
		})
		if !given {
			o.fault("tags: an element must not be null; leave it out, for example with compact()")
		}
	}
}

// text hands over a primitive value as Terraform converts it to a string, unless it's unknown. It
// returns false if the value is null, or absent.
func (o *objectArgument) text(name string, value attr.Value, use func(string) error) bool {
	value = underlying(value)
	if value == nil || value.IsNull() {
		return false
	}
	if value.IsUnknown() { // of whatever type
		o.unknown = append(o.unknown, name)
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
	if o.values["display_name"] == "" {
		return faults
	}
	return fmt.Sprintf("the %s %q: %s", o.what, o.values["display_name"], faults)
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
