package provider

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// warnOfTraps warns of what Elyra would accept without a word and a pipeline fail
// on later. It is to be called for every planned resource. Where nothing changes,
// it reads nothing: it compares with the other resources of this run alone.
func (r *instanceResource) warnOfTraps(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (diags diag.Diagnostics) {
	planned, writes := attributesOf(resp.Plan.Raw), !resp.Plan.Raw.Equal(req.State.Raw)
	diags.Append(r.imageNameWarning(ctx, planned, writes)...)
	if writes {
		plan, config := r.model(), r.model()
		diags.Append(plan.get(ctx, resp.Plan)...)
		diags.Append(config.get(ctx, req.Config)...)
		diags.Append(r.schemaWarnings(ctx, plan)...)
		diags.Append(plan.runtimeWarnings()...)
		if req.State.Raw.IsNull() {
			diags.Append(r.conn.readableWarning(config)...)
		}
	}
	return diags
}

// readableWarning says that others will be able to read the secrets of a configuration.
func (c *connection) readableWarning(config instanceModel) (diags diag.Diagnostics) {
	for i, secret := range config.secrets {
		isSet := !config.text(secret.Key).IsNull() || !config.writeOnly[i].IsNull()
		if isSet && c.store.IsLocal() && c.filePermission&0o077 != 0 {
			diags.AddAttributeWarning(path.Root(secret.Key), "Credentials that other users can read",
				fmt.Sprintf("file_permission is %s, so other users who can enter the directory can read the runtime's file, which contains its credentials. If only you use them, manage runtimes with a provider block that doesn't set file_permission.", filestore.FormatMode(c.filePermission)))
			break
		}
	}
	return diags
}

// imageNameWarning reports, once a run for each image name, that more than one
// runtime image has it: several resources, or one that's written and an instance
// later in the search path.
func (r *instanceResource) imageNameWarning(ctx context.Context, planned attributes, writes bool) (diags diag.Diagnostics) {
	name, nameKnown := planned.text("name")
	imageName, imageNameKnown := planned.text("image_name")
	if !nameKnown || !imageNameKnown {
		return nil
	}
	hasOther := func(name string) bool {
		first, _ := r.conn.imageNames.LoadOrStore(imageName, name)
		return first != name
	}
	twice := hasOther(name)
	if writes {
		later, err := r.conn.later(ctx)
		if err != nil { // what needs the answer reports the error
			tflog.Debug(ctx, "didn't compare with other runtime images", map[string]any{"error": err.Error()})
		}
		for _, image := range later[imageName] {
			if image.Name != name { // that one will be hidden
				twice = hasOther(image.Name) || twice
			}
		}
	}
	if twice && r.conn.run.FirstReport("image name "+imageName) {
		stored, _ := r.conn.stored(ctx) // what needs the answer reports the error
		diags.Append(imageNameTwiceWarning(imageName, stored[imageName]))
	}
	return diags
}

// imageNameTwiceWarning names what is stored, which is the same whatever is
// planned first.
//
// Elyra looks the pull settings up by the image name alone, among all runtime
// images in the order in which the directories list their files. The pull secret
// is that of the first one with the image name, and none where that one has none,
// on Kubeflow Pipelines and on Airflow. The pull policy is that of the first one
// on Airflow, and of the first one that has a policy on Kubeflow Pipelines (Elyra
// 4.1, elyra/pipeline/kfp/kfp_processor.py, elyra/pipeline/airflow/airflow_processor.py).
func imageNameTwiceWarning(imageName string, stored []elyra.RuntimeImage) diag.Diagnostic {
	detail := "Elyra identifies an image by its image_name when it looks up the pull policy and the pull secret. If two runtime images have the same one, a pipeline can get either's settings. Use each image_name once. For two entries, use the tag in one and the digest in the other."
	var lines []string
	for _, image := range stored {
		lines = append(lines, fmt.Sprintf("%s # pull_policy = %s, pull_secret = %s", image.Name, hclString(image.PullPolicy), hclString(image.PullSecret)))
	}
	if len(lines) > 0 {
		detail += "\n\nThese runtime images have it now:\n\n" + indented(lines)
	}
	return diag.NewAttributeWarningDiagnostic(pathImageName, fmt.Sprintf("More than one runtime image has the image name %q", imageName), detail)
}

func hclString(s string) string {
	if s == "" {
		return "null"
	}
	return fmt.Sprintf("%q", s)
}

// schemaWarnings reports what's in use and the server's Elyra doesn't have: the schema,
// properties, and values of those that have a list of them. That takes a request, so it's
// done only if an optional property is going to be written.
func (r *instanceResource) schemaWarnings(ctx context.Context, plan instanceModel) (diags diag.Diagnostics) {
	inUse, tags := plan.known()
	if len(tags) > 0 {
		inUse["tags"] = ""
	}
	for _, field := range r.fields {
		if field.Required || field.Secret {
			delete(inUse, field.Key)
		}
	}
	if len(inUse) == 0 {
		return nil
	}
	properties, err := r.conn.store.Properties(ctx, r.schema)
	if err != nil { // not a reason to stop
		tflog.Debug(ctx, "didn't compare with the server's schema", map[string]any{"error": err.Error()})
		return nil
	}
	if properties == nil {
		diags.AddWarning("This server's Elyra doesn't have "+r.name,
			fmt.Sprintf("The server runs an Elyra without the schema %q, so it saves and lists no such %s. Install an Elyra that has it.", r.schema, r.kind.Noun))
		return diags
	}
	for _, key := range slices.Sorted(maps.Keys(inUse)) {
		switch values, exists := properties[key]; {
		case !exists:
			diags.AddAttributeWarning(path.Root(key), fmt.Sprintf("This server's Elyra doesn't have %s", key),
				fmt.Sprintf("The server runs an Elyra that doesn't have %q. It stores the value but ignores it. Update Elyra, or remove %s.", key, key))
		case values != nil && !slices.Contains(values, any(inUse[key])):
			diags.AddAttributeWarning(path.Root(key), fmt.Sprintf("This server's Elyra doesn't have %s = %q", key, inUse[key]),
				fmt.Sprintf("The server runs an Elyra that refuses to save a %s with that value, and hides one that has it.%s", r.kind.Noun, packages[inUse[key]]))
		}
	}
	return diags
}

// packages say what a server's Elyra needs for a value.
var packages = map[string]string{
	"GITLAB": " Install elyra-server[airflow-gitlab] there.",
	"GITEA":  " Install the Python package giteapy there.",
}

// modeWarnings reports files and directories with another mode than the configuration
// asks for. The provider sets the mode of what it creates, and leaves existing modes
// alone, since others may have had a reason to change them.
func (c *connection) modeWarnings(instance elyra.Instance) (diags diag.Diagnostics) {
	for _, drift := range instance.Modes {
		argument, kind := "file_permission", "file"
		if drift.Directory {
			argument, kind = "directory_permission", "directory"
		}
		isStricter := drift.Mode&^drift.Want == 0
		if drift.Directory && !c.run.FirstReport(drift.Path) || !drift.Directory && isStricter && len(c.secrets) > 0 {
			continue // all instances share it; nobody should open a file with secrets
		}
		diags.AddWarning(fmt.Sprintf("Mode of a %s differs from %s", kind, argument),
			fmt.Sprintf("%s has the mode %s, but %s is %s. The provider sets the mode of what it creates and never changes an existing one, so other users may not be able to read it. To change it:\n\n    chmod %s %s",
				drift.Path, filestore.FormatMode(drift.Mode), argument, filestore.FormatMode(drift.Want), filestore.FormatMode(drift.Want), shellQuote(filepath.Clean(drift.Path))))
	}
	return diags
}

// runtimeWarnings are about what Elyra accepts in a plan, and what doesn't work later.
func (m instanceModel) runtimeWarnings() (diags diag.Diagnostics) {
	values, _ := m.known()
	api, err := url.Parse(values["api_endpoint"])
	if m.runtime == nil || err != nil {
		return nil
	}
	if at := strings.Trim(api.Path, "/"); api.Scheme == "https" && strings.HasPrefix(values["auth_type"], "DEX_") && at != "" && at != "pipeline" {
		diags.AddAttributeWarning(path.Root("api_endpoint"), "Unusual path for Kubeflow with Dex",
			fmt.Sprintf("Kubeflow's gateway usually serves the API at the path /pipeline:\n\n    api_endpoint = \"https://%s/pipeline\"", api.Host))
	}
	hasPublic := m.runtime != elyra.KubeflowPipelines || !m.text("public_api_endpoint").IsNull() // set, or unknown
	if host := api.Hostname(); !hasPublic && elyra.InCluster(host) && host != "localhost" {
		diags.AddAttributeWarning(path.Root("api_endpoint"), "Links to runs lead into the cluster",
			"Elyra links to a submitted run at api_endpoint, which a browser outside the cluster can't reach. Set the address of Kubeflow's user interface:\n\n    public_api_endpoint = \"https://kubeflow.example.com/pipeline\"")
	}
	const most = 63 // characters, of S3
	if bucket := values["cos_bucket"]; len(bucket) > most {
		diags.AddAttributeWarning(path.Root("cos_bucket"), "Bucket name too long for S3",
			fmt.Sprintf("Elyra accepts %d characters, but S3 and MinIO accept at most %d.", len(bucket), most))
	}
	return diags
}

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
