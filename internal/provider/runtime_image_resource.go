package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ resource.Resource                = (*runtimeImageResource)(nil)
	_ resource.ResourceWithConfigure   = (*runtimeImageResource)(nil)
	_ resource.ResourceWithIdentity    = (*runtimeImageResource)(nil)
	_ resource.ResourceWithImportState = (*runtimeImageResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*runtimeImageResource)(nil)
)

func newRuntimeImageResource() resource.Resource { return &runtimeImageResource{} }

type runtimeImageResource struct {
	conn *connection
}

func (r *runtimeImageResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runtime_image"
}

func (r *runtimeImageResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A runtime image configuration of Elyra: the container image that a step of a pipeline runs in.",
		Attributes: map[string]schema.Attribute{
			"display_name": schema.StringAttribute{
				MarkdownDescription: "What Elyra's editors show.",
				Required:            true,
				Validators:          []validator.String{displayNameRule},
			},
			"image_name": schema.StringAttribute{
				MarkdownDescription: "Container image, `[registry/]owner/image[:tag][@digest]`. Stored exactly as written: Elyra compares image names as plain strings.",
				Required:            true,
				Validators:          []validator.String{imageNameValidator{}},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the instance: lower-case letters, digits, hyphens and underscores, a letter first, a letter or digit last. Derived from `display_name` as Elyra does it when unset, and kept when `display_name` changes later. Changing it replaces the instance.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{nameRule},
			},
			"description": schema.StringAttribute{
				MarkdownDescription: "Description for people.",
				Optional:            true,
				Validators:          []validator.String{descriptionRule},
			},
			"pull_policy": schema.StringAttribute{
				MarkdownDescription: "When the cluster pulls the image: `Always`, `IfNotPresent` or `Never`. Unset, the cluster's default holds.",
				Optional:            true,
				Validators:          []validator.String{pullPolicyRule},
			},
			"pull_secret": schema.StringAttribute{
				MarkdownDescription: "Name of the Kubernetes Secret with the registry's credentials, for images that cannot be pulled without. It must exist in the namespace that pipelines run in.",
				Optional:            true,
				Validators:          []validator.String{pullSecretRule},
			},
			"tags": schema.SetAttribute{
				MarkdownDescription: "Tags to categorise the image by.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{tagRule},
			},
			"overwrite": schema.BoolAttribute{
				MarkdownDescription: "Whether creating this may take over an instance of the same name, or hide one that ships with Elyra. Keys that others added to the document are kept. Defaults to `false`: an existing name is an error.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "Same as `name`.",
				Computed:            true,
			},
			"location": schema.StringAttribute{
				MarkdownDescription: "Where the instance is: the path of its file, or its URL.",
				Computed:            true,
			},
		},
	}
}

func (r *runtimeImageResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"name": identityschema.StringAttribute{
				Description:       "Name of the instance: the stem of its file.",
				RequiredForImport: true,
			},
		},
	}
}

func (r *runtimeImageResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connected(req.ProviderData, &resp.Diagnostics)
}

// connected fails where there is no store to write to.
func (r *runtimeImageResource) connected() (diags diag.Diagnostics) {
	if r.conn.store == nil {
		diags.Append(unconfiguredError())
	}
	return diags
}

func (r *runtimeImageResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runtimeImageModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.Name.IsUnknown() { // its display name was, while planning
		resp.Diagnostics.Append(plan.deriveName()...)
	}
	image, diags := plan.image(ctx)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(r.connected()...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.claim(image.Name) {
		resp.Diagnostics.AddAttributeError(pathName, twiceSummary(image.Name),
			fmt.Sprintf("Another elyra_runtime_image of this configuration has just created %q. Give one of the two another name, or remove it.", image.Name))
		return
	}
	instance, err := r.conn.store.Create(ctx, image)
	if errors.Is(err, elyra.ErrExists) && plan.Overwrite.ValueBool() {
		instance, err = r.conn.store.Update(ctx, image)
	}
	switch {
	case errors.Is(err, elyra.ErrUncertain):
		// Kept in the state, which marks it as tainted, so that the next run finds
		// out and clears up.
		failed := storeError("create runtime image", err)
		resp.Diagnostics.AddAttributeError(pathName, failed.Summary(), failed.Detail()+
			"\n\nIt is kept in the state as tainted: the next apply looks whether it is there, and makes it anew.")
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, uncertainKey, []byte("true"))...)
		plan.ID = plan.Name
		plan.Location = types.StringValue(r.conn.store.Location(image.Name))
	case err != nil:
		r.conn.release(image.Name)
		resp.Diagnostics.Append(storeError("create runtime image", err))
		return
	default:
		plan.setInstance(instance)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan)...)
}

