package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/imageref"
)

func newParseImageNameFunction() function.Function {
	return providerFunction{
		name: "parse_image_name",
		definition: function.Definition{
			Summary: "The parts of a container image's name",
			MarkdownDescription: "Splits an image name into its parts. The name must follow the same rules as `image_name` in `elyra_runtime_image`; an image name that Elyra's pipelines can't use is an error. Returns an object:\n\n" +
				"- `registry`: host and port; `docker.io` if the name has none\n" +
				"- `repository`: path within the registry, such as `jdoe/my-image`\n" +
				"- `owner`: the repository up to its last `/`; null if it has none\n" +
				"- `image`: the last part of the repository\n" +
				"- `tag`: null if the name has none\n" +
				"- `digest`: algorithm and digits, `sha256:…`; null if the name has none\n" +
				"- `pinned`: whether there's a digest, so that the name always means the same image",
			Parameters: textParameter("image_name", "Container image, `[registry/]owner/image[:tag][@digest]`."),
			Return:     function.ObjectReturn{AttributeTypes: typesOf(imageNameObject(imageref.Reference{}))},
		},
		run: runOnText(func(imageName string) (types.Object, error) {
			ref, err := imageref.Parse(imageName)
			return imageNameObject(ref), err
		}),
	}
}

func imageNameObject(ref imageref.Reference) types.Object {
	return objectOf(map[string]attr.Value{
		"registry":   types.StringValue(ref.Registry),
		"repository": types.StringValue(ref.Repository),
		"owner":      stringOrNull(ref.Owner),
		"image":      types.StringValue(ref.Image),
		"tag":        stringOrNull(ref.Tag),
		"digest":     stringOrNull(ref.Digest),
		"pinned":     types.BoolValue(ref.Digest != ""),
	})
}
