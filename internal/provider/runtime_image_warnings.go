package provider

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// planPatience is how long the plan of a creation waits for the plan of what was
// read under the same name: Terraform makes it next, without waiting for anything.
const planPatience = time.Second

// imageUse is what a run knows of one image name: the first runtime image that was
// found to have it, a planned one or one that lies beyond what any plan can change.
//
// What is stored where the store writes does not count: whether the configuration
// is about to change or remove it, nobody knows before all is planned.
type imageUse struct {
	name string
	told bool
}

// use notes that a runtime image has an image name, and reports, once a run, that
// more than one has it. Whichever is planned last, that is told once.
func (r *run) use(imageName, name string) (twice bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	use := r.images[imageName]
	if use == nil {
		use = &imageUse{name: name}
		r.images[imageName] = use
	}
	twice = use.name != name && !use.told
	use.told = use.told || twice
	return twice
}

// warnOfTraps warns of what Elyra would accept without a word and a pipeline fail
// on later. It is to be called for every planned resource. Where nothing changes,
// it reads nothing: it compares with the other resources of this run alone.
func (r *runtimeImageResource) warnOfTraps(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (diags diag.Diagnostics) {
	planned, writes := attributesOf(resp.Plan.Raw), !resp.Plan.Raw.Equal(req.State.Raw)
	diags.Append(r.imageNameWarning(ctx, planned, writes)...)
	if writes {
		diags.Append(r.schemaWarnings(ctx, planned)...)
	}
	return diags
}

// imageNameWarning tells, once a run for each image name, that more than one
// runtime image has it: several resources, or one that is to be written and an
// instance further along the search path.
func (r *runtimeImageResource) imageNameWarning(ctx context.Context, planned attributes, writes bool) (diags diag.Diagnostics) {
	name, nameKnown := planned.text("name")
	imageName, imageNameKnown := planned.text("image_name")
	if !nameKnown || !imageNameKnown {
		return nil
	}
	twice := r.conn.run.use(imageName, name)
	if writes {
		for _, image := range lookUpImageName(ctx, r.conn.beyond, imageName) {
			if image.Name != name { // that one will be hidden
				twice = r.conn.run.use(imageName, image.Name) || twice
			}
		}
	}
	if twice {
		diags.Append(imageNameTwiceWarning(imageName, lookUpImageName(ctx, r.conn.stored, imageName)))
	}
	return diags
}

func lookUpImageName(ctx context.Context, all func(context.Context) (imagesByImageName, error), imageName string) []elyra.RuntimeImage {
	found, err := all(ctx)
	if err != nil { // what needs the answer reports the error
		tflog.Debug(ctx, "did not compare with other runtime images", map[string]any{"error": err.Error()})
	}
	return found[imageName]
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
	detail := "Elyra tells runtime images apart by their image_name: its pipeline editor shows the same entry more than once and reports an error. Where they differ in pull_policy or pull_secret, pipelines can get either: the secret is that of the first one that Elyra comes across, and so is the policy on Apache Airflow; on Kubeflow Pipelines, the policy is that of the first one that has a policy. Use each image_name once. Where you need two entries, one with the tag and one with the digest will do."
	if len(stored) > 0 {
		detail += "\n\nThese have it now:\n"
	}
	const most = 10
	for i, image := range stored {
		if i == most {
			detail += fmt.Sprintf("\n    and %d more", len(stored)-most)
			break
		}
		detail += fmt.Sprintf("\n    %s # pull_policy = %s, pull_secret = %s", elyra.Printable(image.Name), hclString(string(image.PullPolicy)), hclString(image.PullSecret))
	}
	return diag.NewAttributeWarningDiagnostic(pathImageName, fmt.Sprintf("More than one runtime image has the image name %q", imageName), detail)
}

func hclString(s string) string {
	if s == "" {
		return "null"
	}
	return fmt.Sprintf("%q", s)
}

// schemaWarnings tells of properties in use that the server's Elyra does not know.
// That takes a request of its own, so it is done only where one of them is going
// to be written.
func (r *runtimeImageResource) schemaWarnings(ctx context.Context, planned attributes) (diags diag.Diagnostics) {
	for _, property := range []string{"description", "pull_policy", "pull_secret", "tags"} {
		if !planned.isSet(property) {
			continue
		}
		supported, err := r.conn.store.Supports(ctx, property)
		if err != nil { // not a reason to stop
			tflog.Debug(ctx, "did not compare with the server's schema", map[string]any{"error": err.Error()})
			return nil
		}
		if !supported {
			diags.AddAttributeWarning(path.Root(property), fmt.Sprintf("This server's Elyra does not know %s", property),
				fmt.Sprintf("The server's own schema of runtime images has no property %q. The server keeps the value, but its editor and its pipelines take no notice of it. Update Elyra there, or leave %s out.", property, property))
		}
	}
	return diags
}

// takenWarning tells at plan time what Create would fail on, unless the address
// that has the name leaves it. The plan cannot know: that address may be planned
// later. So it says both, whatever the order.
func takenWarning(exists *elyra.ExistsError) diag.Diagnostic {
	if exists.Identical {
		return diag.NewAttributeWarningDiagnostic(pathName, existsSummary(exists),
			fmt.Sprintf("The instance at %s is exactly what is to be created. The apply takes it over: most likely an earlier run created it and was interrupted. If another configuration manages it, give one of the two another name.", exists.Location))
	}
	return diag.NewAttributeWarningDiagnostic(pathName, existsSummary(exists), existsDetail(exists)+fmt.Sprintf(`

If this configuration has had it under another address until now (another label, count instead of for_each, a module), nothing is lost: the apply takes it over. A moved block says so in the plan:

    moved {
      from = elyra_runtime_image.<old label>
      to   = elyra_runtime_image.<label> # %s
    }`, exists.Name))
}

func (p place) uncheckedWarning(name string, err error) diag.Diagnostic {
	verb := "list"
	if p.store.Traits().ReadsCheaply {
		verb = "read"
	}
	return diag.NewWarningDiagnostic(fmt.Sprintf("Unable to check whether runtime image %q exists", name), p.detail(verb, name, err))
}

// leftBehind warns that the place of a resource has changed, and says what stays where
// it was.
func (p place) leftBehind(h held, whose whose) (diags diag.Diagnostics) {
	if p.isHere(h) {
		return nil
	}
	name, here := h.image.Name, p.store.Location(h.image.Name)
	there := fmt.Sprintf("There is none at %s, where it is planned to be created.", here)
	if whose == others {
		there = fmt.Sprintf("What is at %s has other content, so that it is taken for somebody else's: it is neither changed nor deleted. To take it over, import it, or set overwrite = true.", here)
	}
	diags.AddAttributeWarning(pathName, fmt.Sprintf("Runtime image %q is at another place", name),
		fmt.Sprintf(`Terraform's state has it at %s. %s

If the provider's configuration has changed, what is at the old place stays there, and Terraform forgets it. To have Terraform remove it there, leave this resource with the old configuration of the provider, under an alias, and add a new one under a new label with the new configuration: then remove the old one.`, h.at, there))
	return diags
}

func revealedWarning(name, location string) (diags diag.Diagnostics) {
	if location != "" {
		diags.AddAttributeWarning(pathName, fmt.Sprintf("Runtime image %q is visible again", name),
			fmt.Sprintf("The instance that was deleted hid another one of that name, shipped with Elyra or from further along the search path, which Elyra shows from now on: %s.", location))
	}
	return diags
}

// modeWarnings tells of files and directories with another mode than the
// configuration asks for: the provider gives a mode to what it creates, and leaves
// what there is as it is, since others may have had a reason to change it.
func (c *connection) modeWarnings(instance elyra.Instance) (diags diag.Diagnostics) {
	for _, drift := range instance.Modes {
		argument, kind := "file_permission", "file"
		if drift.Directory {
			argument, kind = "directory_permission", "directory"
		}
		if drift.Directory && !c.run.tell(drift.Path) {
			continue // all instances share it
		}
		diags.AddWarning(fmt.Sprintf("Mode of a %s differs from %s", kind, argument),
			fmt.Sprintf("%s has the mode %#o, and the provider's %s is %#o. The provider gives it to what it creates, and never changes the mode of what is there, so that other users may still be unable to read it. To change it:\n\n    chmod %04o %s",
				drift.Path, drift.Mode, argument, drift.Want, drift.Want, shellQuote(filepath.Clean(drift.Path))))
	}
	return diags
}

// shellQuote quotes a path for a POSIX shell where that is needed.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
