package provider

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ datasource.DataSource              = (*runtimeImagesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*runtimeImagesDataSource)(nil)
)

func newRuntimeImagesDataSource() datasource.DataSource { return &runtimeImagesDataSource{} }

type runtimeImagesDataSource struct {
	conn *connection
}

type runtimeImagesDataModel struct {
	Search         types.String `tfsdk:"search"`
	Tags           types.Set    `tfsdk:"tags"`
	IncludeInvalid types.Bool   `tfsdk:"include_invalid"`
	// RuntimeImages is only written, by Read.
	RuntimeImages types.List `tfsdk:"runtime_images"`
}

// listedRuntimeImageModel is a runtime image as one of a list.
type listedRuntimeImageModel struct {
	runtimeImageDataModel

	Writable      types.Bool
	InvalidReason types.String
}

func (m listedRuntimeImageModel) value(ctx context.Context, objectType tftypes.Type) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, value := range m.values(map[string]attr.Value{"writable": m.Writable, "invalid_reason": m.InvalidReason}) {
		values[name], _ = value.ToTerraformValue(ctx) // it fails for unknown types of values alone
	}
	return tftypes.NewValue(objectType, values)
}

func (d *runtimeImagesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_images"
}

func (d *runtimeImagesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the runtime images of Elyra, including those that it ships, as `elyra-metadata list runtime-images` does.",
		Attributes: map[string]schema.Attribute{
			"search": schema.StringAttribute{
				MarkdownDescription: searchDescription,
				Optional:            true,
			},
			"tags": schema.SetAttribute{
				MarkdownDescription: anyTagDescription,
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{tagRule},
			},
			"include_invalid": schema.BoolAttribute{
				MarkdownDescription: "Whether to list files that Elyra leaves out because they're broken or don't match its schema. A server never lists them, so this causes a warning with `endpoint`. Defaults to `false`.",
				Optional:            true,
			},
			"runtime_images": schema.ListNestedAttribute{
				MarkdownDescription: "The runtime images, sorted by name.",
				NestedObject:        schema.NestedAttributeObject{Attributes: listedAttributes(ctx)},
				Computed:            true,
			},
		},
	}
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
		MarkdownDescription: "Whether the image is in the directory that the provider writes to. Images in later directories can be hidden by an image with the same name, but not deleted. Always `true` for servers, which don't report it.",
		Computed:            true,
	}
	attributes["invalid_reason"] = schema.StringAttribute{
		MarkdownDescription: "Why Elyra rejects the image. Null if it's valid.",
		Computed:            true,
	}
	return attributes
}

func (d *runtimeImagesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics)
}

func (d *runtimeImagesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model runtimeImagesDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	filter, diags := newRuntimeImageFilter(ctx, model.Search, model.Tags)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
		return
	}
	if model.IncludeInvalid.ValueBool() && !d.conn.store.IsLocal() {
		resp.Diagnostics.AddAttributeWarning(path.Root("include_invalid"), "Invalid runtime images can't be listed",
			"A running server leaves invalid instances out of its list, whatever it is asked, so that there may be more than shown. To see them, read the server's data directory: set data_dir instead of endpoint in the provider's configuration.")
	}
	instances, err := d.conn.store.List(ctx, elyra.ListOptions{Invalid: model.IncludeInvalid.ValueBool()})
	if err != nil {
		resp.Diagnostics.Append(d.conn.listError(err))
		return
	}
	resp.Diagnostics.Append(d.conn.elsewhereWarnings()...)
	instances = slices.DeleteFunc(instances, func(i elyra.Instance) bool { return !filter.matches(imageOf(i)) })
	resp.Diagnostics.Append(tagsWarning(instances...)...)
	// Set would make values of the framework of them all, and then these of Terraform, and hold both.
	listType := resp.State.Schema.GetAttributes()["runtime_images"].GetType().TerraformType(ctx).(tftypes.List) // as Schema says
	found := make([]tftypes.Value, len(instances))
	for i, instance := range instances {
		found[i] = listed(instance).value(ctx, listType.ElementType)
		instances[i] = elyra.Instance{} // which is large, and not needed again
	}
	var attributes map[string]tftypes.Value
	_ = req.Config.Raw.As(&attributes) // an object
	attributes = maps.Clone(attributes)
	attributes["runtime_images"] = tftypes.NewValue(listType, found)
	resp.State.Raw = tftypes.NewValue(req.Config.Raw.Type(), attributes)
}

func listed(instance elyra.Instance) listedRuntimeImageModel {
	var model listedRuntimeImageModel
	model.setInstance(instance)
	model.Writable = types.BoolValue(instance.Writable)
	var invalid *elyra.InvalidError
	switch {
	case instance.Invalid == nil:
	case errors.As(instance.Invalid, &invalid):
		model.InvalidReason = types.StringValue(invalid.Reason())
		if invalid.Unloadable {
			model.JSON = types.StringNull()
		}
	default: // what can't even be read
		model.InvalidReason = types.StringValue(instance.Invalid.Error())
		model.JSON = types.StringNull()
	}
	return model
}
