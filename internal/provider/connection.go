package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// connection is what a configured provider hands to its resources and data
// sources, for as long as one Terraform command walks its graph once: the instances
// of one type in one place.
type connection struct {
	*instanceType
	// store is nil while the provider's configuration isn't known yet.
	store elyra.Store
	// runtimes is the connection to the runtimes in the same place.
	runtimes *connection
	// absolute reports whether locations are independent of the working directory and
	// the environment, which may be others when a saved plan is applied.
	absolute bool

	// dataDirs are the data directories of a local store, nearest first, and filePermission is the
	// configured mode of files.
	dataDirs       []string
	filePermission fs.FileMode

	run *ownership.Run
	// imageNames has, by image name, the name of the first runtime image that was planned with it, or that lives later in
	// the search path. Instances in the place that the store writes to don't count: until everything is planned, nobody
	// knows whether the configuration changes or deletes them.
	imageNames *sync.Map
	// list lists the store once for all who look for other instances, with the
	// invalid ones that the store can see.
	list func(context.Context) ([]elyra.Instance, error)
	// stored and later have valid runtime images by image name: those of list, and those that
	// live later in the search path than the first directory, which are read once, apart from list.
	stored, later func(context.Context) (map[string][]elyra.RuntimeImage, error)

	// imageClient asks registries. If its credentials are known only after apply, it has none.
	imageClient        *containerimage.Client
	credentialsUnknown bool
}

func newConnection(t *instanceType, store elyra.Store) *connection {
	c := &connection{instanceType: t, store: store, run: ownership.NewRun(), imageNames: &sync.Map{}}
	if store != nil {
		c.list = onceValue(func(ctx context.Context) ([]elyra.Instance, error) {
			return store.List(ctx, elyra.ListOptions{Invalid: true})
		})
		c.stored = byImageName(c.list)
		c.later = byImageName(func(ctx context.Context) ([]elyra.Instance, error) {
			return store.List(ctx, elyra.ListOptions{Later: true})
		})
	}
	return c
}

// byImageName sorts out the valid runtime images of a list. Their documents take most of the memory, and aren't kept.
func byImageName(list func(context.Context) ([]elyra.Instance, error)) func(context.Context) (map[string][]elyra.RuntimeImage, error) {
	return onceValue(func(ctx context.Context) (map[string][]elyra.RuntimeImage, error) {
		instances, err := list(ctx)
		found := map[string][]elyra.RuntimeImage{}
		for _, instance := range instances {
			if image := imageOf(instance); instance.Invalid == nil {
				found[image.ImageName] = append(found[image.ImageName], image)
			}
		}
		return found, err
	})
}

// of returns the connection to the instances of another type in the same place.
func (c *connection) of(t *instanceType) *connection {
	if c == nil || c.instanceType == t {
		return c
	}
	other := *c.runtimes
	other.instanceType = t
	return &other
}

// imageOf decodes the document of an instance as far as it can be read.
func imageOf(instance elyra.Instance) elyra.RuntimeImage {
	image, _ := instance.Document.Image(instance.Name) // the store has checked it
	return image
}

// find returns what the store has under a name, valid or not; nil if nothing. If
// it's invalid, or of another type, the InvalidError is returned too.
func (c *connection) find(ctx context.Context, name string, freshness elyra.Freshness) (*elyra.Instance, *elyra.InvalidError, error) {
	instance, err := c.store.Get(ctx, name, freshness)
	var invalid *elyra.InvalidError
	switch {
	case errors.Is(err, elyra.ErrNotFound):
		return nil, nil, nil
	case errors.As(err, &invalid):
		return &instance, invalid, nil
	case err != nil:
		return nil, nil, err
	}
	if other := c.foreign(instance.Document); other != nil {
		invalid = &elyra.InvalidError{Name: name, Location: instance.Location, Reasons: []string{fmt.Sprintf("schema_name is %q, not %q", other.runtime.Name, c.runtime.Name)}}
	}
	return &instance, invalid, nil
}

// freeName proposes a name like this one that nothing is known to have.
func (c *connection) freeName(ctx context.Context, name string) string {
	for number := 2; ; number++ {
		proposed := fmt.Sprintf("%s_%d", name, number)
		isFree := c.store == nil
		if !isFree {
			found, _, err := c.find(ctx, proposed, elyra.Glance)
			isFree = err != nil || found == nil
		}
		if isFree && !c.run.Uses(proposed) {
			return proposed
		}
	}
}

// whereabouts says where the instance of a state is, seen from the place that the
// provider is configured for.
type whereabouts int

const (
	// here: in the place that the store writes to.
	here whereabouts = iota
	// later: later in the same search path.
	later
	// anotherPort: at the same path of the same host with another scheme or port, and unchanged. It's the
	// same if the plan says so.
	anotherPort
	// elsewhere: in another place, or there's no evidence that it's this one.
	elsewhere
)

// locate says where the instance of a state is. found is what the store has under
// its name, nil for nothing.
func (c *connection) locate(state instanceModel, digest string, found *elyra.Instance) whereabouts {
	location := state.Location.ValueString()
	if location == "" { // it's being imported
		if found != nil && c.isHidden(*found) {
			return later
		}
		return here
	}
	switch ownership.ComparePlaces(location, c.store.Location(state.Name.ValueString())) {
	case ownership.Same:
		return here
	case ownership.SameIfUnchanged:
		if found != nil && c.digest(*found, digest) == digest {
			return anotherPort
		}
	default:
		if found != nil && ownership.ComparePlaces(location, found.Location) == ownership.Same || found == nil && c.isInSearchPath(location) {
			return later
		}
	}
	return elsewhere
}

// isInSearchPath reports whether a location is in one of the store's directories.
func (c *connection) isInSearchPath(location string) bool {
	return slices.ContainsFunc(c.dataDirs, func(dir string) bool {
		return ownership.ComparePlaces(location, filepath.Join(dir, "metadata", c.kind.Schemaspace, filepath.Base(location))) == ownership.Same
	})
}

// isHidden reports whether an instance lives later in the search path than where
// the store writes.
func (c *connection) isHidden(found elyra.Instance) bool {
	return c.store.IsLocal() && found.Origin != elyra.OriginLocal
}

// lookUp is locate without a read that has just been made. It asks the store only
// if the location isn't the usual one.
func (c *connection) lookUp(ctx context.Context, state instanceModel, digest string) (whereabouts, error) {
	if c.locate(state, digest, nil) == here {
		return here, nil
	}
	found, _, err := c.find(ctx, state.Name.ValueString(), elyra.Shared)
	return c.locate(state, digest, found), err
}

// plannedLocation returns the location that the plan of a new instance shows.
func (c *connection) plannedLocation(name types.String) types.String {
	if c.store == nil || !c.absolute || name.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringValue(c.store.Location(name.ValueString()))
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
