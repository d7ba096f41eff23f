package provider

import (
	"context"
	"errors"
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
			object := runtimeImageObject{objectArgument: objectArgument{what: "runtime image"}, newDocument: newDocument}
			object.read(argument)
			return object.result(func() (string, error) { return render(object.document) })
		},
	}
}

// runtimeImageObject is a runtime image as a function's argument.
type runtimeImageObject struct {
	objectArgument

	newDocument func(elyra.RuntimeImage) elyra.Document
	image       elyra.RuntimeImage
	// document is the image's, with everything else in it.
	document elyra.Document
}

// ignoredAttributes are attributes of resources and data sources that aren't in the document.
var ignoredAttributes = []string{"name", "id", "location", "overwrite", "json", "writable", "origin", "invalid_reason"}

func (o *runtimeImageObject) read(argument attr.Value) {
	attributes, ok := o.attributes(argument, "display_name and image_name")
	if !ok {
		return
	}
	valid := []string{"extra_json", "tags"}
	for _, field := range elyra.Fields() {
		valid = append(valid, field.Key)
		given := o.text(field.Key, attributes[field.Key], func(value string) error {
			*field.Of(&o.image) = value
			if field.Key == "display_name" {
				o.displayName = value
			}
			return fieldRule(field).check(value)
		})
		if !given && field.Required {
			o.fault("%s is missing", field.Key)
		}
	}
	o.image.Tags = o.tags(attributes["tags"])
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
