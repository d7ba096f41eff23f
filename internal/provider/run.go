package provider

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// run is what one run of the provider knows: one walk of Terraform's graph, a
// plan or an apply. Terraform walks in any order, several resources at a time.
// Plan and apply are different runs, in processes of their own.
type run struct {
	// id tells runs apart.
	id string

	mu    sync.Mutex
	names map[string]*record
	// kept has, by display name, the names of instances that were deleted to be
	// recreated under the same name.
	kept   map[string]string
	images map[string]*imageUse
	// exclusive are the names, sorted, that alone may be there; nil where no plan of
	// this run says so.
	exclusive []string
	// shown is what the plan has shown that an exclusive set removes; nil until it
	// was looked up.
	shown []string
	// told holds the texts of warnings that are given once a run.
	told map[string]bool
}

// record is what a run knows about one name. Whatever creates, updates or deletes the
// instance holds its turn for all of that time; everything else is guarded by run.mu.
type record struct {
	turn chan struct{}
	// news is closed and renewed when something below changes.
	news chan struct{}

	// seen is where the instance was when it was read and found to be ours.
	seen string
	// unplanned is how many objects of states were read, less those whose change or
	// destruction was planned. Terraform does either first.
	unplanned int
	// The number of plans that keep an instance of that name, updated or not;
	// that create it; and that destroy it.
	keeps, creates, destroys int
	// document is the fingerprint of what stands under a name that is planned for
	// creation; empty where there is none.
	document string

	// made: it was created in this run, or is being created.
	made bool
	// deleted: it was deleted in this run.
	deleted bool
	// left: a destroy left it to another address, which is to create it.
	left bool
	// awaited: a creation waits for a destroy to leave it.
	awaited bool
}

func newRun() *run {
	return &run{
		id: rand.Text(), names: map[string]*record{}, kept: map[string]string{},
		images: map[string]*imageUse{}, told: map[string]bool{},
	}
}

// with calls f with the record of a name, under the lock, and wakes who waits.
func (r *run) with(name string, f func(*record)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.names[name]
	if known == nil {
		known = &record{turn: make(chan struct{}, 1)}
		r.names[name] = known
	}
	f(known)
	if known.news != nil {
		close(known.news)
		known.news = nil
	}
}

// hold waits for the turn of a name. All that is done to the instance of one
// name is done in turn.
func (r *run) hold(ctx context.Context, name string) (release func(), err error) {
	var turn chan struct{}
	r.with(name, func(known *record) { turn = known.turn })
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// await waits until a condition on a name holds, for so long at most, and reports
// whether it does.
func (r *run) await(ctx context.Context, name string, patience time.Duration, holds func(*record) bool) bool {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		r.mu.Lock()
		known := r.names[name]
		if known != nil && holds(known) {
			r.mu.Unlock()
			return true
		}
		if known == nil {
			known = &record{turn: make(chan struct{}, 1)}
			r.names[name] = known
		}
		if known.news == nil {
			known.news = make(chan struct{})
		}
		news := known.news
		r.mu.Unlock()
		select {
		case <-news:
		case <-timeout.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// saw notes that an instance of a state was read, and where.
func (r *run) saw(name, location string) {
	r.with(name, func(known *record) {
		known.seen = location
		known.unplanned++
	})
}

// wasSeen reports whether the instance was read at that location and found ours.
func (r *run) wasSeen(name, location string) (seen bool) {
	r.with(name, func(known *record) { seen = known.seen == location && location != "" })
	return seen
}

// twice reports whether two addresses of the configuration are to have the name:
// the plans of this run say so, whichever came first. One that is destroyed beside
// one that is created is different: there one address takes over from another.
func (known *record) twice() bool {
	return known.keeps+known.creates > 1 || known.keeps > 0 && known.destroys > 0
}

// handsOver reports whether one address is to create what another is to destroy.
func (known *record) handsOver() bool {
	return known.creates > 0 && known.destroys > 0 && known.document != ""
}

// planKeep notes that an address keeps its instance, and reports whether two do.
func (r *run) planKeep(name string) (twice bool) {
	r.with(name, func(known *record) {
		known.unplanned--
		known.keeps++
		twice = known.twice()
	})
	return twice
}

// planCreate notes that an address is to create an instance where something with
// that fingerprint stands now.
func (r *run) planCreate(name, document string) (twice, handsOver bool) {
	r.with(name, func(known *record) {
		known.creates++
		known.document = document
		twice, handsOver = known.twice(), known.handsOver()
	})
	return twice, handsOver
}

// planDestroy notes that an address is to destroy its instance, and returns the
// fingerprint of what another is to take over.
func (r *run) planDestroy(name string) (twice, handsOver bool, document string) {
	r.with(name, func(known *record) {
		known.unplanned--
		known.destroys++
		twice, handsOver, document = known.twice(), known.handsOver(), known.document
	})
	return twice, handsOver, document
}

// keepName notes the name under which an instance is to be recreated.
func (r *run) keepName(displayName, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept[displayName] = name
}

func (r *run) keptName(displayName string) (name string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, ok = r.kept[displayName]
	return name, ok
}

// tell reports whether nothing was said of a matter in this run, and notes that
// it is now.
func (r *run) tell(matter string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.told[matter] {
		return false
	}
	r.told[matter] = true
	return true
}
