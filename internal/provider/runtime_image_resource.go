package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

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
				MarkdownDescription: "A human-readable description.",
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
				MarkdownDescription: "Tags for finding the image, at most 1,000. Absent, `null` and `[]` mean the same.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Default:             setdefault.StaticValue(stringSet(nil)),
				Validators:          []validator.Set{tagRule, setvalidator.SizeAtMost(maxTags)},
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
	resp.Diagnostics.Append(plan.get(ctx, req.Plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.Name.IsUnknown() { // its display name was, while planning
		resp.Diagnostics.Append(r.nameNew(&plan)...)
	}
	image := plan.image()
	resp.Diagnostics.Append(plan.validate()...)
	resp.Diagnostics.Append(r.connected()...)
	if resp.Diagnostics.HasError() {
		return
	}
	instance, wrote, err := r.conn.create(ctx, image, plan.Overwrite.ValueBool())
	switch {
	case errors.Is(err, elyra.ErrUncertain):
		resp.Diagnostics.Append(r.conn.uncertainError(image.Name, err))
		plan.ID = plan.Name
		plan.Location = types.StringValue(r.conn.store.Location(image.Name))
	case err != nil:
		resp.Diagnostics.Append(r.conn.storeError("create", image.Name, err))
		return
	default:
		if wrote.adopted {
			resp.Diagnostics.Append(adoptedWarning(instance))
		}
		plan.setInstance(instance)
	}
	resp.Diagnostics.Append(remember(ctx, resp.Private, memory{}, wrote)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.object())...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan)...)
}

func (r *runtimeImageResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runtimeImageModel
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	// Set before anything else: Terraform wants the identity even of what turns
	// out to be gone, and a state of Terraform before 1.12 has none.
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state)...)
	if resp.Diagnostics.HasError() || r.conn.store == nil {
		return // with the provider's configuration unknown, what is known stays
	}
	before, remembered := state, recall(ctx, req.Private)
	h := state.held(remembered)
	instance, whose, err := r.conn.refresh(ctx, h)
	var invalid *elyra.InvalidError
	switch {
	case err != nil && !errors.As(err, &invalid):
		resp.Diagnostics.Append(r.conn.storeError("read", h.image.Name, err))
		return
	case whose != ours:
		resp.Diagnostics.Append(r.conn.leftBehind(h, whose)...)
		// Terraform passes it on to the plan of the creation that follows.
		resp.Diagnostics.Append(remember(ctx, resp.Private, remembered, memory{})...)
		resp.State.RemoveResource(ctx)
		return
	case invalid != nil:
		resp.Diagnostics.Append(invalidWarning(r.conn.store.Traits(), invalid, instance.Document, before.isImport()))
		state.setInvalid(instance)
	default:
		resp.Diagnostics.Append(r.conn.modeWarnings(instance)...)
		state.setInstance(instance)
	}
	r.conn.run.saw(h.image.Name, instance.Location)
	resp.Diagnostics.Append(remember(ctx, resp.Private, remembered, remembered.read(state, instance))...)
	// Most often nothing has changed, and setting the state is the most expensive
	// part of reading it.
	if !state.equal(before) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state.object())...)
	}
}

func (r *runtimeImageResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state runtimeImageModel
	resp.Diagnostics.Append(plan.get(ctx, req.Plan)...)
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(plan.validate()...)
	resp.Diagnostics.Append(r.connected()...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.differs(state) { // overwrite alone is nothing to write
		remembered := recall(ctx, req.Private)
		instance, wrote, err := r.conn.update(ctx, plan.image(), state.held(remembered), plan.Overwrite.ValueBool())
		if err != nil {
			resp.Diagnostics.Append(r.conn.storeError("update", plan.Name.ValueString(), err))
			return
		}
		plan.setInstance(instance)
		wrote.Hides = wrote.Hides || remembered.Hides
		resp.Diagnostics.Append(remember(ctx, resp.Private, remembered, wrote)...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.object())...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan)...)
}

func (r *runtimeImageResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state runtimeImageModel
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	resp.Diagnostics.Append(r.connected()...)
	if resp.Diagnostics.HasError() {
		return
	}
	remembered := recall(ctx, req.Private)
	if remembered.KeepFor != "" {
		r.conn.run.keepName(remembered.KeepFor, state.Name.ValueString())
	}
	warnings, err := r.conn.remove(ctx, state.held(remembered), remembered)
	resp.Diagnostics.Append(warnings...)
	if err != nil {
		resp.Diagnostics.Append(r.conn.storeError("delete", state.Name.ValueString(), err))
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
		resp.Diagnostics.Append(r.conn.storeError("read", name.ValueString(), err))
	default:
		if err := elyra.ValidateName(name.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(pathName, "Unable to import runtime image", sentence(err.Error())+" "+unsavableAdvice(name.ValueString()))
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
