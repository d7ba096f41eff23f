package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ datasource.DataSource                     = (*runtimeImageDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*runtimeImageDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*runtimeImageDataSource)(nil)
)

func newRuntimeImageDataSource() datasource.DataSource { return &runtimeImageDataSource{} }

type runtimeImageDataSource struct {
	conn *connection
}

func (d *runtimeImageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_image"
}

func (d *runtimeImageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := runtimeImageType.instanceResults(elyra.Instance{}).attributes()
	for _, key := range imageKeys {
		attribute := attributes[key].(schema.StringAttribute) // as their values
		attribute.Optional = true
		if key == "name" {
			attribute.Validators = []validator.String{instanceRule}
		}
		attributes[key] = attribute
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one runtime image of Elyra, by exactly one of `name`, `display_name`, and `image_name`. It also finds the images that Elyra ships.",
		Attributes:          attributes,
	}
}

// imageKeys are the attributes of which one says which runtime image is meant.
var imageKeys = []string{"name", "display_name", "image_name"}

func (d *runtimeImageDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(
		pathName.Expression(), pathDisplayName.Expression(), pathImageName.Expression(),
	)}
}

func (d *runtimeImageDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics)
}

func (d *runtimeImageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !d.conn.ready(&resp.Diagnostics) {
		return
	}
	instance, diags := d.find(ctx, config.Attributes())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(runtimeImageType.tagsWarning(instance)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, runtimeImageType.instanceResults(instance).in(config))...)
}

// find looks the instance up by the one argument that is set.
func (d *runtimeImageDataSource) find(ctx context.Context, config map[string]attr.Value) (instance elyra.Instance, diags diag.Diagnostics) {
	if name := config["name"].(types.String); !name.IsNull() { // the schema says so, here and below
		instance, err := d.conn.store.Get(ctx, name.ValueString(), elyra.Current)
		switch {
		case errors.Is(err, elyra.ErrNotFound):
			diags.Append(d.conn.notFoundError(ctx, name.ValueString()))
		case err != nil:
			diags.Append(d.conn.storeError("read", name.ValueString(), err))
		}
		return instance, diags
	}
	key := imageKeys[slices.IndexFunc(imageKeys, func(key string) bool { return !config[key].IsNull() })] // exactly one is set
	at, want := path.Root(key), config[key].(types.String).ValueString()
	value := func(instance elyra.Instance) string {
		values, _ := runtimeImageType.read(instance.Document)
		return values[key]
	}
	instances, err := d.conn.store.List(ctx, elyra.ListOptions{})
	if err != nil {
		diags.Append(d.conn.listError(err))
		return instance, diags
	}
	var matches []string
	for _, candidate := range instances {
		if composed(value(candidate)) == want {
			instance = candidate
			matches = append(matches, fmt.Sprintf("name = %q # %s", candidate.Name, candidate.Location))
		}
	}
	switch len(matches) {
	case 1:
	case 0:
		diags.AddAttributeError(at, "Runtime image not found", fmt.Sprintf("No runtime image has the %s %q.", strings.ReplaceAll(key, "_", " "), want)+d.conn.existing(ctx, want, value)+d.conn.elsewhereDetail())
	default:
		diags.AddAttributeError(at, "More than one runtime image matches", fmt.Sprintf("%d runtime images have the %s %q. Choose one by its name:\n\n%s", len(matches), at, want, indented(matches)))
	}
	return instance, diags
}
