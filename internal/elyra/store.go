package elyra

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
)

// Store keeps the instances of one [Kind]: the files of a Jupyter data directory,
// or a Jupyter Server in front of them. All methods may be called from several
// goroutines at the same time, but updates and deletions of one name must not overlap.
// Errors wrap the sentinels of this package where they apply; any other error leaves open
// whether anything was found. Package storetest holds the contract as tests.
type Store interface {
	// Create stores a new instance and returns it as stored. It never overwrites:
	// if the name is taken, at any level of the search path, it fails with an
	// [ExistsError]. Of several concurrent creations of one name, one succeeds. An
	// [ErrOutcomeUnknown] leaves open whether it succeeded.
	Create(ctx context.Context, name string, document Document) (Instance, error)

	// Get returns the instance of that name, the nearest one if several levels have
	// it. It fails with [ErrNotFound] if there isn't one, and with an [InvalidError],
	// next to what could be read, if the document is invalid.
	Get(ctx context.Context, name string, freshness Freshness) (Instance, error)

	// Update replaces the document of an instance with what edit makes of it. An
	// invalid instance is repaired: edit gets what could be read of it. An instance
	// that lives later in the search path is copied to where the store writes,
	// which hides it. Update fails with [ErrNotFound] if there isn't one, with a
	// [ReadOnlyError] if it can't be replaced, and with a [ChangedError] if
	// expected, called right before the write, refuses what is there.
	Update(ctx context.Context, name string, expected Precondition, edit func(Document) Document) (Instance, error)

	// Delete removes an instance, and returns the location of the one that it hid;
	// empty if there isn't one, or if the store can't know. It fails with [ErrNotFound]
	// if there's no such instance, with a [ReadOnlyError] if it lives where the store
	// can't write, and with a [ChangedError] if expected, called right before the
	// deletion, refuses what is there.
	Delete(ctx context.Context, name string, expected Precondition) (revealed string, err error)

	// List returns all instances, sorted by name, each name once. One bad instance
	// never hides the others.
	List(ctx context.Context, options ListOptions) ([]Instance, error)

	// Of returns the store of another kind in the same place.
	Of(kind *Kind) Store

	// Location returns where Create would put an instance of that name: a file's
	// path or a URL.
	Location(name string) string

	// IsLocal reports whether the store reads the files themselves. A local store
	// lists and reads invalid instances, repairs all of them, and knows the level
	// of the search path that an instance lives on. A server does none of that.
	IsLocal() bool

	// Properties returns the properties of metadata, such as "pull_secret", that the
	// Elyra behind the store has in a schema, each with the values that it allows, if it
	// lists them. It's nil if Elyra doesn't have the schema. Elyra keeps other properties,
	// but its editors and pipelines ignore them. It saves no other values. Files don't say
	// which Elyra reads them, so a local store fails with [errors.ErrUnsupported].
	Properties(ctx context.Context, schema string) (map[string][]any, error)
}

// Freshness says how current a read must be.
type Freshness int

const (
	// Current reads the instance now.
	Current Freshness = iota
	// Shared is for the many reads of a plan: a store may answer from what it read
	// for others a moment ago. It never misses what this store itself has written.
	Shared
	// Glance is for a read that nothing depends on: it may be shared, and it may take
	// for absent what another program is just saving or what no list shows.
	Glance
)

// Precondition reports whether what a store found under a name is what the
// caller expects there. A nil Precondition accepts anything.
type Precondition func(found Instance) bool

// Accepts reports whether found meets the precondition.
func (p Precondition) Accepts(found Instance) bool { return p == nil || p(found) }

// ListOptions narrow or widen a list. The zero value lists what Elyra lists.
type ListOptions struct {
	// Invalid includes invalid instances, as far as the store can see them, with
	// [Instance.Invalid] set.
	Invalid bool
	// Later leaves out the first directory of the search path, without reading the
	// instances in it, and what it hides. A server returns none.
	Later bool
}

// Origin says which level of Elyra's search path an instance comes from.
type Origin string

// The levels, nearest first.
const (
	OriginUnknown Origin = ""
	// OriginLocal is the first directory, the one that the store writes to.
	OriginLocal Origin = "local"
	// OriginShared is any later directory except the factory's.
	OriginShared Origin = "shared"
	// OriginFactory is the directory of the images that Elyra ships, a later one.
	OriginFactory Origin = "factory"
)

// Instance is an instance as a store holds it.
type Instance struct {
	// Name is the stem of its file.
	Name string
	// Location is the file's path, or the instance's URL.
	Location string
	// Writable reports whether the instance lives where the store writes and can be
	// replaced there: a link in a directory that can't be written, such as a mounted
	// ConfigMap's, can't. A store that isn't local doesn't know, and says true.
	Writable bool
	// Origin is the level that the instance lives on, if the store is local.
	Origin Origin
	// Document is all that is stored, unknown keys included. It's zero if the
	// stored bytes aren't a JSON object, or a server doesn't show them.
	Document Document
	// Unparsed stands in for a document that is zero: the file's content, or the
	// server's reason why the instance is invalid.
	Unparsed string
	// Invalid says why Elyra refuses the instance; nil if it doesn't. Only List
	// sets it.
	Invalid error
	// Modes lists the modes that differ from those the store was told to give.
	Modes []ModeDrift
}

// Digest identifies what is stored by its meaning: the order of keys and tags,
// whitespace, and escapes make no difference, every key counts. It's the SHA-256
// of a canonical form, in hexadecimal.
func (i Instance) Digest() string {
	canonical := []byte(i.Unparsed)
	if !i.Document.IsZero() || i.Unparsed == "" {
		canonical = i.Document.canonical()
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// ModeDrift is the mode of a file or directory that isn't the one asked for.
type ModeDrift struct {
	Path       string
	Directory  bool
	Mode, Want fs.FileMode
}