func (r *runtimeImageResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runtimeImageModel
	state.setState(req.State.Raw)
	// Set before anything else: Terraform wants the identity even of what turns
	// out to be gone, and a state of Terraform before 1.12 has none.
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state)...)
	if resp.Diagnostics.HasError() || r.conn.store == nil {
		return // with the provider's configuration unknown, what is known stays
	}
	name, before := state.Name.ValueString(), state
	r.conn.manage(name)

	instance, err := r.conn.store.Get(ctx, name)
	var invalid *elyra.InvalidError
	switch {
	case errors.Is(err, elyra.ErrNotFound) || err == nil && (!instance.Writable && r.livedHere(state) || isOthers(ctx, req.Private, state, instance)):
		// Gone, or gone from before another one of that name, which it hid, or
		// never made because the name was taken.
		if errors.Is(err, elyra.ErrNotFound) && !state.Location.IsNull() && !r.livedHere(state) {
			resp.Diagnostics.AddAttributeWarning(pathName, fmt.Sprintf("Runtime image %q is looked for elsewhere", name),
				fmt.Sprintf("It was last seen at %s. There is none at %s, where it is planned to be created. If the provider's configuration has changed, what is at the old place stays there: remove it by hand.", state.Location.ValueString(), r.conn.store.Location(name)))
		}
		resp.State.RemoveResource(ctx)
		return
	case errors.As(err, &invalid):
		resp.Diagnostics.Append(invalidWarning(r.conn.store, invalid, instance.Document))
		state.setInvalid(instance)
	case err != nil:
		resp.Diagnostics.Append(storeError("read runtime image", err))
		return
	default:
		state.setInstance(instance)
		if uncertain, _ := req.Private.GetKey(ctx, uncertainKey); uncertain != nil {
			resp.Diagnostics.Append(resp.Private.SetKey(ctx, uncertainKey, nil)...) // it is ours
		}
	}
	// Most often nothing has changed, and to set a state is the dearest part of
	// reading it.
	if state.differs(before) || !state.Location.Equal(before.Location) || !state.ID.Equal(before.ID) || !state.Overwrite.Equal(before.Overwrite) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

// uncertainKey is set in the private state of a creation of which nobody knows
// whether it succeeded.
const uncertainKey = "uncertain"

// isOthers reports whether the instance cannot be the one that a creation of
// uncertain outcome would have made.
func isOthers(ctx context.Context, private privateState, state runtimeImageModel, instance elyra.Instance) bool {
	if uncertain, _ := private.GetKey(ctx, uncertainKey); uncertain == nil {
		return false
	}
	image, diags := state.image(ctx)
	return diags.HasError() || !instance.Equal(image)
}

// privateState is what the framework's type for it lets be read.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// livedHere reports whether the instance was where the store writes when it was
// last seen.
func (r *runtimeImageResource) livedHere(state runtimeImageModel) bool {
	return state.Location.ValueString() == r.conn.store.Location(state.Name.ValueString())
}

func (r *runtimeImageResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer r.warnOfTraps(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		return // a destroy
	}
	if req.Plan.Raw.Equal(req.State.Raw) {
		// Nothing changes, the usual case: as little work as can be, unless the
		// instance is invalid and its repair is yet to be planned.
		var location types.String
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, pathLocation, &location)...)
		if !location.IsNull() {
			return
		}
	}
	var config, plan runtimeImageModel
	var state *runtimeImageModel // nil for a create
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}

	switch {
	case state == nil && config.Name.IsNull():
		resp.Diagnostics.Append(plan.deriveName()...)
	case state != nil && config.Name.IsNull():
		plan.Name = state.Name
	case state != nil && !plan.Name.Equal(state.Name):
		resp.RequiresReplace = append(resp.RequiresReplace, pathName)
		r.conn.manage(state.Name.ValueString()) // and will be gone when the new one is there
	}
	plan.ID = plan.Name
	plan.Location = r.plannedLocation(plan, state)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	if resp.Diagnostics.HasError() || r.conn.store == nil || state != nil {
		return
	}
	name := plan.Name.ValueString()
	if plan.Name.IsUnknown() || r.conn.isManaged(name) {
		return
	}
	if !r.conn.plan(name) {
		resp.Diagnostics.AddAttributeWarning(pathName, twiceSummary(name),
			fmt.Sprintf("Another elyra_runtime_image of this configuration is to create %q as well. The first one will, and the other fail. Give one of the two another name.", name))
	}
	if !plan.Overwrite.ValueBool() {
		resp.Diagnostics.Append(r.existingWarning(ctx, name)...)
	}
}

