package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/pipeline"
)

var _ function.Function = pipelineRuntimeImagesFunction{}

func newPipelineRuntimeImagesFunction() function.Function { return pipelineRuntimeImagesFunction{} }

type pipelineRuntimeImagesFunction struct{}

// pipelineNodeModel is a node of a pipeline.
type pipelineNodeModel struct {
	ID           types.String `tfsdk:"id"`
	Name         types.String `tfsdk:"name"`
	RuntimeImage types.String `tfsdk:"runtime_image"`
}

func (pipelineRuntimeImagesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "pipeline_runtime_images"
}

func (pipelineRuntimeImagesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The runtime images of a pipeline's nodes",
		MarkdownDescription: "Returns the nodes of an Elyra pipeline, in the order they stand in its file, those of a super node in its place. Elyra compares image names as plain text: a pipeline runs with the pull policy and the pull secret of the runtime image whose `image_name` is exactly its node's. Each node is an object:\n\n" +
			"- `id`: the node's own, unique within the file\n" +
			"- `name`: what the editor shows, the label or else the name of the node's file; null where it has neither\n" +
			"- `runtime_image`: the container image, as written, or the pipeline's default where the node has none; null for a component that brings its own, and where no image is set\n\n" +
			"Reads the files of all Elyra versions that Elyra 4.1 still migrates, versions 0 to 8 of the format, in the form they are in; those of a newer version are an error.\n\n" +
			"Works without any configuration of the provider. Since 0.1.0.",
		Parameters: []function.Parameter{function.StringParameter{
			Name:                "text",
			MarkdownDescription: "Content of a `.pipeline` file, as `file()` reads it.",
		}},
		Return: function.ListReturn{ElementType: types.ObjectType{AttrTypes: map[string]attr.Type{
			"id":            types.StringType,
			"name":          types.StringType,
			"runtime_image": types.StringType,
		}}},
	}
}

func (pipelineRuntimeImagesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	nodes, err := pipeline.Nodes([]byte(text))
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	models := make([]pipelineNodeModel, len(nodes))
	for i, node := range nodes {
		models[i] = pipelineNodeModel{
			ID:           types.StringValue(node.ID),
			Name:         stringOrNull(node.Name),
			RuntimeImage: stringOrNull(node.RuntimeImage),
		}
	}
	resp.Error = resp.Result.Set(ctx, models)
}
