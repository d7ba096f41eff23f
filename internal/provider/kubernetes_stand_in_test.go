package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// kubernetes stands in for the provider hashicorp/kubernetes, with as much of two resources as the
// examples use (its documentation of 2.38): it keeps manifests in the state, and lays a ConfigMap out
// as a node does for the pods that mount it.
type kubernetes struct {
	volume string
}

// factories serve it next to the provider under test.
func (k kubernetes) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"elyra":      providerFactories["elyra"],
		"kubernetes": providerserver.NewProtocol6WithError(k),
	}
}

func (kubernetes) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "kubernetes"
}
func (kubernetes) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (kubernetes) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (kubernetes) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (k kubernetes) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return manifest{} },
		func() resource.Resource { return configMapResource(k) },
	}
}

type manifest struct{}

func (manifest) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "kubernetes_manifest"
}

func (manifest) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"manifest": schema.DynamicAttribute{Required: true}}}
}

func (manifest) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
}
func (manifest) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}
func (manifest) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}
func (manifest) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

type configMapResource struct{ volume string }

type configMapModel struct {
	Data     map[string]string `tfsdk:"data"`
	Metadata types.List        `tfsdk:"metadata"`
}

func (configMapResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "kubernetes_config_map_v1"
}

func (configMapResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		Attributes: map[string]schema.Attribute{"data": schema.MapAttribute{Optional: true, ElementType: types.StringType}},
		Blocks: map[string]schema.Block{"metadata": schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"name":      schema.StringAttribute{Optional: true},
			"namespace": schema.StringAttribute{Optional: true},
			"labels":    schema.MapAttribute{Optional: true, ElementType: types.StringType},
		}}}},
	}
}

func (r configMapResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(r.layOut(ctx, req.Plan)...)
	resp.State.Raw = req.Plan.Raw
}
func (configMapResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}
func (r configMapResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(r.layOut(ctx, req.Plan)...)
	resp.State.Raw = req.Plan.Raw
}
func (configMapResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r configMapResource) layOut(ctx context.Context, plan tfsdk.Plan) diag.Diagnostics {
	var model configMapModel
	diags := plan.Get(ctx, &model)
	if err := layOutConfigMap(r.volume, model.Data); err != nil {
		diags.AddError("Unable to lay out the ConfigMap", err.Error())
	}
	return diags
}

// layOutConfigMap writes a ConfigMap's data to a directory as the kubelet does (Kubernetes, pkg/volume/util,
// AtomicWriter): the files are in a directory of their own, "..data" is a link to that and is replaced in
// one step, and each key is a link through it.
func layOutConfigMap(volume string, data map[string]string) error {
	if err := os.MkdirAll(volume, 0o755); err != nil {
		return err
	}
	files, err := os.MkdirTemp(volume, "..2026_11_25_12_00_00.")
	if err != nil {
		return err
	}
	for key, value := range data {
		if err := os.WriteFile(filepath.Join(files, key), []byte(value), 0o644); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join("..data", key), filepath.Join(volume, key)); err != nil && !os.IsExist(err) {
			return err
		}
	}
	old, _ := os.Readlink(filepath.Join(volume, "..data"))
	if err := os.Symlink(filepath.Base(files), filepath.Join(volume, "..data_tmp")); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(volume, "..data_tmp"), filepath.Join(volume, "..data")); err != nil {
		return err
	}
	links, err := filepath.Glob(filepath.Join(volume, "*.json"))
	if err != nil {
		return err
	}
	for _, link := range links {
		if _, kept := data[filepath.Base(link)]; !kept {
			if err := os.Remove(link); err != nil {
				return err
			}
		}
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(volume, old))
}

func TestLayOutConfigMap(t *testing.T) {
	volume := filepath.Join(t.TempDir(), "volume")
	for _, data := range []map[string]string{{"a.json": "1", "b.json": "2"}, {"b.json": "3"}} {
		if err := layOutConfigMap(volume, data); err != nil {
			t.Fatal(err)
		}
		links, err := filepath.Glob(filepath.Join(volume, "*.json"))
		if err != nil || len(links) != len(data) {
			t.Errorf("%v, %v", links, err)
		}
		for key, value := range data {
			if got, err := os.ReadFile(filepath.Join(volume, key)); string(got) != value || err != nil {
				t.Errorf("%s is %q, %v", key, got, err)
			}
		}
		if entries, err := os.ReadDir(volume); len(entries) != len(data)+2 {
			t.Error(fmt.Sprint(entries, err))
		}
	}
}
