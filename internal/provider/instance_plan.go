package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
)

func (r *instanceResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	before := loadPrivate[recorded](ctx, req.Private)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(r.planDestroy(ctx, req, resp, before)...)
		return
	}
	if r.isUnchanged(req, before) {
		name, _ := attributesOf(req.Plan.Raw).text("name")
		resp.Diagnostics.Append(r.planName(ctx, req, name, ownership.Keep)...)
	} else {
		r.planWrite(ctx, req, resp, before)
	}
	if !resp.Diagnostics.HasError() && r.conn.store != nil {
		resp.Diagnostics.Append(r.warnOfTraps(ctx, req, resp)...)
	}
}

// isUnchanged reports whether nothing is planned to change, the usual case, in
// which as little is done as can be. An invalid instance still has to be repaired.
func (r *instanceResource) isUnchanged(req resource.ModifyPlanRequest, before recorded) bool {
	if before.Invalid || !req.Plan.Raw.Equal(req.State.Raw) {
		return false
	}
	state := attributesOf(req.State.Raw)
	location, _ := state.text("location")
	name, _ := state.text("name")
	return r.conn.store == nil || location == r.conn.store.Location(name)
}

// planName notes what is planned for a name, and finds what contradicts it.
func (r *instanceResource) planName(ctx context.Context, req resource.ModifyPlanRequest, name string, plan ownership.Plan) (diags diag.Diagnostics) {
	conflict := r.conn.run.Plan(plan, name, r.name)
	if req.Plan.Raw.IsNull() && (conflict == ownership.SameName || conflict == ownership.NameInUse) {
		return nil // the resources that have the name report it
	}
	if conflict != ownership.NoConflict {
		config, displayName := attributesOf(req.Config.Raw), "" // the one that the name was derived from
		if given, known := config.text("name"); known && given == "" {
			displayName, _ = config.text("display_name")
		}
		if derived, _ := derivedName(displayName); derived != name { // it was kept
			displayName = ""
		}
		diags.Append(withAdvice(r.conn.conflictError(ctx, conflict, name, displayName), destroyAnyway))
	}
	if !req.Plan.Raw.IsNull() && r.conn.run.Excludes(name) {
		diags.Append(excludedError(r.conn.run, name)...)
	}
	return diags
}

// planDestroy refuses to destroy what isn't here, and what another address is to
// have.
func (r *instanceResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, before recorded) (diags diag.Diagnostics) {
	if r.conn == nil || r.conn.store == nil {
		return nil
	}
	state := r.model()
	diags.Append(state.get(ctx, req.State)...)
	if diags.HasError() {
		return diags
	}
	name := state.Name.ValueString()
	switch where, err := r.conn.lookUp(ctx, state, before.Digest); {
	case err != nil:
		return append(diags, r.conn.storeError("read", name, err))
	case where == elsewhere:
		return append(diags, r.conn.destroyElsewhereError(name, state.Location.ValueString()))
	case where == anotherPort:
		before.From, before.At = state.Location.ValueString(), r.conn.store.Location(name)
		diags.Append(before.save(ctx, resp.Private, recorded{})...)
	}
	switch {
	case before.Irreparable:
		return append(diags, withAdvice(r.conn.irreparableError(ctx, name), destroyAnyway))
	case r.conn.run.Knows(ownership.Created, name):
		return diags // in an apply, a deposed object is planned after its replacement was created
	}
	if before.From != "" { // Terraform drops the warnings of the reads before a destroy
		diags.Append(r.conn.anotherPortWarning("destroy", name, before.From)...)
	}
	return append(diags, r.planName(ctx, req, name, ownership.Destroy)...)
}

