package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

func newODHConfigMapKeyFunction() function.Function {
	return providerFunction{
		name: "odh_configmap_key",
		definition: function.Definition{
			Summary:             "The key of a runtime image in Open Data Hub's ConfigMap",
			MarkdownDescription: "Returns the key that Open Data Hub and OpenShift AI use in the ConfigMap `pipeline-runtime-images` for the runtime image with that display name. A display name that gives no key is an error: the notebook controller skips such an image.",
			Parameters:          textParameter("display_name", "Display name of a runtime image."),
			Return:              function.StringReturn{},
		},
		run: runOnText(odh.ConfigMapKey),
	}
}

func newODHRuntimeImagesFunction() function.Function {
	return providerFunction{
		name: "odh_runtime_images",
		definition: function.Definition{
			Summary: "The runtime images in Open Data Hub's manifests",
			MarkdownDescription: "Reads the runtime images from ImageStreams or from the ConfigMap `pipeline-runtime-images` of Open Data Hub and OpenShift AI, as `oc get … -o json` writes them. Returns a map of objects, each as `parse_runtime_image_json` returns it, by their keys in the ConfigMap.\n\n" +
				"ImageStreams are read as the notebook controller reads them. It skips an ImageStream without the label `opendatahub.io/runtime-image: \"true\"` or without tags, and a tag without `from.name`, without the annotation `" + odh.AnnotationKey + "`, or without a display name in it. If two tags give the same key, the last one counts.\n\n" +
				"The controller also takes images that Elyra rejects. They're included as far as they can be read, and are an error in the functions and resources that use them. A value that isn't a JSON object is an error.",
			Parameters: textParameter("text", "JSON text: an ImageStream, a ConfigMap, or a list of them."),
			Return:     function.MapReturn{ElementType: types.ObjectType{AttrTypes: typesOf(parsedImageObject(elyra.Document{}))}},
		},
		run: runOnText(func(text string) (map[string]types.Object, error) {
			documents, err := odh.ParseManifests(text)
			objects := make(map[string]types.Object, len(documents))
			for key, document := range documents {
				objects[key] = parsedImageObject(document)
			}
			return objects, err
		}),
	}
}
