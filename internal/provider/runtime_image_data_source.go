package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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

	Name     types.String `tfsdk:"name"`
	ID       types.String `tfsdk:"id"`
	Location types.String `tfsdk:"location"`
	Origin   types.String `tfsdk:"origin"`
	JSON     types.String `tfsdk:"json"`
}

func (d *runtimeImageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_image"
}

func (d *runtimeImageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one runtime image configuration of Elyra, its own factory images included, by exactly one of `name`, `display_name` and `image_name`.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the instance: the stem of its file.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{instanceRule},
			},
			"display_name": schema.StringAttribute{
				MarkdownDescription: "What Elyra's editors show.",
				Optional:            true,
				Computed:            true,
			},
			"image_name": schema.StringAttribute{
				MarkdownDescription: "Container image, compared as a plain string, as Elyra does.",
				Optional:            true,
				Computed:            true,
			},
			"id":          schema.StringAttribute{MarkdownDescription: "Same as `name`.", Computed: true},
			"description": schema.StringAttribute{MarkdownDescription: "A human-readable description.", Computed: true},
			"pull_policy": schema.StringAttribute{MarkdownDescription: "When the cluster pulls the image: `Always`, `IfNotPresent`, `Never`, or null for the cluster's default.", Computed: true},
			"pull_secret": schema.StringAttribute{MarkdownDescription: "Name of the Kubernetes Secret with the registry's credentials, or null.", Computed: true},
			"tags":        schema.SetAttribute{MarkdownDescription: "Tags of the image. Empty if it has none. If it has more than 1,000, these are the first 1,000, with a warning; `json` has all of them.", ElementType: types.StringType, Computed: true},
			"location":    schema.StringAttribute{MarkdownDescription: "Where the instance is: the path of its file, or its URL.", Computed: true},
			"origin":      schema.StringAttribute{MarkdownDescription: originDescription, Computed: true},
			"json":        schema.StringAttribute{MarkdownDescription: "The whole document, unknown keys included, laid out as Elyra writes it. A document with more than 16 levels of nesting comes without whitespace.", Computed: true},
		},
	}
}

const originDescription = "Where the instance comes from: `local`, the first directory of the search path, the one that is written to; `shared`, a directory further along; `factory`, further along too, the directory with the images that ship with Elyra. Null on a server, which does not tell. Since 0.1.0."

func (d *runtimeImageDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(
		pathName.Expression(), pathDisplayName.Expression(), pathImageName.Expression(),
	)}
}

func (d *runtimeImageDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics)
}

func (d *runtimeImageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model runtimeImageDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
		return
	}
	instance, diags := d.find(ctx, model)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.setInstance(instance)
	resp.Diagnostics.Append(tagsWarning(instance)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// find looks the instance up by the one argument that is set.
func (d *runtimeImageDataSource) find(ctx context.Context, model runtimeImageDataModel) (instance elyra.Instance, diags diag.Diagnostics) {
	if !model.Name.IsNull() {
		instance, err := d.conn.store.Get(ctx, model.Name.ValueString())
		switch {
		case errors.Is(err, elyra.ErrNotFound):
			diags.Append(noSuchImage(ctx, d.conn, model.Name.ValueString()))
		case err != nil:
			diags.Append(d.conn.storeError("read", model.Name.ValueString(), err))
		}
		return instance, diags
	}
	at, want, field := pathDisplayName, model.DisplayName.ValueString(), func(i elyra.Instance) string { return i.DisplayName }
	if !model.ImageName.IsNull() {
		at, want, field = pathImageName, model.ImageName.ValueString(), func(i elyra.Instance) string { return i.ImageName }
	}
	instances, err := d.conn.store.List(ctx, false)
	if err != nil {
		diags.Append(d.conn.listError(err))
		return instance, diags
	}
	const most = 10
	var matches []string
	for _, candidate := range instances {
		if field(candidate) == want {
			instance = candidate
			matches = append(matches, fmt.Sprintf("    name = %q # %s", candidate.Name, elyra.Printable(candidate.Location)))
		}
	}
	switch len(matches) {
	case 1:
	case 0:
		diags.AddAttributeError(at, "Runtime image not found", fmt.Sprintf("None of the %d runtime images has the %s %q. The comparison is exact.", len(instances), at, want)+overlookedDetail(d.conn.store))
	default:
		number := len(matches)
		if more := number - most; more > 0 {
			matches = append(matches[:most], fmt.Sprintf("    # and %d more", more))
		}
		diags.AddAttributeError(at, "More than one runtime image matches", fmt.Sprintf("%d runtime images have the %s %q. Choose one by its name:\n\n%s", number, at, want, strings.Join(matches, "\n")))
	}
	return instance, diags
}

// tagsWarning names the first of the instances whose tags are not all shown, and says how many there are.
func tagsWarning(instances ...elyra.Instance) (diags diag.Diagnostics) {
	instances = slices.DeleteFunc(slices.Clone(instances), func(i elyra.Instance) bool { return len(i.Tags) <= maxTags })
	if len(instances) > 0 {
		first := instances[0]
		more := ""
		if len(instances) > 1 {
			more = fmt.Sprintf(" The same is true of %d more runtime images.", len(instances)-1)
		}
		diags.AddWarning("Not all tags are shown", fmt.Sprintf("The runtime image %q at %s has %d tags, of which tags has the first %d. The attribute json has all of them.%s",
			first.Name, elyra.Printable(first.Location), len(first.Tags), maxTags, more))
	}
	return diags
}

// setInstance takes over what a store holds.
func (m *runtimeImageDataModel) setInstance(instance elyra.Instance) {
	instance.Tags = instance.Tags[:min(len(instance.Tags), maxTags)]
	m.ID = types.StringValue(instance.Name)
	m.Name = types.StringValue(instance.Name)
	m.setImage(instance.RuntimeImage)
	m.Location = types.StringValue(instance.Location)
	m.Origin = stringOrNull(string(instance.Origin))
	m.JSON = types.StringValue(string(instance.Document.Encode()))
}
