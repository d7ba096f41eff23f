package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

var _ function.Function = parseRuntimeImageJSONFunction{}

func newParseRuntimeImageJSONFunction() function.Function { return parseRuntimeImageJSONFunction{} }

type parseRuntimeImageJSONFunction struct{}

// parsedImageModel is what the functions that take a runtime image take.
type parsedImageModel struct {
	DisplayName types.String `tfsdk:"display_name"`
	ImageName   types.String `tfsdk:"image_name"`
	Description types.String `tfsdk:"description"`
	PullPolicy  types.String `tfsdk:"pull_policy"`
	PullSecret  types.String `tfsdk:"pull_secret"`
	Tags        []string     `tfsdk:"tags"`
	ExtraJSON   types.String `tfsdk:"extra_json"`
}

func (parseRuntimeImageJSONFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_runtime_image_json"
}

func (parseRuntimeImageJSONFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The runtime image of a document",
		MarkdownDescription: "Reads the JSON document of a runtime image: a file of Elyra's, a value of Open Data Hub's ConfigMap `pipeline-runtime-images`, or the annotation `" + odh.AnnotationKey + "` of an ImageStream's tag. Returns an object:\n\n" +
			"- `display_name`, `image_name`: as in `elyra_runtime_image`\n" +
			"- `description`, `pull_policy`, `pull_secret`: null where the document has none\n" +
			"- `tags`: a list, in the document's order; empty where it has none\n" +
			"- `extra_json`: what else `metadata` has, as a JSON object (`jsondecode` reads it); null where it has nothing else\n\n" +
			"`runtime_image_json`, `odh_configmap_json` and `odh_image_stream_annotation` take the object as it is, and give back all that was in `metadata`. Its attributes but `extra_json` are those of the resource `elyra_runtime_image`. What Elyra would leave out of its lists is an error with all reasons; an `image_name` that pipelines cannot use is not, until it is used.\n\n" +
			"Works without any configuration of the provider. Since 0.1.0.",
		Parameters: []function.Parameter{function.StringParameter{
			Name:                "text",
			MarkdownDescription: "JSON text: an object, or an array of one.",
		}},
		VariadicParameter: function.StringParameter{
			Name:                "image_name",
			MarkdownDescription: "At most one: the container image, in place of the one in the text. The annotation of an ImageStream's tag has none; pass the tag's `from.name`.",
		},
		Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{
			"display_name": types.StringType,
			"image_name":   types.StringType,
			"description":  types.StringType,
			"pull_policy":  types.StringType,
			"pull_secret":  types.StringType,
			"tags":         types.ListType{ElemType: types.StringType},
			"extra_json":   types.StringType,
		}},
	}
}

func (parseRuntimeImageJSONFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	var imageNames []string
	if resp.Error = req.Arguments.Get(ctx, &text, &imageNames); resp.Error != nil {
		return
	}
	imageName := ""
	switch {
	case len(imageNames) > 1:
		resp.Error = function.NewArgumentFuncError(2, "there is one image name at most")
		return
	case len(imageNames) == 1 && imageNames[0] == "":
		resp.Error = function.NewArgumentFuncError(1, "the image name is empty; leave it out to take the one in the text")
		return
	case len(imageNames) == 1:
		imageName = imageNames[0]
	}
	document, image, err := odh.Parse(text, imageName)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, parsedImageModel{
		DisplayName: types.StringValue(image.DisplayName),
		ImageName:   types.StringValue(image.ImageName),
		Description: stringOrNull(image.Description),
		PullPolicy:  stringOrNull(string(image.PullPolicy)),
		PullSecret:  stringOrNull(image.PullSecret),
		Tags:        append([]string{}, image.Tags...), // an empty list, not null
		ExtraJSON:   stringOrNull(document.Extra()),
	})
}
