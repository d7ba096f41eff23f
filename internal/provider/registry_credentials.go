package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage"
)

// registryCredentialsModel is the part of the provider's configuration that
// signs in to container registries.
type registryCredentialsModel struct {
	RegistryAuth     types.Map    `tfsdk:"registry_auth"`
	DockerConfigJSON types.String `tfsdk:"docker_config_json"`
	UseDockerConfig  types.Bool   `tfsdk:"use_docker_config"`
}

func registryCredentialsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"registry_auth": schema.MapNestedAttribute{
			MarkdownDescription: "Credentials for container registries, for the data source `elyra_container_image`. The key is a registry, such as `quay.io`, or the beginning of a repository, such as `quay.io/acme`. For Docker Hub, use `docker.io`. The provider sends them only to that registry and its token server.",
			Optional:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"username": schema.StringAttribute{MarkdownDescription: "User name.", Required: true},
				"password": schema.StringAttribute{MarkdownDescription: "Password or access token.", Required: true, Sensitive: true},
			}},
		},
		"docker_config_json": schema.StringAttribute{
			MarkdownDescription: "Credentials for container registries as the content of a `.dockerconfigjson` file, which is what the Kubernetes Secret behind `pull_secret` contains. The most specific entry wins; of equal ones, that of `registry_auth`.",
			Optional:            true,
			Sensitive:           true,
		},
		"use_docker_config": schema.BoolAttribute{
			MarkdownDescription: "Whether to use the credentials of this machine's Docker configuration (`~/.docker/config.json`, or Podman's `auth.json`) and run its credential helpers. `registry_auth` and `docker_config_json` take precedence. Defaults to `false`.",
			Optional:            true,
		},
	}
}

// isKnown reports whether everything that decides on the place of runtime images is known, and whether all credentials
// of registries are, which don't matter for that.
func isKnown(config tftypes.Value) (place, credentials bool) {
	place, credentials = true, true
	for name, value := range attributesOf(config) {
		if _, isCredential := registryCredentialsAttributes()[name]; isCredential {
			credentials = credentials && value.IsFullyKnown()
		} else {
			place = place && value.IsFullyKnown()
		}
	}
	return place, credentials
}

// imageClient returns what asks registries, with the configured credentials, or with none if they aren't known.
func (m registryCredentialsModel) imageClient(ctx context.Context, known bool) (client *containerimage.Client, diags diag.Diagnostics) {
	if !known {
		return containerimage.NewClient(containerimage.Credentials{}), nil
	}
	var models map[string]struct {
		Username string `tfsdk:"username"`
		Password string `tfsdk:"password"`
	}
	diags = m.RegistryAuth.ElementsAs(ctx, &models, false)
	credentials := containerimage.Credentials{Docker: m.UseDockerConfig.ValueBool()}
	for registry, login := range models {
		credentials.Add(registry, login.Username, login.Password)
	}
	if content := m.DockerConfigJSON.ValueString(); content != "" {
		if err := credentials.AddDockerConfig(content); err != nil {
			diags.AddAttributeError(path.Root("docker_config_json"), "Invalid registry credentials", dockerConfigDetail(content, err))
		}
	}
	return containerimage.NewClient(credentials), diags
}

// dockerConfigDetail says what is wrong with a content, and quotes it only if it's a path.
func dockerConfigDetail(content string, err error) string {
	if strings.HasSuffix(content, ".json") && !strings.ContainsAny(content, "{\n") {
		return fmt.Sprintf("The argument takes the content of a file, not its path. Use:\n\n    docker_config_json = file(pathexpand(%q))", content)
	}
	return sentence(err.Error())
}

// awaitCredentials ends a read that needs credentials which are known only after
// apply: put off where Terraform can do that, an error otherwise.
func awaitCredentials(req datasource.ReadRequest, resp *datasource.ReadResponse) {
	if req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &datasource.Deferred{Reason: datasource.DeferredReasonProviderConfigUnknown}
		return
	}
	resp.Diagnostics.AddError("Credentials not known yet",
		"The image can't be pulled without credentials, and those in the provider's configuration are known only after apply. To read the data source during apply, add what they come from:\n\n    depends_on = [<resource with the credentials>]")
}
