package elyra

import (
	"context"
	"io/fs"
)

// Store keeps runtime images: the files of a Jupyter data directory, or a
// Jupyter Server in front of them. All methods may be called from several
// goroutines at once. Errors wrap the sentinels of this package where they
// apply and say what the store was doing; any other error leaves open whether
// anything was found. Package storetest holds the contract as tests.
type Store interface {
	// Create stores a new instance under image.Name and returns it as stored.
	// It never overwrites: where the name is taken, at any level of the search
	// path, it fails with an [ExistsError]. Of several concurrent creations of
	// one name, one succeeds. An [ErrUncertain] leaves open whether it succeeded.
	Create(ctx context.Context, image RuntimeImage) (Instance, error)

	// Get returns the instance of that name, the nearest one where several
	// levels have it. It fails with [ErrNotFound] where there is none, and with
	// an [InvalidError], beside what could be read, where the document is
	// invalid.
	Get(ctx context.Context, name string) (Instance, error)

	// Refresh is Get for the many reads of a plan, which a store may answer from
	// what it read for others up to a second ago. It never misses what this store
	// itself has written.
	Refresh(ctx context.Context, name string) (Instance, error)

	// Peek is Get for a glance that nothing depends on: it does not wait for another
	// program that is just saving the instance, and takes it for absent.
	Peek(ctx context.Context, name string) (Instance, error)

	// Update replaces the fields of the instance named image.Name and keeps all
	// else that its document holds. An invalid instance is repaired. An instance
	// that lives further along the search path is copied to where the store
	// writes, which hides it. It fails with [ErrNotFound] where there is none
	// and with a [ReadOnlyError] where it cannot be replaced in place.
	Update(ctx context.Context, image RuntimeImage) (Instance, error)

	// Delete removes the instance. It fails with [ErrNotFound] where there is
	// none and with a [ReadOnlyError] where it lives where the store must not
	// write.
	Delete(ctx context.Context, name string) (Deletion, error)

	// List returns all instances, sorted by name, each name once. Invalid ones
	// are left out, or, with includeInvalid and as far as the store can see
	// them, returned with Invalid set. One bad instance never hides the others.
	List(ctx context.Context, includeInvalid bool) ([]Instance, error)

	// ListBeyond returns the valid instances that live further along the search path
	// than the store writes and that nothing nearer hides, sorted by name. It reads
	// no instance that lives where the store writes, however many there are. A store
	// that does not know levels returns none.
	ListBeyond(ctx context.Context) ([]Instance, error)

	// Location returns where Create would put an instance of that name.
	Location(name string) string

	// Overlooked returns directories that hold runtime images, beside where this
	// store looks in vain. A store that cannot tell returns none.
	Overlooked() []Overlooked

	// Traits returns what this store can do and others cannot. It asks nobody.
	Traits() Traits

	// Supports reports whether the Elyra behind the store knows a key of
	// metadata, such as "pull_secret". An Elyra keeps other keys, too, but its
	// editors and pipelines ignore them.
	Supports(ctx context.Context, property string) (bool, error)
}

// Traits tell stores apart. The zero value is a store that can do the least.
type Traits struct {
	// ListsInvalid: List returns invalid instances where it is asked to.
	ListsInvalid bool
	// ReadsInvalid: Get returns, beside its [InvalidError], what can be read of
	// an invalid instance, and Update keeps what it does not replace of that.
	// Otherwise Update deletes an invalid instance and recreates it.
	ReadsInvalid bool
	// RepairsBroken: Update replaces, and Delete removes, what is not even a JSON
	// object.
	RepairsBroken bool
	// KnowsLevels: [Instance.Writable] and [ExistsError.Writable] tell on which
	// level of the search path an instance lives, and so does [Instance.Origin].
	// Otherwise they are true and [OriginUnknown].
	KnowsLevels bool
	// ReadsCheaply: a Peek costs no more than the instance's share of a List.
	// Otherwise one list is cheaper than a few of them.
	ReadsCheaply bool
}

// Origin says which level of Elyra's search path an instance comes from.
type Origin string

// The levels, nearest first.
const (
	OriginUnknown Origin = ""
	// OriginLocal is the first directory, the one that is written to.
	OriginLocal Origin = "local"
	// OriginShared is any directory further along, but for the factory's.
	OriginShared Origin = "shared"
	// OriginFactory is the directory with the images that Elyra ships, further along.
	OriginFactory Origin = "factory"
)

// Instance is a runtime image as a store holds it.
type Instance struct {
	RuntimeImage
	// Location is the file's path, or the instance's URL.
	Location string
	// Writable reports whether the instance lives where the store writes. See
	// [Traits.KnowsLevels].
	Writable bool
	// Origin is the level that the instance lives on. See [Traits.KnowsLevels].
	Origin Origin
	// Document is all that is stored, unknown keys included. Zero where the
	// stored bytes are not a JSON object.
	Document Document
	// Invalid says why Elyra refuses the instance; nil where it does not. Set
	// by List alone.
	Invalid error
	// Modes has what has another mode than the store was told to give.
	Modes []ModeDrift
}

// ModeDrift is the mode of a file or directory that is not the one asked for.
type ModeDrift struct {
	Path       string
	Directory  bool
	Mode, Want fs.FileMode
}

// Overlooked is a directory whose runtime images nobody reads.
type Overlooked struct {
	// Looked is the directory that is read instead, and has none.
	Looked string
	// Found is the directory that has them, and Count how many.
	Found string
	Count int
	// DataDir is the data directory that they belong to; empty where there is
	// none, so that they would have to be moved.
	DataDir string
}

// Deletion tells what Delete left behind.
type Deletion struct {
	// Revealed is the location of the instance that the deleted one hid; empty
	// where there is none, or where the store cannot tell.
	Revealed string
}
