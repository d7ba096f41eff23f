package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

func newRuntimeImageJSONFunction() function.Function {
	return newRuntimeImageFunction("runtime_image_json", "The document of a runtime image",
		"Returns the JSON document of a runtime image, byte for byte as `elyra-metadata create runtime-images` writes it to a file. The tags in a list keep their order; a set has no order, and its tags are sorted.",
		elyra.NewDocument,
		func(document elyra.Document) (string, error) { return string(document.Encode()), nil })
}

func newODHConfigMapJSONFunction() function.Function {
	return newRuntimeImageFunction("odh_configmap_json", "A runtime image as a value in Open Data Hub's ConfigMap",
		"Returns the document of a runtime image as Open Data Hub and OpenShift AI keep it in the ConfigMap `pipeline-runtime-images`, under the key that `odh_configmap_key` returns. The text is exactly what the notebook controller makes of the annotation that `odh_image_stream_annotation` returns. "+odhMetadata,
		odh.NewDocument, odh.ConfigMapValue)
}

func newODHImageStreamAnnotationFunction() function.Function {
	return newRuntimeImageFunction("odh_image_stream_annotation", "A runtime image as the annotation of an ImageStream's tag",
		"Returns the value of the annotation `"+odh.AnnotationKey+"`, which makes an ImageStream's tag a runtime image in Open Data Hub and OpenShift AI. It doesn't have the image name, which the notebook controller takes from the tag's `from.name`. The ImageStream itself needs the label `opendatahub.io/runtime-image: \"true\"`. "+odhMetadata,
		odh.NewDocument, odh.ImageStreamAnnotation)
}

const odhMetadata = "Without `extra_json`, `metadata` repeats the display name, as Open Data Hub's own images do."

// newRuntimeImageFunction returns a function that renders a runtime image, given as an object. The
// document of an object without extra_json is as newDocument makes it.
func newRuntimeImageFunction(name, summary, description string, newDocument func(elyra.RuntimeImage) elyra.Document, render func(elyra.Document) (string, error)) function.Function {
	return providerFunction{
		name: name,
		definition: function.Definition{
			Summary:             summary,
			MarkdownDescription: description,
			Parameters: []function.Parameter{function.DynamicParameter{
				Name:                "runtime_image",
				MarkdownDescription: "Object with `display_name`, `image_name`, and optionally `description`, `pull_policy`, `pull_secret`, and `tags`, which follow the rules of the resource `elyra_runtime_image`, and `extra_json`, a JSON object with what else the document has. It can also be a whole `elyra_runtime_image`, managed or read, and what `parse_runtime_image_json` returns.",
				// The location of a resource may be unknown while planning, and the document doesn't need it.
				AllowUnknownValues: true,
			}},
			Return: function.StringReturn{},
		},
		run: func(ctx context.Context, arguments function.ArgumentsData) (any, *function.FuncError) {
			var argument types.Dynamic
			if err := arguments.Get(ctx, &argument); err != nil {
				return nil, err
			}
			object := runtimeImageObject{newDocument: newDocument}
			object.read(argument)
			text := types.StringUnknown()
			if len(object.faults) == 0 && !object.unknown {
				rendered, err := render(object.document)
				if err != nil {
					object.fault("%v", err)
				}
				text = types.StringValue(rendered)
			}
			if len(object.faults) > 0 {
				return nil, function.NewArgumentFuncError(0, object.describe())
			}
			return text, nil
		},
	}
}

// runtimeImageObject is a runtime image as a function's argument.
type runtimeImageObject struct {
	newDocument func(elyra.RuntimeImage) elyra.Document

	image elyra.RuntimeImage
	// document is the image's, with everything else in it.
	document elyra.Document
	// unknown reports that the image depends on something that isn't known yet.
	unknown bool
	// faults has a clause for each thing that's wrong.
	faults []string
}

// ignoredAttributes are attributes of resources and data sources that aren't in the document.
var ignoredAttributes = []string{"name", "id", "location", "overwrite", "json", "writable", "origin", "invalid_reason"}

func (o *runtimeImageObject) read(argument attr.Value) {
	argument = underlying(argument)
	if argument.IsUnknown() {
		o.unknown = true
		return
	}
	var attributes map[string]attr.Value
	switch argument := argument.(type) {
	case types.Object:
		attributes = argument.Attributes()
	case types.Map:
		attributes = argument.Elements()
	default:
		o.fault("the value must be an object with display_name and image_name")
		return
	}
	valid := []string{"extra_json", "tags"}
	for _, field := range elyra.Fields() {
		valid = append(valid, field.Key)
		given := o.text(field.Key, attributes[field.Key], func(value string) error {
			*field.Of(&o.image) = value
			return fieldRule(field).check(value)
		})
		if !given && field.Required {
			o.fault("%s is missing", field.Key)
		}
	}
	o.readTags(attributes["tags"])
	given := o.text("extra_json", attributes["extra_json"], func(extra string) (err error) {
		if extra == "" {
			return errors.New("an empty text isn't a JSON object; leave it out, or use null")
		}
		o.document, err = elyra.NewDocument(o.image).WithExtra(extra)
		return err
	})
	if !given {
		o.document = o.newDocument(o.image)
	}
	slices.Sort(valid)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !slices.Contains(valid, name) && !slices.Contains(ignoredAttributes, name) {
			o.fault("%q isn't an attribute of a runtime image, which has %s", name, strings.Join(valid, ", "))
		}
	}
}

func (o *runtimeImageObject) readTags(value attr.Value) {
	value = underlying(value)
	if value == nil || value.IsNull() {
		return
	}
	if value.IsUnknown() {
		o.unknown = true
		return
	}
	collection, ok := value.(interface{ Elements() []attr.Value }) // list, set, tuple
	if !ok {
		o.fault("tags: the value must be a list or set of strings")
		return
	}
	for _, element := range collection.Elements() {
		given := o.text("tags", element, func(tag string) error {
			if !slices.Contains(o.image.Tags, tag) { // as in a set
				o.image.Tags = append(o.image.Tags, tag)
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
func (o *runtimeImageObject) text(name string, value attr.Value, use func(string) error) bool {
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

// describe says what's wrong, and with which image: a call is often one of many.
func (o *runtimeImageObject) describe() string {
	faults := strings.Join(o.faults, "; ")
	if o.image.DisplayName == "" {
		return faults
	}
	return fmt.Sprintf("the runtime image %q: %s", o.image.DisplayName, faults)
}

func (o *runtimeImageObject) fault(format string, args ...any) {
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
