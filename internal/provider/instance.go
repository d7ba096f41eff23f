package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// This file creates, updates and removes instances. Each does so in the turn of
// the name, and only where the instance is ours.

// twiceNameError says that another address of this run has created the name.
type twiceNameError struct{ name string }

func (e *twiceNameError) Error() string {
	return fmt.Sprintf("another elyra_runtime_image of this configuration has just created %q", e.name)
}

// create makes a new instance, or takes over what stands under its name: where
// overwrite says so, or where another address of this state leaves it. It returns
// what to remember beside the instance. An [elyra.ErrUncertain] comes beside that.
func (c *connection) create(ctx context.Context, image elyra.RuntimeImage, overwrite bool) (elyra.Instance, memory, error) {
	release, err := c.run.hold(ctx, image.Name)
	if err != nil {
		return elyra.Instance{}, memory{}, err
	}
	defer func() {
		if release != nil {
			release()
		}
	}()
	if !c.claim(image.Name) {
		return elyra.Instance{}, memory{}, &twiceNameError{image.Name}
	}
	wrote := memory{Name: image.Name, Wrote: true}
	instance, err := c.store.Create(ctx, image)
	if !overwrite && c.isAdoptable(ctx, image.Name, err) {
		wrote.adopted = true
		instance, err = c.store.Get(ctx, image.Name)
	}
	if errors.Is(err, elyra.ErrExists) {
		takesOver := overwrite
		if !takesOver && isWritable(err) {
			var waitErr error
			if takesOver, release, waitErr = c.takesOver(ctx, image.Name, release); waitErr != nil {
				return elyra.Instance{}, memory{}, waitErr
			}
		}
		if takesOver {
			wrote.Hides = true
			instance, err = c.store.Update(ctx, image)
		}
	}
	if err != nil && !errors.Is(err, elyra.ErrUncertain) {
		c.run.with(image.Name, func(known *record) { known.made = false })
		return instance, memory{}, err
	}
	c.forget(image.Name)
	wrote.Uncertain = err != nil
	return instance, wrote, err
}

// isWritable reports whether the instance that an [elyra.ExistsError] is about
// can be one of ours.
func isWritable(err error) bool {
	var exists *elyra.ExistsError
	return errors.As(err, &exists) && exists.Writable
}

// claim notes that the name is being created, and reports whether no other address
// created it in this run. The caller has its turn.
func (c *connection) claim(name string) (claimed bool) {
	c.run.with(name, func(known *record) {
		claimed = !known.made
		known.made = true
	})
	return claimed
}

// update writes an instance that a state has. Where the place is another by now,
// it is created there, and what the place has is not touched unless overwrite says
// so.
func (c *connection) update(ctx context.Context, image elyra.RuntimeImage, h held, overwrite bool) (elyra.Instance, memory, error) {
	wrote := memory{Name: image.Name, Wrote: true}
	if !c.isHere(h) {
		found, whose, err := c.find(ctx, h)
		switch {
		case err != nil && !errors.As(err, new(*elyra.InvalidError)):
			return elyra.Instance{}, memory{}, err
		case whose == nobodys:
			return c.create(ctx, image, overwrite)
		case whose == others && !overwrite:
			return elyra.Instance{}, memory{}, &elyra.ExistsError{Name: image.Name, Location: found.Location, Writable: found.Writable, Origin: found.Origin}
		}
		wrote.Hides = true
	}
	release, err := c.run.hold(ctx, image.Name)
	if err != nil {
		return elyra.Instance{}, memory{}, err
	}
	defer release()
	instance, err := c.store.Update(ctx, image)
	return instance, wrote, err
}

// remove removes an instance that a state has. It leaves what is somebody else's,
// and what another address of this run has taken over or is to.
func (c *connection) remove(ctx context.Context, h held, remembered memory) (warnings diag.Diagnostics, err error) {
	name := h.image.Name
	release, err := c.run.hold(ctx, name)
	if err != nil {
		return nil, err
	}
	defer release()
	if c.isHere(h) && c.leaves(name, remembered.Run) {
		tflog.Info(ctx, "left the runtime image to the address that has its name now", map[string]any{"name": name})
		return nil, nil
	}
	if h.uncertain || !c.isHere(h) {
		switch _, whose, err := c.find(ctx, h); {
		case err != nil && !errors.As(err, new(*elyra.InvalidError)):
			return nil, err
		case whose != ours:
			return c.leftBehind(h, whose), nil
		}
	}
	deletion, err := c.store.Delete(ctx, name)
	var readOnly *elyra.ReadOnlyError
	switch {
	case errors.Is(err, elyra.ErrNotFound):
		return nil, nil
	case errors.As(err, &readOnly) && c.wasOurs(ctx, h, remembered, readOnly):
		// Ours is gone, perhaps by the same request, delivered twice; what is left
		// is the one that it hid.
		deletion.Revealed = readOnly.Location
	case err != nil:
		return nil, err
	}
	c.run.with(name, func(known *record) { known.deleted = true })
	if deletion.Revealed == "" {
		deletion.Revealed = c.revealed(ctx, name, h, remembered)
	}
	return revealedWarning(name, deletion.Revealed), nil
}

// wasOurs reports whether an instance that cannot be removed is another than the
// one that a state has, which is gone. A server does not tell where it is: it is
// another one where Terraform wrote the one of the state, or its content differs.
func (c *connection) wasOurs(ctx context.Context, h held, remembered memory, readOnly *elyra.ReadOnlyError) bool {
	if c.store.Traits().KnowsLevels {
		return c.isHere(h) && readOnly.Location != h.at
	}
	if remembered.Wrote {
		return true
	}
	left, err := c.store.Get(ctx, h.image.Name)
	return err == nil && !left.Equal(h.image)
}

// revealed asks a store that does not tell by itself what a deleted instance hid.
func (c *connection) revealed(ctx context.Context, name string, _ held, remembered memory) string {
	if c.store.Traits().KnowsLevels || !remembered.Hides {
		return ""
	}
	if instance, err := c.store.Get(ctx, name); err == nil {
		return instance.Location
	}
	return ""
}
