package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func newRuntimeImagesDataSource() datasource.DataSource {
	return &instancesDataSource{
		instanceType: runtimeImageType, attribute: "runtime_images",
		description: "Lists the runtime images of Elyra, including those that it ships, as `elyra-metadata list runtime-images` does.",
		attributes:  listedAttributes,
		values:      func(instance elyra.Instance) map[string]attr.Value { return listed(instance).all() },
		warnings: func(conn *connection, found []elyra.Instance) diag.Diagnostics {
			return append(conn.elsewhereWarnings(), tagsWarning(found...)...)
		},
	}
}

// listedRuntimeImageModel is a runtime image as one of a list.
type listedRuntimeImageModel struct {
	runtimeImageDataModel

	Writable      types.Bool
	InvalidReason types.String
}

// all are the values of the schema's attributes.
func (m listedRuntimeImageModel) all() map[string]attr.Value {
	return m.values(map[string]attr.Value{"writable": m.Writable, "invalid_reason": m.InvalidReason})
}

// listedAttributes are those of the data source of one image, and those that only a
// list has.
func listedAttributes(ctx context.Context) map[string]schema.Attribute {
	var one datasource.SchemaResponse
	newRuntimeImageDataSource().Schema(ctx, datasource.SchemaRequest{}, &one)
	attributes := one.Schema.Attributes
	for name, attribute := range attributes {
		if text, ok := attribute.(schema.StringAttribute); ok {
			text.Optional, text.Validators = false, nil
			attributes[name] = text
		}
	}
	attributes["writable"] = schema.BoolAttribute{
		MarkdownDescription: "Whether the image is in the directory that the provider writes to and can be replaced there. Images in later directories can be hidden by an image with the same name, but not deleted. Always `true` for servers, which don't report it.",
		Computed:            true,
	}
	attributes["invalid_reason"] = schema.StringAttribute{
		MarkdownDescription: "Why Elyra rejects the image. Null if it's valid.",
		Computed:            true,
	}
	return attributes
}

func listed(instance elyra.Instance) listedRuntimeImageModel {
	var model listedRuntimeImageModel
	model.setInstance(instance)
	model.Writable = types.BoolValue(instance.Writable)
	model.InvalidReason = invalidReason(instance)
	var invalid *elyra.InvalidError
	if instance.Invalid != nil && (!errors.As(instance.Invalid, &invalid) || invalid.Unloadable) {
		model.JSON = types.StringNull() // what can't even be read
	}
	return model
}
