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
	// store is nil while the provider's configuration is not known yet.
	store elyra.Store
	// settled tells that the place does not depend on the working directory or
	// the environment, which may be others when a saved plan is applied.
	settled bool
	// list lists the store once for all plans that compare with other
	// instances, with the invalid ones that the store can see.
	list func(context.Context) ([]elyra.Instance, error)

	mu sync.Mutex
	// created holds the names that were created since the provider was
	// configured. Terraform creates the replacement of an instance before it
	// destroys the old one where create_before_destroy says so; with one name
	// for both, the destroy must leave the name alone.
	created map[string]bool
	// planned holds the names whose creation was planned since then.
	planned map[string]bool
	// managed holds the names that this configuration is known to manage.
	managed map[string]bool

	conflicts conflicts
}

func newConnection(store elyra.Store, settled bool) *connection {
	c := &connection{store: store, settled: settled, created: map[string]bool{}, planned: map[string]bool{}, managed: map[string]bool{}}
	if store != nil {
		c.list = onceValue(func(ctx context.Context) ([]elyra.Instance, error) { return store.List(ctx, true) })
	}
	return c
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

// claim notes that name is being created, and reports whether no other resource
// created it since the provider was configured.
func (c *connection) claim(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.created[name] {
		return false
	}
	c.created[name] = true
	return true
}

// plan notes that the creation of name is planned, and reports whether none was
// before. Terraform plans each creation once in a walk.
func (c *connection) plan(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.planned[name] {
		return false
	}
	c.planned[name] = true
	return true
}

// release takes a claim back: the creation failed.
func (c *connection) release(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.created, name)
}

// wasCreated reports whether name was created since the provider was
// configured.
func (c *connection) wasCreated(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.created[name]
}

// manage notes that a resource of this configuration has that name.
func (c *connection) manage(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.managed[name] = true
}

func (c *connection) isManaged(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.managed[name]
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
