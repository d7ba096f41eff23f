// Package provider is how Terraform sees Elyra's runtime images: provider
// configuration, resource, data sources and functions. It translates between
// Terraform's values and package elyra, and turns the errors of the stores into
// diagnostics; all else is done elsewhere.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ provider.Provider                   = (*elyraProvider)(nil)
	_ provider.ProviderWithFunctions      = (*elyraProvider)(nil)
	_ provider.ProviderWithListResources  = (*elyraProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*elyraProvider)(nil)
)

// New returns the constructor of a provider of that version.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &elyraProvider{version: version} }
}

type elyraProvider struct {
	version string
}

func (p *elyraProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "elyra"
	resp.Version = p.version
}

func (p *elyraProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages [Elyra](https://elyra.readthedocs.io)'s runtime images, as files of a Jupyter data directory or through a running Jupyter Server.",
		Attributes: map[string]schema.Attribute{
			"data_dir": schema.StringAttribute{
				MarkdownDescription: "Jupyter data directory to write to; runtime images live in `metadata/runtime-images` below it. Unset, Elyra's own search path is taken from the environment, as `jupyter --paths` and `ELYRA_METADATA_PATH` have it: the first directory is written to, all are read. Conflicts with `endpoint`.",
				Optional:            true,
				Validators:          []validator.String{directoryRule},
			},
			"search_path": schema.ListAttribute{
				MarkdownDescription: "More Jupyter data directories to read, nearest first. Unset, there are none beside an explicit `data_dir`, so that a staging directory does not depend on the machine.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{directoryRule},
			},
			"file_permission": schema.StringAttribute{
				MarkdownDescription: "Mode of files that the provider creates, in octal. An update keeps the mode that a file has. Defaults to `\"0600\"`, as Elyra.",
				Optional:            true,
				Validators:          []validator.String{permissionRule},
			},
			"directory_permission": schema.StringAttribute{
				MarkdownDescription: "Mode of directories that the provider creates, in octal. Defaults to `\"0700\"`, as Elyra.",
				Optional:            true,
				Validators:          []validator.String{permissionRule},
			},
		},
	}
}

func (p *elyraProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newRuntimeImageResource}
}

func (p *elyraProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newRuntimeImageDataSource, newRuntimeImagesDataSource}
}

func (p *elyraProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newRuntimeImageListResource}
}

func (p *elyraProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newInstanceNameFunction,
		newODHConfigMapJSONFunction,
		newODHConfigMapKeyFunction,
		newODHImageStreamAnnotationFunction,
		newParseImageNameFunction,
		newRuntimeImageJSONFunction,
	}
}
