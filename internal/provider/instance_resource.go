package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
)

var (
	_ resource.Resource                   = (*instanceResource)(nil)
	_ resource.ResourceWithConfigure      = (*instanceResource)(nil)
	_ resource.ResourceWithIdentity       = (*instanceResource)(nil)
	_ resource.ResourceWithImportState    = (*instanceResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*instanceResource)(nil)
	_ resource.ResourceWithValidateConfig = (*instanceResource)(nil)
)

func (t *instanceType) newResource() resource.Resource { return &instanceResource{instanceType: t} }

// instanceResource is the resource for instances of a type.
type instanceResource struct {
	*instanceType
	conn *connection
}

func (r *instanceResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r *instanceResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"name": schema.StringAttribute{
			MarkdownDescription: "Name of the " + r.short + " in Elyra, which is its file name without `.json`. It contains lowercase letters, digits, hyphens, and underscores, starts with a letter, and ends with a letter or digit. If unset, it's derived from `display_name` as Elyra does, and kept if `display_name` changes later. Changing it replaces the " + r.short + ".",
			Optional:            true,
			Computed:            true,
			Validators:          []validator.String{nameRule},
		},
		"tags": schema.SetAttribute{
			MarkdownDescription: tagsDescription + " Unset, `null`, and `[]` mean the same.",
			ElementType:         types.StringType,
			Optional:            true,
			Computed:            true,
			Default:             setdefault.StaticValue(stringSet(nil)),
			Validators:          []validator.Set{tagRule, setvalidator.SizeAtMost(maxTags)},
		},
		"overwrite": schema.BoolAttribute{
			MarkdownDescription: "Whether creating the " + r.short + " may replace an existing one with the same name, or hide one later in the search path. Keys that other tools added to the document are preserved. Defaults to `false`: an existing name is an error.",
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(false),
		},
		"id": schema.StringAttribute{
			MarkdownDescription: "Same as `name`.",
			Computed:            true,
		},
		"location": schema.StringAttribute{
			MarkdownDescription: locationDescription,
			Computed:            true,
		},
	}
	for _, field := range r.fields {
		attribute := schema.StringAttribute{
			MarkdownDescription: fieldDescription(field),
			Required:            field.Required,
			Optional:            !field.Required,
			Validators:          []validator.String{fieldRule(field)},
		}
		if field.Default != "" {
			attribute.Computed, attribute.Default = true, stringdefault.StaticString(field.Default)
			attribute.MarkdownDescription += fmt.Sprintf(" Defaults to `%q`.", field.Default)
		}
		attributes[field.Key] = attribute
	}
	for _, secret := range r.secrets {
		maps.Copy(attributes, secretAttributes(secret))
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: r.description,
		Attributes:          attributes,
	}
}

func (r *instanceResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"name": identityschema.StringAttribute{
				Description:       "Name of the " + r.short + ": its file name without `.json`.",
				RequiredForImport: true,
			},
		},
	}
}

func (r *instanceResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connected(req.ProviderData, &resp.Diagnostics).of(r.instanceType)
}

