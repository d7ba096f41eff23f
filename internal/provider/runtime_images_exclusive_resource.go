package provider

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ resource.Resource                = (*runtimeImagesExclusiveResource)(nil)
	_ resource.ResourceWithConfigure   = (*runtimeImagesExclusiveResource)(nil)
	_ resource.ResourceWithImportState = (*runtimeImagesExclusiveResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*runtimeImagesExclusiveResource)(nil)
)

func newRuntimeImagesExclusiveResource() resource.Resource { return &runtimeImagesExclusiveResource{} }

// runtimeImagesExclusiveResource keeps the place that the store writes to free of
// all instances except those that it names, after the pattern of the hashicorp/aws
// provider's resources of that name: Read puts what is there into the state, the
// plan shows it as a difference, and Update deletes the difference.
type runtimeImagesExclusiveResource struct {
	conn *connection
}

type runtimeImagesExclusiveModel struct {
	// Names are, in a state, all names that are allowed and those of other instances
	// that are there. An allowed name that isn't there is no difference: another
	// resource creates it.
	Names types.Set `tfsdk:"names"`
}

var pathNames = path.Root("names")

func (r *runtimeImagesExclusiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_images_exclusive"
}

func (r *runtimeImagesExclusiveResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps only the named runtime images in the place that the provider writes to, and deletes all others there, whoever created them. Creating this resource deletes nothing; import it to delete in the first apply.",
		Attributes: map[string]schema.Attribute{
			"names": schema.SetAttribute{
				MarkdownDescription: "Names of the runtime images that may be there. All others are deleted. A name that doesn't exist is allowed, and nothing creates it.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.Set{instanceRule},
			},
		},
	}
}

func (r *runtimeImagesExclusiveResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connected(req.ProviderData, &resp.Diagnostics)
}

