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

var _ function.Function = runtimeImageFunction{}

// runtimeImageFunction renders a runtime image, given as an object, as text.
type runtimeImageFunction struct {
	name        string
	summary     string
	description string
	render      func(elyra.Document) (string, error)
}

func newRuntimeImageJSONFunction() function.Function {
	return runtimeImageFunction{
		name:        "runtime_image_json",
		summary:     "The document of a runtime image",
		description: "Returns the JSON document of a runtime image, byte for byte as `elyra-metadata create runtime-images` writes it to a file. The tags of a list keep their order; a set has none, and is sorted.",
		render:      func(document elyra.Document) (string, error) { return string(document.Encode()), nil },
	}
}

func newODHConfigMapJSONFunction() function.Function {
	return runtimeImageFunction{
		name:        "odh_configmap_json",
		summary:     "A runtime image as a value of Open Data Hub's ConfigMap",
		description: "Returns the document of a runtime image as Open Data Hub and OpenShift AI keep it in the ConfigMap `pipeline-runtime-images`, under the key that `odh_configmap_key` gives. The text is what the notebook controller makes of the annotation that `odh_image_stream_annotation` gives, so that the two never differ.",
		render:      odh.ConfigMapValue,
	}
}

func newODHImageStreamAnnotationFunction() function.Function {
	return runtimeImageFunction{
		name:        "odh_image_stream_annotation",
		summary:     "A runtime image as the annotation of an ImageStream's tag",
		description: "Returns the value of the annotation `" + odh.AnnotationKey + "` that makes the tag of an ImageStream a runtime image in Open Data Hub and OpenShift AI. The image's name is not in it: the notebook controller takes that from the tag's `from.name`. The ImageStream itself needs the label `opendatahub.io/runtime-image: \"true\"`.",
		render:      odh.ImageStreamAnnotation,
	}
}

func (f runtimeImageFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f runtimeImageFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             f.summary,
		MarkdownDescription: f.description + "\n\nWorks without any configuration of the provider.",
		Parameters: []function.Parameter{function.DynamicParameter{
			Name:                "runtime_image",
			MarkdownDescription: "Object with `display_name` and `image_name` and, where wanted, `description`, `pull_policy`, `pull_secret` and `tags`, by the rules of the resource `elyra_runtime_image`, and `extra_json`, a JSON object with what else is to be in `metadata`. A whole `elyra_runtime_image`, managed or read, will do, and what `parse_runtime_image_json` returns.",
			// Of a resource that is yet to be created, the location may be unknown,
			// which is no reason not to render it.
			AllowUnknownValues: true,
		}},
		Return: function.StringReturn{},
	}
}

func (f runtimeImageFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var argument types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &argument); resp.Error != nil {
		return
	}
	var object runtimeImageObject
	object.read(argument)
	if object.unknown && len(object.faults) == 0 {
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
		return
	}
	text := ""
	if len(object.faults) == 0 {
		var err error
		if text, err = f.render(object.document); err != nil {
			object.fault("%v", err)
		}
	}
	if len(object.faults) > 0 {
		resp.Error = function.NewArgumentFuncError(0, object.describe())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}

// runtimeImageObject is a runtime image as a function's argument.
type runtimeImageObject struct {
	image elyra.RuntimeImage
	// document is the image's, with everything else that is to be in it.
	document elyra.Document
	// unknown: something that the image depends on is not known yet.
	unknown bool
	// faults has one clause for each thing wrong.
	faults []string
}

// ignoredAttributes are those of resources and data sources that are no fields of
// the document.
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
	o.document = elyra.NewDocument(o.image)
	o.readExtra(attributes["extra_json"])
	slices.Sort(valid)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !slices.Contains(valid, name) && !slices.Contains(ignoredAttributes, name) {
			o.fault("%q is not an attribute of a runtime image, which has %s", name, strings.Join(valid, ", "))
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
	case !given || extra.IsNull():
	case extra.IsUnknown():
		o.unknown = true
	case extra.ValueString() == "":
		o.fault("extra_json: an empty text is not a JSON object; leave it out, or use null")
	default:
		var err error
		if o.document, err = o.document.WithExtra(extra.ValueString()); err != nil {
			o.fault("extra_json: %v", err)
		}
	}
}

// describe says what is wrong, and with which image: there may be many of them.
func (o *runtimeImageObject) describe() string {
	faults := strings.Join(o.faults, "; ")
	if o.image.DisplayName == "" {
		return faults
	}
	return fmt.Sprintf("the runtime image %q: %s", o.image.DisplayName, faults)
}

// text reads a primitive value as Terraform does where a string is wanted. It
// returns false, and notes a fault, where there is none.
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

// underlying strips off the dynamic types around a value.
func underlying(value attr.Value) attr.Value {
	for {
		dynamic, ok := value.(types.Dynamic)
		if !ok || dynamic.UnderlyingValue() == nil {
			return value
		}
		value = dynamic.UnderlyingValue()
	}
}
