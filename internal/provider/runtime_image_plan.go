package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func (r *runtimeImageResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	switch {
	case req.Plan.Raw.IsNull():
		r.planDestroy(ctx, req, resp)
		return
	case r.isUnchanged(req):
		name, _ := attributesOf(req.Plan.Raw).text("name")
		resp.Diagnostics.Append(r.conn.planKeep(name)...)
	default:
		r.planWrite(ctx, req, resp)
	}
	if !resp.Diagnostics.HasError() && r.conn.store != nil {
		resp.Diagnostics.Append(r.warnOfTraps(ctx, req, resp)...)
	}
}

// isUnchanged reports whether nothing is planned to change, the usual case, in
// which as little is done as can be. An invalid instance is yet to be repaired,
// and one at another place yet to be looked for.
func (r *runtimeImageResource) isUnchanged(req resource.ModifyPlanRequest) bool {
	if !req.Plan.Raw.Equal(req.State.Raw) {
		return false
	}
	state := attributesOf(req.State.Raw)
	location, _ := state.text("location")
	name, _ := state.text("name")
	return location != "" && (r.conn.store == nil || location == r.conn.store.Location(name) || r.conn.run.wasSeen(name, location))
}

// planDestroy notes what is to be destroyed, so that one that is created under the
// same name takes it over.
func (r *runtimeImageResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.conn == nil || r.conn.store == nil {
		return
	}
	var state runtimeImageModel
	resp.Diagnostics.Append(state.get(ctx, req.State)...)
	remembered := recall(ctx, req.Private)
	if h := state.held(remembered); resp.Diagnostics.HasError() || !r.conn.isHere(h) && !r.conn.run.wasSeen(h.image.Name, h.at) {
		return
	}
	resp.Diagnostics.Append(r.planRemoval(ctx, state.Name.ValueString())...)
	leaving := remembered
	leaving.Run = r.conn.run.id
	resp.Diagnostics.Append(remember(ctx, resp.Private, remembered, leaving)...)
}

func (r *runtimeImageResource) planRemoval(ctx context.Context, name string) (diags diag.Diagnostics) {
	twice, handsOver, document := r.conn.run.planDestroy(name)
	if twice {
		diags.Append(twiceError(name))
	}
	if handsOver {
		r.conn.promise(ctx, name, document)
	}
	return diags
}

