package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

func newParseRuntimeImageJSONFunction() function.Function {
	return providerFunction{
		name: "parse_runtime_image_json",
		definition: function.Definition{
			Summary: "The runtime image in a document",
			MarkdownDescription: "Reads the JSON document of a runtime image: a file of Elyra's, a value in Open Data Hub's ConfigMap `pipeline-runtime-images`, or the annotation `" + odh.AnnotationKey + "` of an ImageStream's tag. Returns an object:\n\n" +
				"- `display_name`, `image_name`: as in `elyra_runtime_image`\n" +
				"- `description`, `pull_policy`, `pull_secret`: null if the document doesn't have them\n" +
				"- `tags`: a list, in the document's order; empty if the document has none\n" +
				"- `extra_json`: everything else in the document, as the text of a JSON object that `jsondecode` reads: the other keys of `metadata`, those whose value means the same as none (such as `\"tags\": []`), and, under `$document`, other keys of the document itself\n\n" +
				"`runtime_image_json`, `odh_configmap_json`, and `odh_image_stream_annotation` take the object as it is and give the same JSON value back. (An annotation never has an `image_name`.) The attributes, except for `extra_json`, are also those of the resource `elyra_runtime_image`.\n\n" +
				"A document that Elyra would reject is an error that lists every reason. An `image_name` that pipelines can't use isn't an error here, only in the functions and resources that use it.",
			Parameters: textParameter("text", "JSON text: an object, or an array of one."),
			VariadicParameter: function.StringParameter{
				Name:                "image_name",
				MarkdownDescription: "At most one container image, which replaces the one in the text. The annotation of an ImageStream's tag has none; pass the tag's `from.name`.",
			},
			Return: function.ObjectReturn{AttributeTypes: typesOf(parsedImageObject(elyra.Document{}))},
		},
		run: func(ctx context.Context, arguments function.ArgumentsData) (any, *function.FuncError) {
			var text, imageName string
			var imageNames []string
			if err := arguments.Get(ctx, &text, &imageNames); err != nil {
				return nil, err
			}
			switch {
			case len(imageNames) > 1:
				return nil, function.NewArgumentFuncError(2, "there can be only one image name")
			case len(imageNames) == 1 && imageNames[0] == "":
				return nil, function.NewArgumentFuncError(1, "the image name is empty; leave it out to use the one in the text")
			case len(imageNames) == 1:
				imageName = imageNames[0]
			}
			document, err := odh.Parse(text, imageName)
			if err != nil {
				return nil, function.NewArgumentFuncError(0, err.Error())
			}
			return parsedImageObject(document), nil
		},
	}
}

// parsedImageObject is a document as the functions that render one take it. If Elyra rejects the
// document, it has what can be read.
func parsedImageObject(document elyra.Document) types.Object {
	image, _ := document.Image("")
	values := map[string]attr.Value{
		"tags":       stringList(image.Tags),
		"extra_json": types.StringValue(document.Extra()),
	}
	for _, field := range elyra.Fields() {
		values[field.Key] = stringOrNull(*field.Of(&image))
	}
	return objectOf(values)
}