// ValidateConfig holds the arguments to the rules between them. A secret that's missing may be stored.
func (r *instanceResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := r.model()
	if r.runtime == nil {
		return
	}
	resp.Diagnostics.Append(config.get(ctx, req.Config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	stored := map[string]string{}
	for _, secret := range r.secrets {
		stored[secret.Key] = "stored"
	}
	resp.Diagnostics.Append(config.withSecrets(config, r.model()).checkTogether(config, stored)...)
}

func (r *instanceResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan, config := r.model(), r.model()
	resp.Diagnostics.Append(plan.get(ctx, req.Plan)...)
	resp.Diagnostics.Append(config.get(ctx, req.Config)...)
	if !resp.Diagnostics.HasError() && plan.Name.IsUnknown() { // its display name was, while planning
		resp.Diagnostics.Append(plan.deriveName()...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	written, diags := r.create(ctx, &plan, config, claimApplied)
	resp.Diagnostics.Append(diags...)
	if written.Name == "" {
		return
	}
	resp.Diagnostics.Append(written.save(ctx, resp.Private, recorded{})...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.object())...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan)...)
}

// create creates the planned instance and completes the plan. What it returns has no
// name if there's nothing to keep in the state.
func (r *instanceResource) create(ctx context.Context, plan *instanceModel, config instanceModel, claim claim) (written recorded, diags diag.Diagnostics) {
	complete := plan.withSecrets(config, r.model())
	if diags.Append(r.checkWrite(complete, config, nil)...); diags.HasError() {
		return recorded{}, diags
	}
	name := plan.Name.ValueString()
	instance, written, err := r.conn.create(ctx, complete)
	switch {
	case written.OutcomeUnknown:
		diags.Append(r.conn.outcomeUnknownError(name, err))
		plan.ID = plan.Name
		plan.Location = types.StringValue(r.conn.store.Location(name))
	case err != nil:
		diags.Append(r.conn.createError(ctx, name, claim, err))
		return recorded{}, diags
	default:
		plan.setInstance(instance)
	}
	return written, diags
}

// checkWrite makes sure that a plan can be written: values that were unknown while
// planning meet their rules, and the provider's configuration is known. stored are the
// secrets that stay if the plan has none.
func (r *instanceResource) checkWrite(plan, config instanceModel, stored map[string]string) (diags diag.Diagnostics) {
	diags.Append(plan.validate()...)
	for i, secret := range plan.secrets {
		if config.versions[i].IsNull() && !config.writeOnly[i].IsNull() {
			diags.AddAttributeError(path.Root(version(secret)), "Missing version",
				fmt.Sprintf("%s is set, so %s must be a number. It was unknown in the plan, and is null now. Nothing was written.", writeOnly(secret), version(secret)))
			return diags
		}
	}
	diags.Append(plan.checkTogether(config, stored)...)
	r.conn.ready(&diags)
	return diags
}

func (r *instanceResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.model()
	before := loadPrivate[recorded](ctx, req.Private)
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	// Set before anything else: Terraform wants the identity even of what turns
	// out to be gone, and a state of Terraform before 1.12 has none.
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state)...)
	if resp.Diagnostics.HasError() || r.conn.store == nil {
		return // with the provider's configuration unknown, what is known stays
	}
	name := state.Name.ValueString()
	found, invalid, err := r.conn.find(ctx, name, elyra.Shared)
	if err == nil && found != nil && before.Digest != "" && r.digest(*found, before.Digest) != before.Digest {
		// If the instance is broken, a server's list has one later in the search path instead.
		found, invalid, err = r.conn.find(ctx, name, elyra.Current)
	}
	if err != nil {
		resp.Diagnostics.Append(r.conn.storeError("read", name, err))
		return
	}
	where := r.conn.locate(state, before.Digest, found)
	switch {
	case where == elsewhere: // the plan says so
		return
	case found == nil, where == here && r.conn.isHidden(*found), before.OutcomeUnknown && r.digest(*found, before.Digest) != before.Digest:
		resp.Diagnostics.Append(recorded{}.save(ctx, resp.Private, before)...)
		resp.State.RemoveResource(ctx)
		return
	}
	r.conn.run.Note(ownership.Read, name)
	old := state
	if invalid != nil {
		resp.Diagnostics.Append(r.conn.invalidWarning(invalid, *found, old.isImport()))
	} else {
		resp.Diagnostics.Append(r.conn.modeWarnings(*found)...)
		if old.isImport() {
			resp.Diagnostics.Append(r.conn.unsavableWarning(*found)...)
		}
	}
	state.setInstance(*found)
	digest := r.digest(*found, before.Digest)
	warnings := state.setChangedSecrets(before.Digest, digest)
	if !found.Document.IsZero() { // otherwise they're written again, but nobody knows whether they've changed
		resp.Diagnostics.Append(warnings...)
	}
	after := recorded{
		Name: name, Digest: digest, Overwrote: before.Overwrote,
		Invalid: invalid != nil, Irreparable: invalid != nil && invalid.Irreparable,
	}
	if where == anotherPort {
		after.From = old.Location.ValueString()
		resp.Diagnostics.Append(r.conn.anotherPortWarning("read", name, after.From)...)
	}
	resp.Diagnostics.Append(after.save(ctx, resp.Private, before)...)
	// Most often nothing has changed, and setting the state is the most expensive
	// part of reading it.
	if !state.equal(old) {
		resp.Diagnostics.Append(resp.State.Set(ctx, state.object())...)
	}
}

func (r *instanceResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, state, config := r.model(), r.model(), r.model()
	before := loadPrivate[recorded](ctx, req.Private)
	resp.Diagnostics.Append(plan.get(ctx, req.Plan)...)
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	resp.Diagnostics.Append(config.get(ctx, req.Config)...)
	if !r.conn.ready(&resp.Diagnostics) {
		return
	}
	if plan.differs(state) { // overwrite alone is nothing to write
		written, diags := r.update(ctx, &plan, state, config, before)
		resp.Diagnostics.Append(diags...)
		resp.Diagnostics.Append(written.save(ctx, resp.Private, before)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan.object())...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan)...)
}

