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
	"cmp"
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
	lock  chan struct{}
	facts [Deleted + 1]bool
	plans [Rename + 1]int // how many there are
	// resource is the type of the resource that planned first, and mixed whether another type planned, too.
	resource string
	mixed    bool
}

// Fact is something that a run finds or does.
type Fact int

const (
	// Read means that an object of the state has the name, and its instance is there. A creation
	// of that name is then a tainted object's, or conflicts with another plan of this
	// run, which Terraform makes sooner or later.
	Read Fact = iota
	// Created means that this run has created the instance.
	Created
	// Deleted means that this run has deleted the instance.
	Deleted
)

// Plan is what one address is planned to do with a name.
type Plan int

const (
	// Keep means that the address keeps its instance, updated or not.
	Keep Plan = iota
	// Create means that a new address creates an instance.
	Create
	// Replace means that the address creates an instance instead of the one that it has given up
	// under another name.
	Replace
	// Destroy means that the address has left the configuration and gives up its instance.
	Destroy
	// Rename means that the address gives up the name for another one.
	Rename
)

// NewRun returns a Run that knows nothing yet.
func NewRun() *Run { return &Run{names: map[string]*record{}, reported: map[string]bool{}} }

// with calls f with the record of a name. It does no I/O.
func (r *Run) with(name string, f func(*record)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.names[name]
	if known == nil {
		known = &record{lock: make(chan struct{}, 1)}
		r.names[name] = known
	}
	f(known)
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

// Note notes a fact about a name.
func (r *Run) Note(fact Fact, name string) {
	r.with(name, func(known *record) { known.facts[fact] = true })
}

// Knows reports whether a fact about a name was noted.
func (r *Run) Knows(fact Fact, name string) (knows bool) {
	r.with(name, func(known *record) { knows = known.facts[fact] })
	return knows
}

// Uses reports whether a plan of this run keeps or creates the name.
func (r *Run) Uses(name string) (uses bool) {
	r.with(name, func(known *record) { uses = known.isUsed() })
	return uses
}

func (known *record) isUsed() bool {
	return known.plans[Keep]+known.plans[Create]+known.plans[Replace] > 0
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
	keeps, creates, renames := known.plans[Keep], known.plans[Create]+known.plans[Replace], known.plans[Rename]
	switch givesUp := known.plans[Destroy]+renames > 0; {
	case keeps > 1, keeps > 0 && givesUp:
		return TwoAddresses
	case keeps > 0 && creates > 0:
		return NameInUse
	case creates > 1:
		return SameName
	case creates > 0 && givesUp && known.mixed:
		return OtherType
	case creates > 0 && renames+known.plans[Replace] > 0 && givesUp:
		return PassedOn
	case creates > 0 && givesUp:
		return NewAddress
	}
	return NoConflict
}

// Plan notes what an address of a type of resource is planned to do with a name, and
// returns how that contradicts others.
func (r *Run) Plan(plan Plan, name, resource string) (conflict Conflict) {
	r.with(name, func(known *record) {
		known.plans[plan]++
		known.resource = cmp.Or(known.resource, resource)
		known.mixed = known.mixed || known.resource != resource
		conflict = known.conflict()
	})
	return conflict
}

// Unkeep takes back one plan to [Keep]: the address is replaced after all, and its
// rename is planned next.
func (r *Run) Unkeep(name string) {
	r.with(name, func(known *record) { known.plans[Keep]-- })
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
		if known.isUsed() && !slices.Contains(names, name) {
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
