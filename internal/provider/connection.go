package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// connection is what a configured provider hands to its resources and data
// sources, for as long as one Terraform command walks its graph once.
type connection struct {
	place

	run *run
	// list lists the store once for all who look for other instances, with the
	// invalid ones that the store can see.
	list func(context.Context) ([]elyra.Instance, error)
	// stored has the valid ones of list by image name.
	stored func(context.Context) (imagesByImageName, error)
	// beyond has, by image name, what lives further along the search path than the
	// store writes. It is read once, apart from list.
	beyond func(context.Context) (imagesByImageName, error)

	registries registries
}

func newConnection(store elyra.Store, settled bool) *connection {
	c := &connection{place: place{store, settled}, run: newRun()}
	if store != nil {
		c.list = onceValue(func(ctx context.Context) ([]elyra.Instance, error) { return store.List(ctx, true) })
		c.stored = onceValue(func(ctx context.Context) (imagesByImageName, error) { return byImageName(c.list(ctx)) })
		c.beyond = onceValue(func(ctx context.Context) (imagesByImageName, error) { return byImageName(store.ListBeyond(ctx)) })
	}
	return c
}

// imagesByImageName are runtime images without their documents, which take most of the memory.
type imagesByImageName map[string][]elyra.RuntimeImage

// byImageName sorts out valid instances; an error stays what it is.
func byImageName(instances []elyra.Instance, err error) (imagesByImageName, error) {
	found := imagesByImageName{}
	for _, instance := range instances {
		if instance.Invalid == nil {
			found[instance.ImageName] = append(found[instance.ImageName], instance.RuntimeImage)
		}
	}
	return found, err
}

// lookUp returns what stands under a name that is planned for creation: read by itself where that
// is cheap, else from the list that all plans share.
func (c *connection) lookUp(ctx context.Context, name string) (instance elyra.Instance, found bool, err error) {
	if c.store.Traits().ReadsCheaply {
		instance, err = c.store.Peek(ctx, name)
		switch {
		case err == nil, errors.As(err, new(*elyra.InvalidError)):
			return instance, true, nil
		case errors.Is(err, elyra.ErrNotFound):
			return instance, false, nil
		}
		return instance, false, err
	}
	instances, err := c.list(ctx)
	i, found := slices.BinarySearchFunc(instances, name, func(instance elyra.Instance, name string) int {
		return strings.Compare(instance.Name, name)
	})
	if !found {
		return elyra.Instance{}, false, err
	}
	return instances[i], true, nil
}

// onceValue returns a function that calls f once for all, and gives its result for
// good, an error too. Each caller may give up waiting for it.
func onceValue[T any](f func(context.Context) (T, error)) func(context.Context) (T, error) {
	value := &singleflight.Value[T]{}
	return func(ctx context.Context) (T, error) { return value.Get(ctx, f) }
}

// connected turns the data that the framework passes to Configure methods into
// the connection. Both are nil before the provider is configured.
func connected(data any, diags *diag.Diagnostics) *connection {
	if data == nil {
		return nil
	}
	conn, ok := data.(*connection)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("Got %T. This is a bug in the provider; please report it.", data))
	}
	return conn
}
