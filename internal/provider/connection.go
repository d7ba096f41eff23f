package provider

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// connection is what a configured provider hands to its resources and data
// sources, for as long as one Terraform command walks its graph once.
type connection struct {
	place

	run *run
	// list lists the store once for all plans that compare with other
	// instances, with the invalid ones that the store can see.
	list func(context.Context) ([]elyra.Instance, error)

	registries registries
}

func newConnection(store elyra.Store, settled bool) *connection {
	c := &connection{place: place{store, settled}, run: newRun()}
	if store != nil {
		c.list = onceValue(func(ctx context.Context) ([]elyra.Instance, error) { return store.List(ctx, true) })
	}
	return c
}

// lookUp returns the listed instance of that name.
func (c *connection) lookUp(ctx context.Context, name string) (instance elyra.Instance, found bool, err error) {
	instances, err := c.list(ctx)
	for _, instance := range instances {
		if instance.Name == name {
			return instance, true, nil
		}
	}
	return elyra.Instance{}, false, err
}

// onceValue returns a function that calls f once and gives its result for good,
// an error too, unless it is the context's.
func onceValue[T any](f func(context.Context) (T, error)) func(context.Context) (T, error) {
	var mu sync.Mutex
	var done bool
	var value T
	var err error
	return func(ctx context.Context) (T, error) {
		mu.Lock()
		defer mu.Unlock()
		if !done {
			value, err = f(ctx)
			done = ctx.Err() == nil
		}
		return value, err
	}
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
