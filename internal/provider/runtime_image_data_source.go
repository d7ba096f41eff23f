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

// runtimeImageDataModel is a runtime image as data sources have it.
type runtimeImageDataModel struct {
	documentModel

	Name, ID, Location, Origin, JSON types.String
}

// values are those of the schema's attributes, and others next to them.
func (m runtimeImageDataModel) values(others map[string]attr.Value) map[string]attr.Value {
	others["name"], others["id"], others["location"], others["origin"], others["json"] = m.Name, m.ID, m.Location, m.Origin, m.JSON
	return m.documentModel.values(others)
}

func (d *runtimeImageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_image"
}

func (d *runtimeImageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"name": schema.StringAttribute{
			MarkdownDescription: "Name of the image: its file name without `.json`.",
			Optional:            true,
			Computed:            true,
			Validators:          []validator.String{instanceRule},
		},
		"id":       schema.StringAttribute{MarkdownDescription: "Same as `name`.", Computed: true},
		"tags":     schema.SetAttribute{MarkdownDescription: tagsDescription + " Empty if there are none. If there are more than 1,000, these are the first 1,000, with a warning; `json` has all of them.", ElementType: types.StringType, Computed: true},
		"location": schema.StringAttribute{MarkdownDescription: locationDescription, Computed: true},
		"origin":   schema.StringAttribute{MarkdownDescription: originDescription, Computed: true},
		"json":     schema.StringAttribute{MarkdownDescription: "The whole document, including unknown keys, formatted as Elyra writes it.", Computed: true},
	}
	for _, field := range elyra.Fields() {
		attributes[field.Key] = schema.StringAttribute{
			MarkdownDescription: fieldDescriptions[field.Key],
			Optional:            field.Required, // required ones identify an image
			Computed:            true,
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one runtime image of Elyra, by exactly one of `name`, `display_name`, and `image_name`. It also finds the images that Elyra ships.",
		Attributes:          attributes,
	}
}

const originDescription = "`local`: the first directory in the search path, which is the one the provider writes to. `shared`: a later directory. `factory`: the directory of images that ship with Elyra. Null for servers, which don't report it."

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
	if resp.Diagnostics.HasError() {
		return
	}
	if d.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
		return
	}
	instance, diags := d.find(ctx, config.Attributes())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var model runtimeImageDataModel
	model.setInstance(instance)
	resp.Diagnostics.Append(tagsWarning(instance)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, types.ObjectValueMust(config.AttributeTypes(ctx), model.values(map[string]attr.Value{})))...)
}

// find looks the instance up by the one argument that is set.
func (d *runtimeImageDataSource) find(ctx context.Context, config map[string]attr.Value) (instance elyra.Instance, diags diag.Diagnostics) {
	if name := config["name"].(types.String); !name.IsNull() { // the schema says so, here and below
		instance, err := d.conn.store.Get(ctx, name.ValueString(), elyra.Current)
		switch {
		case errors.Is(err, elyra.ErrNotFound):
			diags.Append(d.conn.notFoundError(ctx, name.ValueString()))
		case err != nil:
			diags.Append(d.conn.storeError(ctx, "read", name.ValueString(), err))
		}
		return instance, diags
	}
	i := slices.IndexFunc(elyra.Fields(), func(f elyra.Field) bool { return f.Required && !config[f.Key].IsNull() })
	field := elyra.Fields()[i] // exactly one is set
	at, want := path.Root(field.Key), config[field.Key].(types.String).ValueString()
	instances, err := d.conn.store.List(ctx, elyra.ListOptions{})
	if err != nil {
		diags.Append(d.conn.listError(err))
		return instance, diags
	}
	const most = 10
	var matches []string
	for _, candidate := range instances {
		if image := imageOf(candidate); *field.Of(&image) == want {
			instance = candidate
			matches = append(matches, fmt.Sprintf("    name = %q # %s", candidate.Name, elyra.Printable(candidate.Location)))
		}
	}
	switch len(matches) {
	case 1:
	case 0:
		diags.AddAttributeError(at, "Runtime image not found", fmt.Sprintf("No runtime image has the %s %q.", strings.ReplaceAll(field.Key, "_", " "), want)+
			d.conn.existing(ctx, want, func(found elyra.Instance) string { image := imageOf(found); return *field.Of(&image) })+d.conn.elsewhereDetail())
	default:
		number := len(matches)
		if more := number - most; more > 0 {
			matches = append(matches[:most], fmt.Sprintf("    # and %d more", more))
		}
		diags.AddAttributeError(at, "More than one runtime image matches", fmt.Sprintf("%d runtime images have the %s %q. Choose one by its name:\n\n%s", number, at, want, strings.Join(matches, "\n")))
	}
	return instance, diags
}

// tagsWarning names the first of the instances whose tags aren't all shown, and says how many there are.
func tagsWarning(instances ...elyra.Instance) (diags diag.Diagnostics) {
	instances = slices.DeleteFunc(slices.Clone(instances), func(i elyra.Instance) bool { return len(imageOf(i).Tags) <= maxTags })
	if len(instances) > 0 {
		first := instances[0]
		more := ""
		if len(instances) > 1 {
			more = fmt.Sprintf(" The same is true of %d more runtime images.", len(instances)-1)
		}
		diags.AddWarning("Not all tags are shown", fmt.Sprintf("The runtime image %q at %s has %d tags, of which tags has the first %d. The attribute json has all of them.%s",
			first.Name, elyra.Printable(first.Location), len(imageOf(first).Tags), maxTags, more))
	}
	return diags
}

// setInstance sets what a store holds.
func (m *runtimeImageDataModel) setInstance(instance elyra.Instance) {
	values, tags := runtimeImageType.read(instance.Document)
	m.ID = types.StringValue(instance.Name)
	m.Name = types.StringValue(instance.Name)
	m.fields = runtimeImageType.fields
	m.setKnown(values, tags[:min(len(tags), maxTags)])
	m.Location = types.StringValue(instance.Location)
	m.Origin = stringOrNull(string(instance.Origin))
	m.JSON = types.StringValue(string(instance.Document.Encode()))
}
