package provider

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"

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
	parameter := function.DynamicParameter{
		Name:                "runtime_image",
		MarkdownDescription: "Object with `display_name`, `image_name`, and optionally `description`, `pull_policy`, `pull_secret`, and `tags`, which follow the rules of the resource `elyra_runtime_image`, and `extra_json`, a JSON object with the document's other keys. It can also be a whole `elyra_runtime_image`, managed or read, and what `parse_runtime_image_json` returns.",
	}
	definition := function.Definition{Summary: summary, MarkdownDescription: description}
	return newObjectFunction(name, definition, parameter, objectType{"runtime image", elyra.Fields(), otherAttributes},
		func(object *objectArgument, attributes map[string]attr.Value) (string, error) {
			image := runtimeImage(object.values, object.tags)
			document := newDocument(image)
			object.text("extra_json", attributes["extra_json"], func(extra string) (err error) {
				if extra == "" {
					return errors.New("an empty text isn't a JSON object; leave it out, or use null")
				}
				document, err = elyra.NewDocument(image).WithExtra(extra)
				return err
			})
			return render(document)
		})
}

// otherAttributes are the attributes of resources, data sources, and objects that aren't fields. Only extra_json is in
// the document.
var otherAttributes = []string{"extra_json", "name", "id", "location", "overwrite", "json", "writable", "origin", "invalid_reason"}
