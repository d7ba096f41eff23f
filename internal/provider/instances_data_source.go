package provider

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ datasource.DataSource              = (*instancesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*instancesDataSource)(nil)
)

// instancesDataSource lists the instances of a kind.
type instancesDataSource struct {
	*instanceType // any of the kind
	// attribute has the instances.
	attribute, description string
	// attributes are those of an instance, and values their values.
	attributes func(context.Context) map[string]schema.Attribute
	values     func(elyra.Instance) map[string]attr.Value
	// warnings are about what was found, and where.
	warnings func(*connection, []elyra.Instance) diag.Diagnostics

	conn *connection
}

func (d *instancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.attribute
}

func (d *instancesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: d.description,
		Attributes: map[string]schema.Attribute{
			"search": schema.StringAttribute{
				MarkdownDescription: searchDescription(d.short + "s"),
				Optional:            true,
			},
			"tags": schema.SetAttribute{
				MarkdownDescription: anyTagDescription(d.short + "s"),
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{tagRule},
			},
			"include_invalid": schema.BoolAttribute{
				MarkdownDescription: "Whether to list files that Elyra leaves out because they're broken or don't match its schema. A server never lists them, so this causes a warning with `endpoint`. Defaults to `false`.",
				Optional:            true,
			},
			d.attribute: schema.ListNestedAttribute{
				MarkdownDescription: "The " + d.kind.Noun + "s, sorted by name.",
				NestedObject:        schema.NestedAttributeObject{Attributes: d.attributes(ctx)},
				Computed:            true,
			},
		},
	}
}

func (d *instancesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics).of(d.instanceType)
}

func (d *instancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var search types.String
	var tags types.Set
	var includeInvalid types.Bool
	for name, target := range map[string]any{"search": &search, "tags": &tags, "include_invalid": &includeInvalid} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), target)...)
	}
	filter, diags := newInstanceFilter(ctx, search, tags)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	store := d.conn.store
	if store == nil {
		resp.Diagnostics.Append(unconfiguredError())
		return
	}
	if includeInvalid.ValueBool() && !store.IsLocal() {
		resp.Diagnostics.AddAttributeWarning(path.Root("include_invalid"), "Invalid "+d.kind.Noun+"s can't be listed",
			"A running server leaves invalid instances out of its list, so there may be more. To see them, read the server's data directory: set data_dir instead of endpoint in the provider's configuration.")
	}
	instances, err := store.List(ctx, elyra.ListOptions{Invalid: includeInvalid.ValueBool()})
	if err != nil {
		resp.Diagnostics.Append(d.conn.listError(err))
		return
	}
	instances = slices.DeleteFunc(instances, func(i elyra.Instance) bool {
		values, tags := d.read(i.Document)
		return !filter.matches(i.Name, values["display_name"], tags)
	})
	if d.warnings != nil {
		resp.Diagnostics.Append(d.warnings(d.conn, instances)...)
	}
	// Set would make values of the framework of them all, and then these of Terraform, and hold both.
	listType := resp.State.Schema.GetAttributes()[d.attribute].GetType().TerraformType(ctx).(tftypes.List) // as Schema says
	found := make([]tftypes.Value, len(instances))
	for i, instance := range instances {
		values := map[string]tftypes.Value{}
		for name, value := range d.values(instance) {
			values[name], _ = value.ToTerraformValue(ctx) // it fails for unknown types of values alone
		}
		found[i] = tftypes.NewValue(listType.ElementType, values)
		instances[i] = elyra.Instance{} // which is large, and not needed again
	}
	var attributes map[string]tftypes.Value
	_ = req.Config.Raw.As(&attributes) // an object
	attributes = maps.Clone(attributes)
	attributes[d.attribute] = tftypes.NewValue(listType, found)
	resp.State.Raw = tftypes.NewValue(req.Config.Raw.Type(), attributes)
}

// invalidReason says why Elyra refuses an instance; null if it doesn't.
func invalidReason(instance elyra.Instance) types.String {
	var invalid *elyra.InvalidError
	switch {
	case instance.Invalid == nil:
		return types.StringNull()
	case errors.As(instance.Invalid, &invalid):
		return types.StringValue(invalid.Reason())
	default: // what can't even be read
		return types.StringValue(instance.Invalid.Error())
	}
}
