// Package provider is how Terraform sees Elyra's runtime images and runtimes: provider
// configuration, resources, data sources, and functions. It translates between
// Terraform's values and package elyra, and turns the errors of the stores into
// diagnostics; everything else is done elsewhere.
package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ provider.Provider                   = (*elyraProvider)(nil)
	_ provider.ProviderWithFunctions      = (*elyraProvider)(nil)
	_ provider.ProviderWithListResources  = (*elyraProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*elyraProvider)(nil)
)

type elyraProvider struct {
	version string
}

func (p *elyraProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "elyra"
	resp.Version = p.version
}

func (p *elyraProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: validators}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Sensitive: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the runtime images and runtime configurations of [Elyra](https://elyra.readthedocs.io), as files of a Jupyter data directory or through a running Jupyter Server.",
		Attributes: map[string]schema.Attribute{
			"data_dir": text("[Jupyter data directory](https://docs.jupyter.org/en/latest/use/jupyter-directories.html) to write to. Runtime images are in its subdirectory `metadata/runtime-images`, and runtimes in `metadata/runtimes`. If unset, the provider uses Elyra's search path (`jupyter --paths` and `ELYRA_METADATA_PATH`): it reads every directory and writes to the first. Conflicts with `endpoint`.", directoryRule),
			"search_path": schema.ListAttribute{
				MarkdownDescription: "Jupyter data directories to read after `data_dir`, or after the directories of the environment. The first one wins if a name exists more than once. If `data_dir` is set, the default is empty, so a staging directory doesn't depend on the machine.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{directoryRule},
			},
			"file_permission":      text("Permissions of files that the provider creates, in octal. Updates keep the permissions of a file. Defaults to `\"0600\"`, as in Elyra.", fileModeRule),
			"directory_permission": text("Permissions of the directory `metadata` and those in it if the provider creates them, in octal. Other missing directories follow the umask. For a group that shares the directory, set `\"2775\"`. Defaults to `\"0700\"`, as in Elyra.", dirModeRule),

			"endpoint": text("Base URL of a Jupyter Server with Elyra, including its path, such as `https://hub.example.com/user/jdoe/`. If unset, and if `data_dir` isn't set, the provider uses `ELYRA_ENDPOINT`. Conflicts with `data_dir`."),
			"token":    secret("Token of the [Jupyter Server](https://jupyter-server.readthedocs.io/en/latest/operators/security.html), or a [JupyterHub token](https://jupyterhub.readthedocs.io/en/stable/reference/rest.html) with the scope `access:servers`. If unset, the provider uses `ELYRA_TOKEN`, then `JUPYTER_TOKEN`."),
			"password": secret("Password, for a server with a password and no token. If unset, the provider uses `ELYRA_PASSWORD`."),
			"headers": schema.MapAttribute{
				MarkdownDescription: "Headers to add to each request, for proxies in front of the server.",
				ElementType:         types.StringType,
				Optional:            true,
				Sensitive:           true,
			},
			"ca_cert_pem":     text("Certificates of private authorities, in PEM format, to trust in addition to the system's."),
			"client_cert_pem": text("Client certificate, in PEM format. Requires `client_key_pem`."),
			"client_key_pem":  secret("Private key of `client_cert_pem`, in PEM format."),
			"insecure_skip_verify": schema.BoolAttribute{
				MarkdownDescription: "Whether to accept any certificate. Anyone on the network path can then read the token. Use it only for tests. Defaults to `false`.",
				Optional:            true,
			},
			"request_timeout": text("Maximum duration of one attempt of a request, such as `\"45s\"` or `\"2m\"`. Defaults to `\"30s\"`.", durationRule),
			"max_retries": schema.NumberAttribute{
				MarkdownDescription: "Maximum number of retries after a transient failure (a broken connection or status 429, 502, 503, or 504). Retries use exponential backoff and honor `Retry-After`. Defaults to `4`.",
				Optional:            true,
				Validators:          []validator.Number{retriesRule},
			},
		},
	}
	maps.Copy(resp.Schema.Attributes, registryCredentialsAttributes())
}

// ValidateConfig finds arguments that exclude or need each other.
func (p *elyraProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(model.validate()...)
	}
}

// Configure hands the store to resources and data sources. It reads the environment and
// lists the directories of the search path, and sends no request.
func (p *elyraProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var store elyra.Store
	var dataDirs []string
	// Unknown isn't null: the environment never stands in for a value that is
	// yet to come.
	placeIsKnown, credentialsAreKnown := isKnown(req.Config.Raw)
	if placeIsKnown {
		// Values that were unknown when the configuration was validated are known now.
		diags := model.validate()
		if !diags.HasError() {
			store, dataDirs, diags = model.store(ctx, p.version)
		}
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	conn := newConnection(runtimeImageType, store)
	if store != nil {
		store = store.Of(elyra.Runtimes)
	}
	conn.runtimes = newConnection(kubeflowPipelinesType, store)
	for _, c := range []*connection{conn, conn.runtimes} {
		c.absolute, c.dataDirs, c.filePermission = model.isAbsolute(), dataDirs, permission(model.FilePermission)
	}
	client, diags := model.imageClient(ctx, credentialsAreKnown)
	resp.Diagnostics.Append(diags...)
	conn.imageClient, conn.credentialsUnknown = client, !credentialsAreKnown
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = conn, conn, conn
}

func (p *elyraProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{airflowType.newResource, kubeflowPipelinesType.newResource, runtimeImageType.newResource, newRuntimeImagesExclusiveResource}
}

func (p *elyraProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newContainerImageDataSource, newRuntimeImageDataSource, newRuntimeImagesDataSource, newRuntimesDataSource}
}

func (p *elyraProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{airflowType.newListResource, kubeflowPipelinesType.newListResource, runtimeImageType.newListResource}
}

func (p *elyraProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newAirflowRuntimeJSONFunction,
		newInstanceNameFunction,
		newKubeflowPipelinesRuntimeJSONFunction,
		newODHConfigMapJSONFunction,
		newODHConfigMapKeyFunction,
		newODHImageStreamAnnotationFunction,
		newODHRuntimeImagesFunction,
		newParseImageNameFunction,
		newParseRuntimeImageJSONFunction,
		newPipelineRuntimeImagesFunction,
		newRuntimeImageJSONFunction,
	}
}
