package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// place is where one configuration of the provider keeps its runtime images. A
// name alone identifies nothing: the pair of place and name does. What stands
// under the name of a resource at another place is somebody else's.
type place struct {
	// store is nil while the provider's configuration is not known yet.
	store elyra.Store
	// settled reports whether the place is independent of the working directory and
	// the environment, which may be others when a saved plan is applied.
	settled bool
}

// held is what Terraform's state knows of an instance.
type held struct {
	image elyra.RuntimeImage
	// at is the location where the instance was last seen, the proof that it is
	// ours. Empty for one that is being imported.
	at string
	// uncertain: it is unknown whether its creation succeeded.
	uncertain bool
}

// whose says to whom belongs what a store has under a name.
type whose int

const (
	// nobodys: there is none, or only one that ours hid until it was removed.
	nobodys whose = iota
	ours
	others
)

// isHere reports whether the instance was last seen where the store writes.
func (p place) isHere(h held) bool {
	return h.at == "" || h.at == p.store.Location(h.image.Name)
}

// find returns what stands under the name of a held instance, and whose it is.
// It fails as [elyra.Store.Get] does, but for an absent instance. An
// [elyra.InvalidError] comes beside the other results.
//
// What stands at another location than the state says is somebody else's, unless
// it means exactly what the state means: then a mount has moved, or a server
// has another port.
func (p place) find(ctx context.Context, h held) (elyra.Instance, whose, error) {
	instance, err := p.store.Get(ctx, h.image.Name)
	return p.judge(h, instance, err)
}

// refresh is find for the reads of a plan, of which there are many.
func (p place) refresh(ctx context.Context, h held) (elyra.Instance, whose, error) {
	instance, err := p.store.Refresh(ctx, h.image.Name)
	return p.judge(h, instance, err)
}

// judge says whose is what a read has found.
func (p place) judge(h held, instance elyra.Instance, err error) (elyra.Instance, whose, error) {
	var invalid *elyra.InvalidError
	switch {
	case errors.Is(err, elyra.ErrNotFound):
		return instance, nobodys, nil
	case errors.As(err, &invalid):
		if h.at == "" || h.at == invalid.Location {
			return instance, ours, err
		}
		return instance, others, err
	case err != nil:
		return instance, nobodys, err
	case h.uncertain && !instance.Document.Equal(elyra.NewDocument(h.image)):
		return instance, others, nil // the name was taken
	case !instance.Writable && h.at == p.store.Location(h.image.Name):
		return instance, nobodys, nil
	case h.at == "", h.at == instance.Location, instance.Equal(h.image):
		return instance, ours, nil
	default:
		return instance, others, nil
	}
}

// planned returns the location that the plan of an instance of that name shows.
func (p place) planned(name types.String) types.String {
	if p.store == nil || !p.settled || name.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringValue(p.store.Location(name.ValueString()))
}
