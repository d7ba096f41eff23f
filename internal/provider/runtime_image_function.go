package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	for _, text := range new(documentModel).texts(&o.image) {
		name := text.name
		valid = append(valid, name)
		value, given := o.text(name, attributes[name])
		switch {
		case !given:
		case value.IsUnknown():
			o.unknown = true
		case !value.IsNull():
			*text.field = value.ValueString()
			if err := text.rule.check(*text.field); err != nil {
				o.fault("%s: %v", name, err)
			}
		case text.required:
			o.fault("%s is missing", name)
		}
	}
	o.readTags(attributes["tags"])
	o.readExtra(attributes["extra_json"])
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
		tag, given := o.text("tags", element)
		switch {
		case !given:
		case tag.IsUnknown():
			o.unknown = true
		case tag.IsNull():
			o.fault("tags: an element must not be null; leave it out, for example with compact()")
		case slices.Contains(o.image.Tags, tag.ValueString()): // as a set has it
		default:
			o.image.Tags = append(o.image.Tags, tag.ValueString())
			if err := tagRule.check(tag.ValueString()); err != nil {
				o.fault("tags: %v", err)
			}
		}
	}
}

func (o *runtimeImageObject) readExtra(value attr.Value) {
	extra, given := o.text("extra_json", value)
	switch {
	case !given:
	case extra.IsNull():
		o.document = o.newDocument(o.image)
	case extra.IsUnknown():
		o.unknown = true
	case extra.ValueString() == "":
		o.fault("extra_json: an empty text isn't a JSON object; leave it out, or use null")
	default:
		var err error
		if o.document, err = elyra.NewDocument(o.image).WithExtra(extra.ValueString()); err != nil {
			o.fault("extra_json: %v", err)
		}
	}
}

// describe says what's wrong, and with which image: a call is often one of many.
func (o *runtimeImageObject) describe() string {
	faults := strings.Join(o.faults, "; ")
	if o.image.DisplayName == "" {
		return faults
	}
	return fmt.Sprintf("the runtime image %q: %s", o.image.DisplayName, faults)
}

// text converts a primitive value to a string as Terraform does. For any other value, it adds a fault
// and returns false.
func (o *runtimeImageObject) text(name string, value attr.Value) (types.String, bool) {
	value = underlying(value)
	if value == nil || value.IsNull() {
		return types.StringNull(), true
	}
	if value.IsUnknown() {
		return types.StringUnknown(), true
	}
	switch value := value.(type) {
	case types.String:
		return value, true
	case types.Number:
		return types.StringValue(value.ValueBigFloat().Text('f', -1)), true
	case types.Bool:
		return types.StringValue(fmt.Sprint(value.ValueBool())), true
	}
	o.fault("%s: the value must be a string", name)
	return types.StringNull(), false
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
