package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/imageref"
)

var _ function.Function = parseImageNameFunction{}

func newParseImageNameFunction() function.Function { return parseImageNameFunction{} }

type parseImageNameFunction struct{}

// imageNameModel is an image name in its parts. Those that are not written are
// null.
type imageNameModel struct {
	Registry   types.String `tfsdk:"registry"`
	Repository types.String `tfsdk:"repository"`
	Owner      types.String `tfsdk:"owner"`
	Image      types.String `tfsdk:"image"`
	Tag        types.String `tfsdk:"tag"`
	Digest     types.String `tfsdk:"digest"`
	Pinned     types.Bool   `tfsdk:"pinned"`
}

func (parseImageNameFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_image_name"
}

func (parseImageNameFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The parts of a container image's name",
		MarkdownDescription: "Takes an image name apart, by the rules that `image_name` of `elyra_runtime_image` is validated by; an image name that Elyra's pipelines cannot use is an error. Returns an object:\n\n" +
			"- `registry`: host and port, `docker.io` where none is written\n" +
			"- `repository`: path within the registry, `jdoe/my-image`\n" +
			"- `owner`: the repository up to its last `/`; null where it has none\n" +
			"- `image`: the last part of the repository\n" +
			"- `tag`: null where none is written\n" +
			"- `digest`: algorithm and digits, `sha256:…`; null where none is written\n" +
			"- `pinned`: whether there is a digest, so that the name always means the same image\n\n" +
			"Works without any configuration of the provider.",
		Parameters: []function.Parameter{function.StringParameter{
			Name:                "image_name",
			MarkdownDescription: "Container image, `[registry/]owner/image[:tag][@digest]`.",
		}},
		Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{
			"registry":   types.StringType,
			"repository": types.StringType,
			"owner":      types.StringType,
			"image":      types.StringType,
			"tag":        types.StringType,
			"digest":     types.StringType,
			"pinned":     types.BoolType,
		}},
	}
}

func (parseImageNameFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var imageName string
	if resp.Error = req.Arguments.Get(ctx, &imageName); resp.Error != nil {
		return
	}
	ref, err := imageref.Parse(imageName)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, imageNameModel{
		Registry:   types.StringValue(ref.Registry),
		Repository: types.StringValue(ref.Repository),
		Owner:      stringOrNull(ref.Owner),
		Image:      types.StringValue(ref.Image),
		Tag:        stringOrNull(ref.Tag),
		Digest:     stringOrNull(ref.Digest),
		Pinned:     types.BoolValue(ref.Pinned()),
	})
}
