package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = providerFunction{}

// providerFunction is a function of the provider: each is one of these, with its own definition and run.
type providerFunction struct {
	name       string
	definition function.Definition
	run        func(context.Context, function.ArgumentsData) (any, *function.FuncError)
}

func (f providerFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f providerFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = f.definition
	resp.Definition.MarkdownDescription += "\n\nThis function doesn't need a provider configuration."
}

func (f providerFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	result, err := f.run(ctx, req.Arguments)
	if err == nil {
		err = resp.Result.Set(ctx, result)
	}
	resp.Error = err
}

// textParameter is the parameter of a function that takes one string.
func textParameter(name, description string) []function.Parameter {
	return []function.Parameter{function.StringParameter{Name: name, MarkdownDescription: description}}
}

// runOnText makes a run of what takes the function's only argument, a string.
func runOnText[Result any](convert func(string) (Result, error)) func(context.Context, function.ArgumentsData) (any, *function.FuncError) {
	return func(ctx context.Context, arguments function.ArgumentsData) (any, *function.FuncError) {
		var text string
		if err := arguments.Get(ctx, &text); err != nil {
			return nil, err
		}
		result, err := convert(text)
		if err != nil {
			return nil, function.NewArgumentFuncError(0, err.Error())
		}
		return result, nil
	}
}

// objectOf is an object of these values, with the types that they have.
func objectOf(values map[string]attr.Value) types.Object {
	attributes := make(map[string]attr.Type, len(values))
	for name, value := range values {
		attributes[name] = value.Type(context.Background())
	}
	return types.ObjectValueMust(attributes, values)
}

// typesOf are the types of an object's attributes.
func typesOf(object types.Object) map[string]attr.Type {
	return object.AttributeTypes(context.Background())
}
