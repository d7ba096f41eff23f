// Command minimal is a provider as small as the Plugin Framework lets one be: the resource
// minimal_runtime_image has the schema of elyra_runtime_image and writes each image to a file, with
// no check, no lock and no care for what is there. The benchmarks run it next to the provider.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return &minimal{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/elyra-ai/minimal"})
	if err != nil {
		log.Fatal(err)
	}
}

type minimal struct{}

func (*minimal) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "minimal"
}

func (*minimal) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{Attributes: map[string]providerschema.Attribute{
		"directory": providerschema.StringAttribute{Required: true},
	}}
}

func (*minimal) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config struct {
		Directory types.String `tfsdk:"directory"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.ResourceData = config.Directory.ValueString()
}

func (*minimal) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (*minimal) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &image{} }}
}

type image struct{ directory string }

type model struct {
	DisplayName types.String `tfsdk:"display_name"`
	ImageName   types.String `tfsdk:"image_name"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	PullPolicy  types.String `tfsdk:"pull_policy"`
	PullSecret  types.String `tfsdk:"pull_secret"`
	Tags        types.Set    `tfsdk:"tags"`
	Overwrite   types.Bool   `tfsdk:"overwrite"`
	ID          types.String `tfsdk:"id"`
	Location    types.String `tfsdk:"location"`
}

// document is what a file holds.
type document struct {
	DisplayName string `json:"display_name"`
	Metadata    struct {
		Description string   `json:"description,omitempty"`
		Tags        []string `json:"tags,omitempty"`
		ImageName   string   `json:"image_name"`
		PullPolicy  string   `json:"pull_policy,omitempty"`
		PullSecret  string   `json:"pull_secret,omitempty"`
	} `json:"metadata"`
	SchemaName string `json:"schema_name"`
}

func (*image) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "minimal_runtime_image"
}

func (*image) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"display_name": schema.StringAttribute{Required: true},
		"image_name":   schema.StringAttribute{Required: true},
		"name":         schema.StringAttribute{Required: true},
		"description":  schema.StringAttribute{Optional: true},
		"pull_policy":  schema.StringAttribute{Optional: true},
		"pull_secret":  schema.StringAttribute{Optional: true},
		"tags":         schema.SetAttribute{Optional: true, ElementType: types.StringType},
		"overwrite":    schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false)},
		"id":           schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"location":     schema.StringAttribute{Computed: true, PlanModifiers: kept},
	}}
}

func (r *image) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.directory, _ = req.ProviderData.(string)
}

func (r *image) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(r.write(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *image) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(r.write(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *image) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	data, err := os.ReadFile(state.Location.ValueString())
	var d document
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		resp.Diagnostics.AddError("Unable to read", err.Error())
		return
	}
	state.DisplayName, state.ImageName = types.StringValue(d.DisplayName), types.StringValue(d.Metadata.ImageName)
	state.Description, state.PullPolicy = orNull(d.Metadata.Description), orNull(d.Metadata.PullPolicy)
	state.PullSecret = orNull(d.Metadata.PullSecret)
	tags, diags := types.SetValueFrom(ctx, types.StringType, d.Metadata.Tags)
	state.Tags = tags
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *image) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if err := os.Remove(state.Location.ValueString()); err != nil {
		resp.Diagnostics.AddError("Unable to delete", err.Error())
	}
}

func (r *image) write(ctx context.Context, m *model) (diags diag.Diagnostics) {
	d := document{DisplayName: m.DisplayName.ValueString(), SchemaName: "runtime-image"}
	d.Metadata.ImageName = m.ImageName.ValueString()
	d.Metadata.Description = m.Description.ValueString()
	d.Metadata.PullPolicy = m.PullPolicy.ValueString()
	d.Metadata.PullSecret = m.PullSecret.ValueString()
	diags.Append(m.Tags.ElementsAs(ctx, &d.Metadata.Tags, false)...)
	data, err := json.MarshalIndent(d, "", "  ")
	if err == nil {
		m.ID = m.Name
		m.Location = types.StringValue(filepath.Join(r.directory, m.Name.ValueString()+".json"))
		err = os.WriteFile(m.Location.ValueString(), data, 0o600)
	}
	if err != nil {
		diags.AddError("Unable to write", err.Error())
	}
	return diags
}

func orNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}
