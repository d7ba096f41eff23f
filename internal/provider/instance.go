package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
)

// This file creates, updates, and deletes instances. Three rules hold:
//
//   - The place: an instance in another place is never touched.
//   - The expected document: an update or a deletion needs the instance that the
//     plan saw.
//   - The lock: operations on one name never overlap.

// errCreatedTwice says that another address of this run has created the name.
var errCreatedTwice = errors.New("another resource of this configuration has just created it")

// create makes a new instance. The name has to be free, unless overwrite allows to
// replace or hide what has it, or this run's own deletion has revealed it, as in a
// replacement: it was hidden before. On a server, somebody else may have created it
// since. An [elyra.ErrOutcomeUnknown] comes with what to
// record.
func (c *connection) create(ctx context.Context, plan instanceModel) (elyra.Instance, recorded, error) {
	name := plan.Name.ValueString()
	unlock, err := c.run.Lock(ctx, name)
	if err != nil {
		return elyra.Instance{}, recorded{}, err
	}
	defer unlock()
	if c.run.Knows(ownership.Created, name) {
		return elyra.Instance{}, recorded{}, errCreatedTwice
	}
	written := recorded{Name: name}
	document := plan.document(elyra.Document{})
	instance, err := c.store.Create(ctx, name, document)
	var exists *elyra.ExistsError
	if errors.As(err, &exists) && (plan.Overwrite.ValueBool() || c.run.Knows(ownership.Deleted, name) && !exists.Found.Writable) {
		written.Overwrote = true
		instance, err = c.store.Update(ctx, name, nil, plan.document)
	}
	written.OutcomeUnknown = errors.Is(err, elyra.ErrOutcomeUnknown)
	if err == nil || written.OutcomeUnknown {
		c.run.Note(ownership.Created, name)
	}
	switch {
	case err == nil:
		written.Digest = c.digest(instance, "")
	case written.OutcomeUnknown: // only what means exactly what was sent is this instance
		written.Digest = c.digest(elyra.Instance{Document: document}, "")
	}
	return instance, written, err
}

// update writes the instance that a plan saw.
func (c *connection) update(ctx context.Context, plan, state instanceModel, before recorded) (elyra.Instance, recorded, error) {
	name := plan.Name.ValueString()
	unlock, err := c.run.Lock(ctx, name)
	if err != nil {
		return elyra.Instance{}, before, err
	}
	defer unlock()
	instance, err := c.store.Update(ctx, name, before.precondition(state), plan.document)
	if err != nil {
		return instance, before, err
	}
	return instance, recorded{Name: name, Digest: c.digest(instance, ""), Overwrote: before.Overwrote}, nil
}

// remove deletes the instance of a state, which is here or later. It returns the location of another
// instance that Elyra shows from then on, if the store can know that.
func (c *connection) remove(ctx context.Context, state instanceModel, before recorded) (revealed string, err error) {
	name := state.Name.ValueString()
	done, revealed, err := c.delete(ctx, name, before.precondition(state))
	var changed *elyra.ChangedError
	switch {
	case errors.As(err, &changed) && before.OutcomeUnknown:
		return "", nil // it wasn't created; this is another one
	case errors.As(err, &changed) && c.locate(state, before.Digest, &changed.Found) == here && c.isHidden(changed.Found):
		return changed.Found.Location, nil // it's gone, and this one was hidden by it
	case done && revealed == "" && before.Overwrote && !c.store.IsLocal():
		if found, _, err := c.find(ctx, name, elyra.Current); err == nil && found != nil {
			revealed = found.Location
		}
	}
	return revealed, err
}

// delete deletes the expected instance, and reports whether it did: it leaves what this run has created, and
// what its own deletion has revealed.
func (c *connection) delete(ctx context.Context, name string, expected elyra.Precondition) (done bool, revealed string, err error) {
	unlock, err := c.run.Lock(ctx, name)
	if err != nil {
		return false, "", err
	}
	defer unlock()
	if c.run.Knows(ownership.Created, name) || c.run.Knows(ownership.Deleted, name) {
		tflog.Info(ctx, "left the instance, since this run has created or deleted that name", map[string]any{"kind": c.kind.Noun, "name": name})
		return false, "", nil
	}
	revealed, err = c.store.Delete(ctx, name, expected)
	if errors.Is(err, elyra.ErrNotFound) {
		return false, "", nil
	}
	if err == nil {
		c.run.Note(ownership.Deleted, name)
	}
	return err == nil, revealed, err
}