// update writes the planned instance where the state has it, or creates it in the
// place that the provider is configured for now, and completes the plan.
func (r *instanceResource) update(ctx context.Context, plan *instanceModel, state, config instanceModel, before recorded) (recorded, diag.Diagnostics) {
	var diags diag.Diagnostics
	name := plan.Name.ValueString()
	where, err := r.conn.lookUp(ctx, state, before.Digest)
	switch {
	case err != nil:
		return before, append(diags, r.conn.storeError("read", name, err))
	case where == anotherPort && before.At != r.conn.store.Location(name), where == elsewhere && plan.Location.Equal(state.Location):
		return before, append(diags, r.conn.placeChangedError(state, r.conn.store.Location(name)))
	case where == elsewhere:
		written, diags := r.create(ctx, plan, config, claimMoved)
		if diags.HasError() {
			return before, diags // the state keeps the old place
		}
		return written, diags
	}
	complete := plan.withSecrets(config, state)
	if diags.Append(r.checkWrite(complete, config, marks(before.Digest))...); diags.HasError() {
		return before, diags
	}
	instance, written, err := r.conn.update(ctx, complete, state, before)
	if err != nil {
		return written, append(diags, r.conn.changeError("update", state, before, err))
	}
	planned := plan.Location
	plan.setInstance(instance)
	if !planned.IsUnknown() { // the next read spells it as the configuration does
		plan.Location = planned
	}
	return written, diags
}

func (r *instanceResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.model()
	before := loadPrivate[recorded](ctx, req.Private)
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	if !r.conn.ready(&resp.Diagnostics) {
		return
	}
	name := state.Name.ValueString()
	switch where, err := r.conn.lookUp(ctx, state, before.Digest); {
	case err != nil:
		resp.Diagnostics.Append(r.conn.storeError("read", name, err))
		return
	case where == elsewhere:
		resp.Diagnostics.Append(r.conn.destroyElsewhereError(name, state.Location.ValueString()))
		return
	case where == anotherPort && before.At != r.conn.store.Location(name):
		resp.Diagnostics.Append(r.conn.placeChangedError(state, r.conn.store.Location(name)))
		return
	}
	revealed, err := r.conn.remove(ctx, state, before)
	if err != nil {
		resp.Diagnostics.Append(r.conn.changeError("delete", state, before, err))
		// Terraform before 1.12 plans to destroy what has left the configuration before it
		// reads it, and with -refresh=false it never does: the next plan has to know what is there.
		if changed := (*elyra.ChangedError)(nil); errors.As(err, &changed) {
			found := changed.Found
			digest := r.conn.digest(found, before.Digest)
			state.setInstance(found)
			state.setChangedSecrets(before.Digest, digest)
			resp.Diagnostics.Append(resp.State.Set(ctx, state.object())...)
			after := recorded{Name: name, Digest: digest, Overwrote: before.Overwrote, Invalid: found.Document.IsZero()}
			resp.Diagnostics.Append(after.save(ctx, resp.Private, before)...)
		}
		return
	}
	resp.Diagnostics.Append(r.conn.revealedWarning(name, revealed)...)
}

func (r *instanceResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, pathName, pathName, req, resp)
	var name types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, pathName, &name)...)
	if !r.conn.ready(&resp.Diagnostics) {
		return
	}
	fail := func(detail string) {
		resp.Diagnostics.AddAttributeError(pathName, "Unable to import "+r.kind.Noun, detail)
	}
	if err := checkInstanceName(name.ValueString()); err != nil {
		fail(sentence(err.Error()))
		return
	}
	switch found, _, err := r.conn.find(ctx, name.ValueString(), elyra.Current); {
	case err != nil:
		resp.Diagnostics.Append(r.conn.storeError("read", name.ValueString(), err))
	case found == nil:
		resp.Diagnostics.Append(r.conn.notFoundError(ctx, name.ValueString()))
	case r.foreign(found.Document) != nil:
		other := r.foreign(found.Document)
		fail(fmt.Sprintf("%q is a runtime for %s. Import it into an %s.", name.ValueString(), other.runtime.Title, other.name))
	default:
		if err := elyra.ValidateName(name.ValueString()); err != nil {
			fail(sentence(err.Error()) + " " + r.unsavableAdvice(name.ValueString()))
		}
	}
}

// setIdentity sets the resource's identity where Terraform knows identities.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, model instanceModel) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	return identity.Set(ctx, instanceIdentityModel{model.Name})
}
