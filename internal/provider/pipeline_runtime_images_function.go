package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/pipeline"
)

func newPipelineRuntimeImagesFunction() function.Function {
	return providerFunction{
		name: "pipeline_runtime_images",
		definition: function.Definition{
			Summary: "The runtime images of a pipeline's nodes",
			MarkdownDescription: "Returns the nodes of an Elyra pipeline in the order of its file; the nodes of a super node are in its place. Elyra compares image names as plain text: a node runs with the pull policy and the pull secret of the runtime image whose `image_name` is exactly the node's. Each node is an object:\n\n" +
				"- `id`: the node's ID, unique within the file\n" +
				"- `name`: what the editor shows: the label, or else the name of the node's file; null if it has neither\n" +
				"- `runtime_image`: the container image as written, or the pipeline's default if the node has none; null for a component that brings its own image, and if no image is set\n\n" +
				"Reads files from all Elyra versions that Elyra 4.1 can migrate: versions 0 to 8 of the format. A file in a newer version is an error.",
			Parameters: textParameter("text", "Content of a `.pipeline` file, such as `file()` returns."),
			Return:     function.ListReturn{ElementType: types.ObjectType{AttrTypes: typesOf(pipelineNodeObject(pipeline.Node{}))}},
		},
		run: runOnText(func(text string) ([]types.Object, error) {
			nodes, err := pipeline.Nodes([]byte(text))
			objects := make([]types.Object, len(nodes))
			for i, node := range nodes {
				objects[i] = pipelineNodeObject(node)
			}
			return objects, err
		}),
	}
}

func pipelineNodeObject(node pipeline.Node) types.Object {
	return objectOf(map[string]attr.Value{
		"id":            types.StringValue(node.ID),
		"name":          stringOrNull(node.Name),
		"runtime_image": stringOrNull(node.RuntimeImage),
	})
}
