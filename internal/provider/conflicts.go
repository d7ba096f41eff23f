package provider

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// pull is how a container image is to be pulled. Elyra looks that up by the image
// name alone: it takes the first runtime image that has it, whatever the user
// chose (Elyra's elyra/pipeline/kfp/kfp_processor.py and
// elyra/pipeline/airflow/airflow_processor.py). Runtime images of one image name
// had better agree.
type pull struct{ policy, secret string }

// candidate is a runtime image that Elyra may take a pull from.
type candidate struct {
	name, imageName string
	location        string
	pull            pull
	// planned tells that a plan of this configuration says so, not the store.
	planned bool
}

// conflicts remembers what this configuration plans, for as long as a connection
// lives. Of two planned instances, the one that is planned later finds the other.
// The zero value is ready for use.
type conflicts struct {
	mu sync.Mutex
	// planned holds the planned instances, by image name and name.
	planned map[string]map[string]candidate
	// settled holds the names whose stored instances no longer tell what will be,
	// with the image name that is planned for each; none is planned for those
	// that will be gone or whose plan is not known yet.
	settled map[string]string
	// told holds the pairs of names that were warned of.
	told map[[2]string]bool
}

// settle notes what is planned for a name. Without an image name, that is nothing
// that could be compared, and does not replace what another resource plans for it.
func (c *conflicts) settle(plan candidate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settled == nil {
		c.planned, c.settled, c.told = map[string]map[string]candidate{}, map[string]string{}, map[[2]string]bool{}
	}
	if plan.imageName == "" && c.settled[plan.name] != "" {
		return
	}
	delete(c.planned[c.settled[plan.name]], plan.name)
	c.settled[plan.name] = plan.imageName
	if plan.imageName == "" {
		return
	}
	if c.planned[plan.imageName] == nil {
		c.planned[plan.imageName] = map[string]candidate{}
	}
	c.planned[plan.imageName][plan.name] = plan
}

// of returns what a planned instance is in conflict with, each pair once: other
// planned instances, and stored ones of which no plan is known.
func (c *conflicts) of(plan candidate, stored []candidate) []candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []candidate
	compare := func(other candidate) {
		pair := [2]string{min(plan.name, other.name), max(plan.name, other.name)}
		if other.name != plan.name && other.pull != plan.pull && !c.told[pair] {
			c.told[pair] = true
			found = append(found, other)
		}
	}
	for _, other := range c.planned[plan.imageName] {
		compare(other)
	}
	for _, other := range stored {
		if _, settled := c.settled[other.name]; !settled && other.imageName == plan.imageName {
			compare(other)
		}
	}
	return found
}

// warnOfTraps warns of what Elyra would take without a word and a pipeline fail
// on later. It is to be called at the end of every ModifyPlan, also where nothing
// changes: it costs no request beyond the list that all plans share, and a
// conflict that is there already is as bad as a new one.
func (r *runtimeImageResource) warnOfTraps(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if resp.Diagnostics.HasError() || r.conn.store == nil {
		return
	}
	plan := attributesOf(resp.Plan.Raw)
	if plan == nil { // a destroy
		if name, ok := attributesOf(req.State.Raw).text("name"); ok {
			r.conn.conflicts.settle(candidate{name: name})
		}
		return
	}
	resp.Diagnostics.Append(r.conflictWarnings(ctx, plan, req.State.Raw.IsNull())...)
	resp.Diagnostics.Append(r.schemaWarnings(ctx, req, resp, plan)...)
}

// conflictWarnings tells of other runtime images with the same image name and
// another pull.
func (r *runtimeImageResource) conflictWarnings(ctx context.Context, planned attributes, isNew bool) (diags diag.Diagnostics) {
	plan := candidate{planned: true}
	var known [4]bool
	plan.name, known[0] = planned.text("name")
	plan.imageName, known[1] = planned.text("image_name")
	plan.pull.policy, known[2] = planned.text("pull_policy")
	plan.pull.secret, known[3] = planned.text("pull_secret")
	plan.location, _ = planned.text("location")
	switch {
	case !known[0]:
		return nil
	case known != [4]bool{true, true, true, true}:
		r.conn.conflicts.settle(candidate{name: plan.name})
		return nil
	}
	r.conn.conflicts.settle(plan)
	var stored []candidate
	if isNew || r.conn.isManaged(plan.name) { // else nothing was read: -refresh=false, or an apply, which plans once more
		instances, err := r.conn.list(ctx)
		if err != nil { // whatever depends on the answer says so
			tflog.Debug(ctx, "did not compare with other runtime images", map[string]any{"error": err.Error()})
		}
		for _, instance := range instances {
			// Of one that this configuration manages, the plan is still to come.
			if instance.ImageName == plan.imageName && instance.Invalid == nil && !r.conn.isManaged(instance.Name) {
				stored = append(stored, storedCandidate(instance))
			}
		}
	}
	for _, other := range r.conn.conflicts.of(plan, stored) {
		diags.Append(conflictWarning(plan, other))
	}
	return diags
}

func storedCandidate(instance elyra.Instance) candidate {
	return candidate{
		name: instance.Name, imageName: instance.ImageName, location: instance.Location,
		pull: pull{string(instance.PullPolicy), instance.PullSecret},
	}
}

func conflictWarning(plan, other candidate) diag.Diagnostic {
	at := path.Root("pull_secret")
	var differences []string
	differ := func(what, here, there string) {
		if here != there {
			differences = append(differences, fmt.Sprintf("%s = %s there and %s here", what, hclString(there), hclString(here)))
		}
	}
	differ("pull_policy", plan.pull.policy, other.pull.policy)
	differ("pull_secret", plan.pull.secret, other.pull.secret)
	if plan.pull.policy != other.pull.policy {
		at = path.Root("pull_policy")
	}
	detail := fmt.Sprintf("The runtime image %q at %s has the same image_name, %q, but %s.\n\nElyra looks these up by the image name alone and takes what it comes across first, so that pipelines can get either. Give both runtime images the same values, or different image names: one with the tag and one with the digest will do.",
		other.name, other.location, plan.imageName, strings.Join(differences, ", and "))
	if !other.planned {
		detail += "\n\nThat is what is stored there now. Disregard this if the same run changes it to agree."
	}
	return diag.NewAttributeWarningDiagnostic(at, fmt.Sprintf("Runtime images %q and %q pull one image in two ways", plan.name, other.name), detail)
}

// schemaWarnings tells of properties in use that the server's Elyra does not know.
// That takes a request of its own, so it is done only where one of them is going
// to be written.
func (r *runtimeImageResource) schemaWarnings(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, planned attributes) (diags diag.Diagnostics) {
	if resp.Plan.Raw.Equal(req.State.Raw) {
		return nil
	}
	var used []string
	for _, property := range []string{"description", "pull_policy", "pull_secret", "tags"} {
		if value := planned[property]; value.IsKnown() && !value.IsNull() {
			used = append(used, property)
		}
	}
	for _, property := range used {
		supported, err := r.conn.store.Supports(ctx, property)
		if err != nil { // no reason to hold anything up
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

func hclString(s string) string {
	if s == "" {
		return "null"
	}
	return fmt.Sprintf("%q", s)
}