// Create deletes nothing: only what a plan has shown as a difference is ever
// deleted, and the plan of a creation shows none.
func (r *runtimeImagesExclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !r.conn.ready(&resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(r.notListedWarning(ctx, plan)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (r *runtimeImagesExclusiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || r.conn.store == nil {
		return // with the provider's configuration unknown, what is known stays
	}
	seen, diags := r.look(ctx, loadPrivate[exclusiveSeen](ctx, req.Private).Refused)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(savePrivate(ctx, resp.Private, seen)...)
	names := state.names()
	if extras := subtract(seen.names(), names); len(extras) > 0 {
		state.Names = stringSet(append(names, extras...))
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// ModifyPlan finds two resources that want different things of one place. For a
// creation, which has no state to show a difference to, it says what is there.
func (r *runtimeImagesExclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.conn.store == nil {
		return
	}
	var plan, state runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if isCreation := req.State.Raw.IsNull(); !isCreation {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	names := plan.names()
	if !req.Plan.Raw.IsFullyKnown() {
		if len(subtract(state.names(), names)) > 0 {
			resp.Diagnostics.AddAttributeError(pathNames, "Names not known yet",
				"Some names depend on values that are known only after apply, so the plan can't show what would be deleted. Apply what they come from first:\n\n    terraform apply -target=<address>")
		}
		return
	}
	excluded, other := r.conn.run.PlanExclusive(names)
	if other != nil {
		resp.Diagnostics.Append(twoExclusivesError(names, other))
	}
	for _, name := range excluded {
		resp.Diagnostics.Append(excludedError(r.conn.run, name)...)
	}
	if req.State.Raw.IsNull() && !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(r.notListedWarning(ctx, plan)...)
	}
}

// Update deletes the names that the state has and the plan hasn't, each only if it's
// still the instance that the plan saw.
func (r *runtimeImagesExclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !r.conn.ready(&resp.Diagnostics) {
		return
	}
	seen := loadPrivate[exclusiveSeen](ctx, req.Private)
	if seen.Refused == nil {
		seen.Refused = map[string]string{}
	}
	resp.Diagnostics.Append(r.deleteAll(ctx, subtract(state.names(), plan.names()), seen)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
	resp.Diagnostics.Append(savePrivate(ctx, resp.Private, seen)...)
}

// Delete deletes nothing: from now on, anything may be there.
func (r *runtimeImagesExclusiveResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState accepts any ID: the resource is about the provider's place.
func (r *runtimeImagesExclusiveResource) ImportState(ctx context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if r.conn.ready(&resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, runtimeImagesExclusiveModel{stringSet(nil)})...)
	}
}

// names returns the known names, sorted.
func (m runtimeImagesExclusiveModel) names() []string {
	return slices.Sorted(slices.Values(knownTexts(m.Names)))
}

// subtract returns the names that aren't among the others, each once, sorted.
func subtract(names, others []string) []string {
	left := slices.DeleteFunc(slices.Sorted(slices.Values(names)), func(name string) bool { return slices.Contains(others, name) })
	return slices.Compact(left)
}

// exclusiveSeen is what the private state of an exclusive set keeps: what the last
// read has seen, which the plan shows.
type exclusiveSeen struct {
	// Place is where that was.
	Place string `json:"place"`
	// Digests are those of all instances there, by name.
	Digests map[string]string `json:"digests,omitempty"`
	// Refused are the digests of those that a server has refused to delete, since
	// they live later in its search path. They aren't shown unless they change.
	Refused map[string]string `json:"refused,omitempty"`
}

func (s exclusiveSeen) names() []string { return slices.Sorted(maps.Keys(s.Digests)) }

// look returns what is where the store writes, without what was refused before.
func (r *runtimeImagesExclusiveResource) look(ctx context.Context, refused map[string]string) (exclusiveSeen, diag.Diagnostics) {
	seen := exclusiveSeen{Place: r.conn.store.Location(""), Digests: map[string]string{}, Refused: map[string]string{}}
	instances, err := r.conn.store.List(ctx, elyra.ListOptions{Invalid: true})
	if err != nil {
		return seen, diag.Diagnostics{r.conn.listError(err)}
	}
	for _, instance := range instances {
		digest := instance.Digest()
		switch {
		case !instance.Writable:
		case refused[instance.Name] == digest:
			seen.Refused[instance.Name] = digest
		default:
			seen.Digests[instance.Name] = digest
		}
	}
	return seen, nil
}

// deleteAll deletes the instances of these names and goes on if one can't be
// deleted. It notes in seen what a server refuses to delete.
func (r *runtimeImagesExclusiveResource) deleteAll(ctx context.Context, names []string, seen exclusiveSeen) (diags diag.Diagnostics) {
	var refused, changed, revealed []string
	for _, name := range names {
		shown, wasSeen := seen.Digests[name]
		if seen.Place != r.conn.store.Location("") {
			shown = "" // the plan saw another place
		} else if !wasSeen {
			continue // the plan saw nothing there
		}
		done, hidden, err := r.conn.delete(ctx, name, func(found elyra.Instance) bool { return found.Digest() == shown })
		var readOnly *elyra.ReadOnlyError
		switch {
		case errors.As(err, &readOnly) && !r.conn.store.IsLocal():
			refused = append(refused, readOnly.Error())
			seen.Refused[name] = shown
		case errors.Is(err, elyra.ErrChanged):
			changed = append(changed, name)
		case err != nil && !errors.Is(err, elyra.ErrReadOnly): // what is left lives later in the search path
			failed := r.conn.storeError("delete", name, err)
			diags.AddError(failed.Summary(), failed.Detail()) // of no attribute
		case done && !r.conn.store.IsLocal():
			// The server doesn't say what the instance hid, nor delete that.
			if found, _, err := r.conn.find(ctx, name, elyra.Current); err == nil && found != nil {
				revealed = append(revealed, found.Location)
				seen.Refused[name] = found.Digest()
			}
		case hidden != "":
			revealed = append(revealed, hidden)
		}
	}
	if len(changed) > 0 {
		diags.AddAttributeError(pathNames, counted(len(changed), "runtime image")+" changed since the plan",
			"The following runtime images aren't what the plan saw, so they weren't deleted. Plan again, then apply:\n\n"+indented(changed))
	}
	if len(refused) > 0 {
		diags.AddWarning(counted(len(refused), "runtime image")+" can't be deleted over the server",
			"The following runtime images stay, and aren't mentioned again unless they change. To delete them, set data_dir to their data directory where it can be written, as in a container build:\n\n"+indented(refused))
	}
	if len(revealed) > 0 {
		diags.AddWarning(counted(len(revealed), "runtime image")+" visible again",
			"The deleted runtime images were hiding others with the same names. Elyra now shows:\n\n"+indented(revealed))
	}
	return diags
}

// notListedWarning says what is there and not among the names of a plan that creates the resource.
func (r *runtimeImagesExclusiveResource) notListedWarning(ctx context.Context, plan runtimeImagesExclusiveModel) diag.Diagnostics {
	seen, diags := r.look(ctx, nil)
	if extras := subtract(seen.names(), plan.names()); len(extras) > 0 {
		diags.AddAttributeWarning(pathNames, counted(len(extras), "runtime image")+" not listed in names",
			"Creating this resource deletes nothing. The next plan after it shows the following runtime images as a difference, and its apply deletes them:\n\n"+indented(extras)+
				"\n\nTo delete them in the first apply, import the resource:\n\n    import {\n      to = elyra_runtime_images_exclusive.<label>\n      id = \"all\"\n    }")
	}
	return diags
}