func twiceSummary(name string) string { return fmt.Sprintf("Two resources have the name %q", name) }

// plannedLocation returns where the instance will be: where it is while nothing
// is written, else where the store writes.
func (r *runtimeImageResource) plannedLocation(plan runtimeImageModel, state *runtimeImageModel) types.String {
	switch {
	case state != nil && !plan.differs(*state):
		return state.Location
	case r.conn.store == nil || !r.conn.settled || plan.Name.IsUnknown():
		return types.StringUnknown()
	default:
		return types.StringValue(r.conn.store.Location(plan.Name.ValueString()))
	}
}

// existingWarning tells at plan time what Create would fail on.
func (r *runtimeImageResource) existingWarning(ctx context.Context, name string) (diags diag.Diagnostics) {
	instances, err := r.conn.list(ctx)
	if err != nil {
		diags.AddAttributeWarning(pathName, "Unable to check whether the runtime image exists", storeError("", err).Detail())
		return diags
	}
	for _, instance := range instances {
		if instance.Name == name {
			exists := &elyra.ExistsError{Name: name, Location: instance.Location, Writable: instance.Writable}
			diags.AddAttributeWarning(pathName, existsSummary(exists), existsDetail(exists))
		}
	}
	return diags
}

func (r *runtimeImageResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state runtimeImageModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	image, diags := plan.image(ctx)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(r.connected()...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.differs(state) { // overwrite alone is nothing to write
		instance, err := r.conn.store.Update(ctx, image)
		if err != nil {
			resp.Diagnostics.Append(storeError("update runtime image", err))
			return
		}
		plan.setInstance(instance)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan)...)
}

func (r *runtimeImageResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state runtimeImageModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.connected()...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Name.ValueString()
	r.conn.manage(name) // its replacement may be planned once more while it is still listed
	if r.conn.wasCreated(name) {
		// create_before_destroy: the name belongs to the replacement by now.
		tflog.Info(ctx, "left the runtime image to its replacement", map[string]any{"name": name})
		return
	}
	if uncertain, _ := req.Private.GetKey(ctx, uncertainKey); uncertain != nil {
		instance, err := r.conn.store.Get(ctx, name)
		if err != nil && !errors.Is(err, elyra.ErrNotFound) && !errors.As(err, new(*elyra.InvalidError)) {
			resp.Diagnostics.Append(storeError("delete runtime image", err))
			return
		}
		if err == nil && isOthers(ctx, req.Private, state, instance) {
			return
		}
	}
	deletion, err := r.conn.store.Delete(ctx, name)
	var readOnly *elyra.ReadOnlyError
	switch {
	case errors.Is(err, elyra.ErrNotFound):
	case errors.As(err, &readOnly) && r.livedHere(state) && readOnly.Location != state.Location.ValueString():
		// Ours is gone; what is left is the one that it hid.
	case err != nil:
		resp.Diagnostics.Append(storeError("delete runtime image", err))
	case deletion.Revealed != "":
		resp.Diagnostics.AddAttributeWarning(pathName, fmt.Sprintf("Runtime image %q is visible again", name),
			fmt.Sprintf("The instance that was deleted hid another one of that name, shipped with Elyra or from further along the search path, which Elyra shows from now on: %s.", deletion.Revealed))
	}
}

func (r *runtimeImageResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, pathName, pathName, req, resp)
	var name types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, pathName, &name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.conn.store == nil {
		resp.Diagnostics.Append(unconfiguredError())
		return
	}
	if err := checkInstanceName(name.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(pathName, "Unable to import runtime image", sentence(err.Error()))
		return
	}
	_, err := r.conn.store.Get(ctx, name.ValueString())
	var invalid *elyra.InvalidError
	switch {
	case errors.Is(err, elyra.ErrNotFound):
		resp.Diagnostics.Append(noSuchImage(ctx, r.conn, name.ValueString()))
	case err != nil && !errors.As(err, &invalid):
		resp.Diagnostics.Append(storeError("import runtime image", err))
	default:
		if err := elyra.ValidateName(name.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(pathName, "Unable to import runtime image",
				sentence(err.Error())+" Elyra reads such a file but cannot save it. Rename the file, or create the image under another name; the data source elyra_runtime_image reads it as it is.")
		}
	}
}

// setIdentity sets the resource's identity where Terraform knows identities.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, model runtimeImageModel) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	return identity.Set(ctx, model.identity())
}
