package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/odh"
)

var _ function.Function = displayNameFunction{}

// displayNameFunction makes an identifier of a display name.
type displayNameFunction struct {
	name        string
	summary     string
	description string
	identify    func(displayName string) (string, error)
}

func newInstanceNameFunction() function.Function {
	return displayNameFunction{
		name:        "instance_name",
		summary:     "The name that Elyra gives an instance",
		description: "Returns the name that Elyra derives from a display name for an instance that is created without one, and that `elyra_runtime_image` has where `name` is unset. A display name that gives none is an error.",
		identify:    derivedName,
	}
}

func newODHConfigMapKeyFunction() function.Function {
	return displayNameFunction{
		name:        "odh_configmap_key",
		summary:     "The key of a runtime image in Open Data Hub's ConfigMap",
		description: "Returns the key under which Open Data Hub and OpenShift AI keep the runtime image of that display name in the ConfigMap `pipeline-runtime-images`. A display name that gives none is an error: the notebook controller skips such an image.",
		identify:    odh.ConfigMapKey,
	}
}

func (f displayNameFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f displayNameFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             f.summary,
		MarkdownDescription: f.description + "\n\nWorks without any configuration of the provider.",
		Parameters: []function.Parameter{function.StringParameter{
			Name:                "display_name",
			MarkdownDescription: "Display name of a runtime image.",
		}},
		Return: function.StringReturn{},
	}
}

func (f displayNameFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var displayName string
	if resp.Error = req.Arguments.Get(ctx, &displayName); resp.Error != nil {
		return
	}
	identifier, err := f.identify(displayName)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, identifier)
}