// planWrite plans a creation, an update, or either half of a replacement.
func (r *runtimeImageResource) planWrite(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan runtimeImageModel
	var state *runtimeImageModel // nil for a creation
	resp.Diagnostics.Append(config.get(ctx, req.Config)...)
	resp.Diagnostics.Append(plan.get(ctx, req.Plan)...)
	if !req.State.Raw.IsNull() {
		state = &runtimeImageModel{}
		resp.Diagnostics.Append(state.get(ctx, req.State)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	remembered := recall(ctx, req.Private)
	p := writePlan{resource: r, plan: plan, state: state, remembered: remembered}
	resp.Diagnostics.Append(p.setName(config)...)
	resp.Diagnostics.Append(p.setLocation(ctx)...)
	resp.Diagnostics.Append(p.validate()...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, p.plan.object())...)
	if p.renames() {
		resp.RequiresReplace = append(resp.RequiresReplace, pathName)
	}
	resp.Diagnostics.Append(remember(ctx, resp.Private, remembered, p.remember())...)
	if !resp.Diagnostics.HasError() && r.conn.store != nil {
		resp.Diagnostics.Append(p.note(ctx)...)
	}
}

// writePlan is the plan of one resource that writes something.
type writePlan struct {
	resource   *runtimeImageResource
	plan       runtimeImageModel
	state      *runtimeImageModel
	remembered memory
	// elsewhere: the instance is not where the state says: it is to be
	// created.
	elsewhere bool
}

// isSecondHalf reports whether this is the creation of a replacement, which
// Terraform plans right after the change that it replaces. What it would warn of
// was said there: Terraform drops warnings of the second half.
func (p *writePlan) isSecondHalf() bool { return p.state == nil && p.remembered.Name != "" }

func (p *writePlan) renames() bool { return p.state != nil && !p.plan.Name.Equal(p.state.Name) }

func (p *writePlan) isCreation() bool { return p.state == nil || p.renames() || p.elsewhere }

// setName keeps the name that there is, and derives one where there is none.
func (p *writePlan) setName(config runtimeImageModel) (diags diag.Diagnostics) {
	switch {
	case !config.Name.IsNull():
	case p.state != nil:
		p.plan.Name = p.state.Name
	case p.isSecondHalf() && !p.hasDerivedName():
		// Kept, where the old instance is destroyed first: the apply knows. With
		// create_before_destroy it cannot, and derives the name.
		p.plan.Name = types.StringUnknown()
	default:
		diags = p.resource.nameNew(&p.plan)
	}
	p.plan.ID = p.plan.Name
	return diags
}

func (p *writePlan) hasDerivedName() bool {
	name, err := derivedName(p.plan.DisplayName.ValueString())
	return err == nil && name == p.remembered.Name && !p.plan.DisplayName.IsUnknown()
}

// nameNew names a new instance: after the one that was deleted to make room for
// it, or else after its display name.
func (r *runtimeImageResource) nameNew(plan *runtimeImageModel) diag.Diagnostics {
	if name, ok := r.conn.run.keptName(plan.DisplayName.ValueString()); ok && !plan.DisplayName.IsUnknown() {
		plan.Name = types.StringValue(name)
		return nil
	}
	return plan.deriveName()
}

// setLocation plans where the instance will be: where it is while nothing is
// written, else where the store writes.
func (p *writePlan) setLocation(ctx context.Context) (diags diag.Diagnostics) {
	conn := p.resource.conn
	if p.state != nil && conn.store != nil {
		h := p.state.held(p.remembered)
		if !conn.isHere(h) && !conn.run.wasSeen(h.image.Name, h.at) {
			diags = p.lookElsewhere(ctx, h)
		}
	}
	if p.state != nil && !p.elsewhere && !p.state.Location.IsNull() && p.plan.sameImage(*p.state) {
		p.plan.Location = p.state.Location
	} else {
		p.plan.Location = conn.planned(p.plan.Name)
	}
	return diags
}

// lookElsewhere finds out what is here of an instance that was last seen at
// another place, where no read did: with -refresh=false.
func (p *writePlan) lookElsewhere(ctx context.Context, h held) (diags diag.Diagnostics) {
	conn := p.resource.conn
	instance, whose, err := conn.find(ctx, h)
	switch {
	case whose == ours:
		conn.run.saw(h.image.Name, instance.Location)
	case err != nil && whose == nobodys:
		diags.Append(conn.storeError("read", h.image.Name, err))
	default:
		p.elsewhere = true
		diags.Append(conn.leftBehind(h, whose)...)
	}
	return diags
}

// validate holds what is going to be written to the rules. The configuration was
// held to them already: what is wrong now was kept by ignore_changes.
func (p *writePlan) validate() (diags diag.Diagnostics) {
	if p.state == nil || !p.plan.differs(*p.state) {
		return nil
	}
	for _, fault := range p.plan.validate() {
		diags.Append(ignoredFault(fault))
	}
	return diags
}

// remember is what the private state of the plan keeps for the second half of a
// replacement, and for the destroy of what is replaced.
func (p *writePlan) remember() memory {
	after := p.remembered
	if p.state != nil {
		after.Name = p.state.Name.ValueString()
	}
	after.Run, after.KeepFor = "", ""
	if p.isSecondHalf() {
		after.Run = p.resource.conn.run.id
		if p.plan.Name.IsUnknown() {
			after.KeepFor = p.plan.DisplayName.ValueString()
		}
	}
	return after
}

// note tells the run what is planned, and warns of a name that is taken.
func (p *writePlan) note(ctx context.Context) (diags diag.Diagnostics) {
	if p.renames() {
		diags.Append(p.resource.planRemoval(ctx, p.state.Name.ValueString())...)
	}
	if p.isSecondHalf() || p.plan.Name.IsUnknown() {
		return diags
	}
	name := p.plan.Name.ValueString()
	if !p.isCreation() {
		return append(diags, p.resource.conn.planKeep(name)...)
	}
	diags.Append(p.noteCreation(ctx, name)...)
	return diags
}

func (p *writePlan) noteCreation(ctx context.Context, name string) (diags diag.Diagnostics) {
	conn, overwrite := p.resource.conn, p.plan.Overwrite.ValueBool()
	there, found, err := conn.lookUp(ctx, name)
	if err != nil && !overwrite {
		diags.Append(conn.uncheckedWarning(name, err))
	}
	var document string
	if found {
		document = fingerprint(there.Document)
	}
	twice, handsOver := conn.run.planCreate(name, document)
	if conn.run.isExcluded(name) {
		diags.Append(conn.excludedError(name)...)
	}
	switch {
	case twice:
		diags.Append(twiceError(name))
	case handsOver:
		conn.promise(ctx, name, document)
	}
	if found && !twice && !overwrite && !conn.isOwnOrGone(ctx, name) {
		diags.Append(takenWarning(&elyra.ExistsError{
			Name: name, Location: there.Location, Writable: there.Writable, Origin: there.Origin,
			Identical: there.Writable && there.Document.Equal(elyra.NewDocument(p.plan.image())),
		}))
	}
	return diags
}

// planKeep notes that an address keeps its instance.
func (c *connection) planKeep(name string) (diags diag.Diagnostics) {
	if c.run.planKeep(name) {
		diags.Append(twiceError(name))
	}
	if c.run.isExcluded(name) {
		diags.Append(c.excludedError(name)...)
	}
	return diags
}

// isOwnOrGone reports whether what was listed under a name that is planned for
// creation needs no warning: it is the tainted object of the same resource, which
// is going to be destroyed, or it was deleted since.
//
// Terraform does not say that an object is tainted: it was read, and the plan that
// follows is one of a creation. Where what was read is another resource's, a plan
// to keep or destroy it comes before the read or a little later.
func (c *connection) isOwnOrGone(ctx context.Context, name string) bool {
	var deleted bool
	c.run.with(name, func(known *record) { deleted = known.deleted })
	return deleted || !c.run.await(ctx, name, planPatience, func(known *record) bool { return known.unplanned <= 0 })
}
