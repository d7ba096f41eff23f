package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ resource.Resource                = (*runtimeImagesExclusiveResource)(nil)
	_ resource.ResourceWithConfigure   = (*runtimeImagesExclusiveResource)(nil)
	_ resource.ResourceWithImportState = (*runtimeImagesExclusiveResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*runtimeImagesExclusiveResource)(nil)
)

func newRuntimeImagesExclusiveResource() resource.Resource { return &runtimeImagesExclusiveResource{} }

// runtimeImagesExclusiveResource keeps the place that is written to free of all
// instances but those that it names, after the pattern of the hashicorp/aws
// provider's resources of that name: Read puts what is there into the state, so
// that the plan shows it as a difference, and Update removes the difference.
type runtimeImagesExclusiveResource struct {
	conn *connection
}

type runtimeImagesExclusiveModel struct {
	// Names are, in a state, all names that are allowed and those of instances
	// that are there besides. A name that is allowed and not there is no
	// difference: it is another resource that creates it.
	Names types.Set `tfsdk:"names"`
}

var pathNames = path.Root("names")

func (r *runtimeImagesExclusiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_images_exclusive"
}

func (r *runtimeImagesExclusiveResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps exactly the named runtime images where the provider writes to, and removes all others there, whoever created them. Since 0.1.0.",
		Attributes: map[string]schema.Attribute{
			"names": schema.SetAttribute{
				MarkdownDescription: "Names of the runtime images that may be there. All others are removed. Names of images that do not exist (yet) are no error, and nothing creates them.",
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

// Create removes what the plan showed. What no plan has shown stays, and shows as a
// difference from then on.
func (r *runtimeImagesExclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if r.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	shown := r.conn.shownByPlan()
	extras, err := r.conn.extras(ctx, plan.names(), nil)
	if err != nil {
		resp.Diagnostics.Append(r.conn.listError(err))
		return
	}
	var unseen []string
	for _, extra := range extras {
		if !slices.Contains(shown, extra.Name) {
			unseen = append(unseen, extra.Name)
		}
	}
	if len(unseen) > 0 {
		resp.Diagnostics.Append(unseenWarning(unseen))
	}
	refused, diags := r.conn.discardAll(ctx, subtract(shown, plan.names()), nil)
	resp.Diagnostics.Append(diags...)
	if diags.HasError() {
		return // the state stays empty, and the next apply continues
	}
	resp.Diagnostics.Append(refused.save(ctx, resp.Private)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Read adds to the names what is there besides.
func (r *runtimeImagesExclusiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || r.conn.store == nil {
		return // with the provider's configuration unknown, what is known stays
	}
	extras, err := r.conn.extras(ctx, state.names(), loadRefused(ctx, req.Private))
	if err != nil {
		resp.Diagnostics.Append(r.conn.listError(err))
		return
	}
	if len(extras) == 0 {
		return
	}
	names := state.names()
	for _, extra := range extras {
		names = append(names, extra.Name)
	}
	state.Names = stringSet(names)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// ModifyPlan finds two resources that want different things of one place. For a
// creation, of which there is no state to compare with, it says what will be
// removed.
func (r *runtimeImagesExclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.conn.store == nil {
		return
	}
	var plan runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !isFullyKnown(plan.Names) {
		return
	}
	names := plan.names()
	excluded, other := r.conn.run.planExclusive(names)
	if other != nil {
		resp.Diagnostics.Append(twoExclusivesError(names, other))
		return
	}
	for _, name := range excluded {
		resp.Diagnostics.Append(r.conn.excludedError(name)...)
	}
	if !req.State.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	extras, err := r.conn.extras(ctx, names, nil)
	if err != nil {
		resp.Diagnostics.Append(r.conn.listError(err))
		return
	}
	r.conn.noteShown(ctx, extras)
	if len(extras) > 0 {
		resp.Diagnostics.Append(removalWarning(r.conn.store.Traits(), extras))
	}
}

// Update removes the names that the state has and the plan has not: those that
// the plan showed, and nothing that has come since.
func (r *runtimeImagesExclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state runtimeImagesExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if r.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	refused, diags := r.conn.discardAll(ctx, subtract(state.names(), plan.names()), loadRefused(ctx, req.Private))
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(refused.save(ctx, resp.Private)...)
	if !diags.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// Delete removes nothing: from now on, anything may be there.
func (r *runtimeImagesExclusiveResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState accepts any ID: the resource is about the provider's place.
func (r *runtimeImagesExclusiveResource) ImportState(ctx context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if r.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, runtimeImagesExclusiveModel{stringSet(nil)})...)
}

// names returns the names as they are, sorted. None of them is unknown.
func (m runtimeImagesExclusiveModel) names() (names []string) {
	for _, element := range m.Names.Elements() {
		if name, ok := element.(types.String); ok {
			names = append(names, name.ValueString())
		}
	}
	slices.Sort(names)
	return names
}

func isFullyKnown(set types.Set) bool {
	for _, element := range set.Elements() {
		if element.IsUnknown() {
			return false
		}
	}
	return !set.IsUnknown()
}

// subtract returns the names that are not among the others, each once, sorted.
func subtract(names, others []string) []string {
	left := map[string]bool{}
	for _, name := range names {
		left[name] = !slices.Contains(others, name)
	}
	maps.DeleteFunc(left, func(_ string, stays bool) bool { return !stays })
	return slices.Sorted(maps.Keys(left))
}