// planWrite plans a creation, an update, or either half of a replacement.
func (r *instanceResource) planWrite(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, before recorded) {
	p := writePlan{instanceResource: r, req: req, plan: r.model(), before: before}
	config := r.model()
	resp.Diagnostics.Append(config.get(ctx, req.Config)...)
	resp.Diagnostics.Append(p.plan.get(ctx, req.Plan)...)
	if !req.State.Raw.IsNull() {
		state := r.model()
		p.state = &state
		resp.Diagnostics.Append(p.state.get(ctx, req.State)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(p.setName(config)...)
	resp.Diagnostics.Append(p.setLocation(ctx)...)
	resp.Diagnostics.Append(p.validate(config)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, p.plan.object())...)
	if p.renames() {
		resp.RequiresReplace = append(resp.RequiresReplace, pathName)
	}
	resp.Diagnostics.Append(p.forSecondHalf().save(ctx, resp.Private, before)...)
	if !resp.Diagnostics.HasError() && r.conn.store != nil {
		resp.Diagnostics.Append(p.checkName(ctx)...)
	}
}

// writePlan is the plan of one resource that writes something.
type writePlan struct {
	*instanceResource

	req    resource.ModifyPlanRequest
	plan   instanceModel
	state  *instanceModel // nil for a creation
	before recorded
	where  whereabouts
}

// isSecondHalf reports whether this is the creation of a replacement, which
// Terraform plans right after the change that it replaces. What it would warn of
// was said there: Terraform drops warnings of the second half.
func (p *writePlan) isSecondHalf() bool { return p.state == nil && p.before.Name != "" }

// forSecondHalf is what the private state passes on to the second half, if
// Terraform plans one.
func (p *writePlan) forSecondHalf() recorded {
	after := p.before
	after.Name, after.Renamed, after.Elsewhere, after.From, after.At = "", p.renames(), "", "", ""
	if p.state != nil {
		after.Name = p.state.Name.ValueString()
		switch p.where {
		case elsewhere:
			after.Elsewhere = p.state.Location.ValueString()
		case anotherPort:
			after.At = p.conn.store.Location(after.Name)
		}
	}
	return after
}

func (p *writePlan) renames() bool { return p.state != nil && !p.plan.Name.Equal(p.state.Name) }

// setName keeps the name while the instance exists, and derives one otherwise.
func (p *writePlan) setName(config instanceModel) (diags diag.Diagnostics) {
	switch {
	case !config.Name.IsNull():
	case p.state != nil:
		p.plan.Name = p.state.Name
	default:
		diags = p.plan.deriveName()
	}
	p.plan.ID = p.plan.Name
	return diags
}

// setLocation plans where the instance will be. While it is here, it stays where
// it is; to repair it is a change that no attribute need show, so then the
// location does.
func (p *writePlan) setLocation(ctx context.Context) (diags diag.Diagnostics) {
	conn := p.conn
	p.plan.Location = conn.plannedLocation(p.plan.Name)
	if p.state == nil || conn.store == nil {
		return nil
	}
	var err error
	if p.where, err = conn.lookUp(ctx, *p.state, p.before.Digest); err != nil {
		return append(diags, conn.storeError("read", p.state.Name.ValueString(), err))
	}
	same := p.plan.sameInstance(*p.state)
	if p.where == anotherPort {
		diags.Append(conn.anotherPortWarning("plan", p.state.Name.ValueString(), p.state.Location.ValueString())...)
	}
	switch {
	case p.where == elsewhere:
		diags.Append(conn.elsewhereWarning(*p.state, conn.store.Location(p.plan.Name.ValueString())))
	case p.before.Irreparable:
		diags.Append(withAdvice(conn.irreparableError(ctx, p.state.Name.ValueString()), destroyAnyway))
	case p.before.Invalid && same:
		p.plan.Location = types.StringUnknown()
	case p.where == here && !p.renames(), same:
		p.plan.Location = p.state.Location
	}
	return diags
}

// validate holds what is going to be written to the rules. The configuration was
// held to them already: what is wrong now was kept by ignore_changes.
func (p *writePlan) validate(config instanceModel) (diags diag.Diagnostics) {
	if p.state == nil || p.where == elsewhere {
		return p.plan.withSecrets(config, p.model()).checkTogether(config, nil)
	}
	if !p.plan.differs(*p.state) {
		return nil
	}
	stored, complete := marks(p.before.Digest), p.plan.withSecrets(config, *p.state)
	diags.Append(complete.checkTogether(config, stored)...)
	diags.Append(complete.removedSecretsWarning(stored)...)
	for _, fault := range p.plan.validate() {
		diags.Append(withAdvice(fault, ignoredAdvice))
	}
	return diags
}

// checkName notes what is planned for the names that are given up, kept, and
// taken, and makes sure that one that is taken is free.
func (p *writePlan) checkName(ctx context.Context) (diags diag.Diagnostics) {
	planName := func(name string, plan ownership.Plan) diag.Diagnostics {
		return p.planName(ctx, p.req, name, plan)
	}
	if p.renames() { // the second half takes the new name
		if p.where == elsewhere {
			return diags // and refuses to
		}
		return planName(p.state.Name.ValueString(), ownership.Rename)
	}
	replaced, name := p.before.Name, p.plan.Name.ValueString()
	switch {
	case p.before.Elsewhere != "" && p.isSecondHalf():
		return append(diags, p.conn.destroyElsewhereError(replaced, p.before.Elsewhere))
	case p.plan.Name.IsUnknown():
		return diags
	case p.state != nil && p.where != elsewhere:
		return append(diags, planName(name, ownership.Keep)...)
	case p.isSecondHalf() && name == replaced:
		return diags // the first half has noted that it's kept
	case p.isSecondHalf():
		if !p.before.Renamed { // -replace: the first half has noted the same
			p.conn.run.Unkeep(replaced)
			diags.Append(planName(replaced, ownership.Rename)...)
		}
		diags.Append(planName(name, ownership.Replace)...)
	default:
		diags.Append(planName(name, ownership.Create)...)
	}
	if diags.HasError() {
		return diags
	}
	diags.Append(p.conn.elsewhereWarnings()...)
	return append(diags, p.checkFree(ctx, name)...)
}

func (p *writePlan) claim() claim {
	switch {
	case p.state != nil:
		return claimMoved
	case p.isSecondHalf():
		return claimRenamed
	}
	return claimNew
}

// checkFree makes sure that a name that is going to be taken is free, as far as the
// store can be asked. If an object of the state has it, that is the same resource's,
// tainted, or another plan of this run contradicts this one.
//
// Terraform plans a creation again inside the apply. After create_before_destroy has
// deposed the old object, an error of that plan would leave it deposed, while an
// error of the creation makes Terraform restore it. So what means exactly what is
// going to be created is a warning here, and an error of the apply.
func (p *writePlan) checkFree(ctx context.Context, name string) (diags diag.Diagnostics) {
	conn, overwrite, freshness := p.conn, p.plan.Overwrite.ValueBool(), elyra.Glance
	if p.isSecondHalf() { // the apply deletes the old instance before it asks
		freshness = elyra.Shared
	}
	found, _, err := conn.find(ctx, name, freshness)
	switch {
	case errors.Is(err, serverstore.ErrRefusedCredentials):
		diags.Append(conn.storeError("read", name, err))
	case err != nil:
		diags.Append(conn.uncheckedWarning(name, err))
	case found == nil, overwrite, conn.run.Knows(ownership.Read, name):
	case p.claim() == claimNew && found.Writable && p.plan.describes(found.Document):
		diags.Append(conn.existsWarning(ctx, *found))
	default:
		diags.Append(withAdvice(conn.existsError(ctx, *found, p.claim()), destroyAnyway))
	}
	return diags
}
