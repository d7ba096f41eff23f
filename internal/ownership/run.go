// Package ownership holds what one run of the provider, a plan or an apply,
// knows about the names of one place: which of them plans keep, create, and give
// up, which instances this run has created, and one lock for each name.
//
// Terraform's state is the only memory. A resource owns the instance that its
// state records, by place ([ComparePlaces]) and name; neither a name nor equal
// content proves anything. Plan and apply are different processes, so a [Run]
// only finds conflicts within one of them. Terraform walks in any order: whoever
// plans the second half of a conflict gets it, whichever half that is.
package ownership

import (
	"context"
	"slices"
	"sync"
)

// Run is what one walk of Terraform's graph knows about one kind of instance in
// one place. Its methods may be called from several goroutines at the same time.
type Run struct {
	mu    sync.Mutex
	names map[string]*record
	// exclusive are the names, sorted, that a plan of this run allows; nil if none
	// says so.
	exclusive []string
	reported  map[string]bool
}

// record is what a run knows about one name.
type record struct {
	lock chan struct{}

	// read: an object of the state has the name, and its instance is there.
	read bool
	// The number of plans that keep an instance of that name, updated or not; that
	// create it, of which some replace another; that destroy it because it left the
	// configuration; and that give it up for another name.
	keeps, creates, replaces, destroys, renames int

	// The type of the resource that planned last, and whether another type planned, too.
	resource string
	mixed    bool

	// created and deleted: this run has done so.
	created, deleted bool
}

// NewRun returns a Run that knows nothing yet.
func NewRun() *Run { return &Run{names: map[string]*record{}, reported: map[string]bool{}} }

// name returns the record of a name. The caller holds r.mu.
func (r *Run) name(name string) *record {
	known := r.names[name]
	if known == nil {
		known = &record{lock: make(chan struct{}, 1)}
		r.names[name] = known
	}
	return known
}

// with calls f with the record of a name. It does no I/O.
func (r *Run) with(name string, f func(*record)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(r.name(name))
}

// Lock waits until nobody else in this run works on the instance of that name.
// It fails if the context ends.
func (r *Run) Lock(ctx context.Context, name string) (unlock func(), err error) {
	var lock chan struct{}
	r.with(name, func(known *record) { lock = known.lock })
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// NoteRead notes that an object of the state has the name, and that its instance
// was found.
func (r *Run) NoteRead(name string) {
	r.with(name, func(known *record) { known.read = true })
}

// Uses reports whether a plan of this run keeps or creates the name.
func (r *Run) Uses(name string) (uses bool) {
	r.with(name, func(known *record) { uses = known.keeps+known.creates > 0 })
	return uses
}

// WasRead reports whether an object of the state has the name. A creation of that
// name is then a tainted object's, or conflicts with another plan of this run,
// which Terraform makes sooner or later.
func (r *Run) WasRead(name string) (read bool) {
	r.with(name, func(known *record) { read = known.read })
	return read
}

// NoteCreated notes that this run creates the instance.
func (r *Run) NoteCreated(name string) { r.with(name, func(known *record) { known.created = true }) }

// Created reports whether this run has created the instance.
func (r *Run) Created(name string) (created bool) {
	r.with(name, func(known *record) { created = known.created })
	return created
}

// NoteDeleted notes that this run has deleted the instance.
func (r *Run) NoteDeleted(name string) { r.with(name, func(known *record) { known.deleted = true }) }

// Deleted reports whether this run has deleted the instance.
func (r *Run) Deleted(name string) (deleted bool) {
	r.with(name, func(known *record) { deleted = known.deleted })
	return deleted
}

// Conflict says how the plans of one run contradict each other about a name.
type Conflict int

const (
	// NoConflict means that they don't.
	NoConflict Conflict = iota
	// SameName means that two new addresses have the name.
	SameName
	// NameInUse means that a new address has the name of one that exists.
	NameInUse
	// TwoAddresses means that the state has one instance under two addresses.
	TwoAddresses
	// NewAddress means that an address that has left the configuration gives the instance up,
	// and a new one creates it. A moved block expresses that.
	NewAddress
	// PassedOn means that an address that is still in the configuration gives the name up, or
	// takes it from another. No moved block expresses that.
	PassedOn
	// OtherType means that a resource of one type gives the instance up, and one of another
	// type creates it. Terraform can't express that at all.
	OtherType
)

func (known *record) conflict() Conflict {
	switch givesUp := known.destroys+known.renames > 0; {
	case known.keeps > 1, known.keeps > 0 && givesUp:
		return TwoAddresses
	case known.keeps > 0 && known.creates > 0:
		return NameInUse
	case known.creates > 1:
		return SameName
	case known.creates > 0 && givesUp && known.mixed:
		return OtherType
	case known.creates > 0 && known.renames+known.replaces > 0 && givesUp:
		return PassedOn
	case known.creates > 0 && givesUp:
		return NewAddress
	}
	return NoConflict
}

// PlanKeep notes that an address of a type of resource keeps its instance, updated
// or not.
func (r *Run) PlanKeep(name, resource string) Conflict {
	return r.plan(name, resource, func(known *record) { known.keeps++ })
}

// PlanCreate notes that a new address creates an instance.
func (r *Run) PlanCreate(name, resource string) Conflict {
	return r.plan(name, resource, func(known *record) { known.creates++ })
}

// PlanDestroy notes that an address that has left the configuration gives up its
// instance.
func (r *Run) PlanDestroy(name, resource string) Conflict {
	return r.plan(name, resource, func(known *record) { known.destroys++ })
}

// PlanRename notes that an address gives up the name for another one.
func (r *Run) PlanRename(name, resource string) Conflict {
	return r.plan(name, resource, func(known *record) { known.renames++ })
}

// PlanReplacement notes that an address creates an instance instead of the one
// that it has given up under another name.
func (r *Run) PlanReplacement(name, resource string) Conflict {
	return r.plan(name, resource, func(known *record) { known.creates, known.replaces = known.creates+1, known.replaces+1 })
}

// Unkeep takes back one PlanKeep: the address is replaced after all, and its rename
// is planned next.
func (r *Run) Unkeep(name string) {
	r.with(name, func(known *record) { known.keeps-- })
}

func (r *Run) plan(name, resource string, note func(*record)) (conflict Conflict) {
	r.with(name, func(known *record) {
		note(known)
		known.mixed = known.mixed || known.resource != "" && known.resource != resource
		known.resource = resource
		conflict = known.conflict()
	})
	return conflict
}

// PlanExclusive notes that these names alone may be there. It returns the names
// among the others that plans of this run keep or create, or the names that
// another plan of this run allows instead.
func (r *Run) PlanExclusive(names []string) (excluded, other []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exclusive != nil && !slices.Equal(r.exclusive, names) {
		return nil, r.exclusive
	}
	r.exclusive = append([]string{}, names...)
	for name, known := range r.names {
		if known.keeps+known.creates > 0 && !slices.Contains(names, name) {
			excluded = append(excluded, name)
		}
	}
	slices.Sort(excluded)
	return excluded, nil
}

// Excludes reports whether an exclusive set that was planned in this run lacks the
// name. Ask after noting that the name is kept or created.
func (r *Run) Excludes(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.exclusive != nil && !slices.Contains(r.exclusive, name)
}

// FirstReport reports whether nothing was said about a matter in this run, and
// notes that it is now.
func (r *Run) FirstReport(matter string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := !r.reported[matter]
	r.reported[matter] = true
	return first
}
