package provider

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// runtimeWarnings are about what Elyra accepts, and what doesn't work later.
func (r *instanceResource) runtimeWarnings(planned attributes) (diags diag.Diagnostics) {
	if r.runtime == nil {
		return nil
	}
	endpoint, _ := planned.text("api_endpoint")
	authType, _ := planned.text("auth_type")
	bucket, _ := planned.text("cos_bucket")
	public, publicKnown := planned.text("public_api_endpoint") // only Kubeflow Pipelines has it
	api, err := url.Parse(endpoint)
	if err != nil {
		return nil
	}
	if at := strings.Trim(api.Path, "/"); api.Scheme == "https" && strings.HasPrefix(authType, "DEX_") && at != "" && at != "pipeline" {
		diags.AddAttributeWarning(pathAPIEndpoint, "Unusual path for Kubeflow with Dex",
			fmt.Sprintf("Kubeflow's gateway usually serves the API at the path /pipeline:\n\n    api_endpoint = \"https://%s/pipeline\"", api.Host))
	}
	if host := api.Hostname(); publicKnown && public == "" && inCluster.MatchString(host) && host != "localhost" {
		diags.AddAttributeWarning(pathAPIEndpoint, "Links to runs lead into the cluster",
			"Elyra links to a submitted run at api_endpoint, which a browser outside the cluster can't reach. Set the address of Kubeflow's user interface:\n\n    public_api_endpoint = \"https://kubeflow.example.com/pipeline\"")
	}
	const most = 63 // characters, of S3
	if len(bucket) > most {
		diags.AddAttributeWarning(path.Root("cos_bucket"), "Bucket name too long for S3",
			fmt.Sprintf("Elyra accepts %d characters, but S3 and MinIO accept at most %d.", len(bucket), most))
	}
	return diags
}

var pathAPIEndpoint = path.Root("api_endpoint")

// inCluster matches the names of hosts that have a meaning inside a Kubernetes cluster alone.
var inCluster = regexp.MustCompile(`^([a-z0-9-]+|.*\.svc(\.cluster\.local)?)$`)

// unsavableWarning says what Elyra refuses to save of a runtime, though it reads it.
func (c *connection) unsavableWarning(found elyra.Instance) (diags diag.Diagnostics) {
	if c.runtime == nil {
		return nil
	}
	runtime, _ := found.Document.Runtime()                                             // the store has checked it
	maps.DeleteFunc(runtime.Values, func(_, value string) bool { return value == "" }) // as absent for Elyra
	var faults, lines []string
	for _, fault := range c.runtime.CheckTogether(runtime.Values, nil) {
		faults = append(faults, fault.String())
		switch fault.Key {
		case "api_username":
			lines = append(lines, `auth_type = "DEX_LEGACY"`)
		case "cos_secret":
			lines = append(lines, `cos_auth_type = "KUBERNETES_SECRET"`)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	detail := fmt.Sprintf("Elyra reads %s, but its rules refuse to save it:\n\n%s\n\nFix that before you apply a change.", found.Location, indented(faults))
	if len(lines) > 0 {
		detail += " If the document is from before Elyra 3.4, its migration has broken it. To restore what it meant:\n\n" + indented(lines)
	}
	diags.AddAttributeWarning(pathName, fmt.Sprintf("Runtime %q can't be saved as it is", found.Name), detail)
	return diags
}
