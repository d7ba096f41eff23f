package provider_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// This file walks at random: root modules are edited, planned, and applied, by a real Terraform, on
// files and on a real Elyra, while others change what's there. The rules that a walk checks are in
// walk_rules_test.go, the modules in walk_config_test.go, and the commands in walk_world_test.go.

const (
	walkSteps  = 10 // of a walk
	walkRounds = 3  // of following one message; a step may make several mistakes
)

// walkStep is the numbers that a step chooses by: a row for each matter, so that one can be made simpler
// without another one. The simplest choice is 0.
type walkStep [rows][7]int

const (
	rowHow = iota
	rowBefore
	rowEdits   // three of them
	rowBetween = iota + 2
	rowFollow
	rows
)

// picker returns how to choose, by one row after another number.
func (s *walkStep) picker(row int) func(n int) int {
	next := -1
	return func(n int) int {
		next++
		return s[row][next%len(s[row])] % n
	}
}

// TestWalk walks the same 6 walks each time, or ELYRA_FAULT_RUNS random ones, half of them on a server.
// ELYRA_FAULT_SEED is the first walk's seed. It prints the shortest walk that it finds for what breaks a rule.
func TestWalk(t *testing.T) {
	t.Parallel()
	requireAcceptance(t)
	runs, seed := testenv.Random(t, 6, 3098483569)
	for name, start := range map[string]func(t *testing.T) place{
		"files":  newPlace,
		"server": func(t *testing.T) place { return startServer(t).place },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			places, stream := newWalkPlaces(t, start(t)), uint64(len(name))
			known, started := map[string]bool{}, time.Now()
			for run := range (runs + 1) / 2 {
				walkOnce(t, places, seed+run, stream, known)
			}
			t.Logf("ELYRA_FAULT_SEED=%d, %d walks of %d steps in %s: %v", seed, (runs+1)/2, walkSteps, time.Since(started).Round(time.Second), places.counts)
		})
	}
}

// walkOnce walks, and prints the shortest walk that breaks a rule, once for each rule.
func walkOnce(t *testing.T, places *walkPlaces, seed, stream uint64, known map[string]bool) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, stream))
	steps := make([]walkStep, walkSteps)
	for i := range steps {
		for row := range steps[i] {
			for j := range steps[i][row] {
				steps[i][row][j] = random.IntN(5040)
			}
		}
	}
	fault, log := walk(t, places, steps)
	if fault == nil {
		return
	}
	if known[fault.rule] {
		t.Errorf("ELYRA_FAULT_SEED=%d breaks the rule %q, too", seed, fault.rule)
		return
	}
	known[fault.rule] = true
	deadline := time.Now().Add(3 * time.Minute)
	// simplify takes simpler steps if they break the same rule.
	simplify := func(simpler []walkStep) bool {
		if time.Now().After(deadline) {
			return false
		}
		again, text := walk(t, places, simpler)
		if again == nil || again.rule != fault.rule {
			return false
		}
		fault, log, steps = again, text, simpler[:again.step]
		return true
	}
	steps = steps[:fault.step]
	for size := len(steps) / 2; size > 0; size /= 2 {
		for from := 0; from+size <= len(steps); {
			if !simplify(slices.Delete(slices.Clone(steps), from, from+size)) {
				from += size
			}
		}
	}
	for i := 0; i < len(steps); i++ {
		for row := range rows {
			simpler := slices.Clone(steps)
			simpler[i][row] = [7]int{}
			if i < len(steps) && simpler[i] != steps[i] {
				simplify(simpler)
			}
		}
	}
	t.Errorf("ELYRA_FAULT_SEED=%d breaks the rule %q: %s\nThis was done:\n%s", seed, fault.rule, fault.detail, log)
}

// walk takes steps, and returns the first rule that is broken, and what was done.
func walk(t *testing.T, places *walkPlaces, steps []walkStep) (fault *broken, log string) {
	t.Helper()
	w := newWalkWorld(t, places)
	for number, step := range steps {
		w.note("-- step %d", number+1)
		if fault = w.step(&step); fault != nil {
			fault.step = number + 1
			return fault, w.log.String()
		}
	}
	for _, dir := range w.outside {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
			return &broken{"outside", fmt.Sprintf("%s has %v, %v", dir, entries, err), len(steps)}, w.log.String()
		}
	}
	return nil, w.log.String()
}

// walkOptions are how a plan is made.
type walkOptions struct {
	destroy, unread bool
	target, replace string
	parallelism     int
}

func (o walkOptions) arguments() []string {
	arguments := []string{"plan", "-json", "-input=false", "-detailed-exitcode", "-out=plan", fmt.Sprintf("-parallelism=%d", o.parallelism)}
	add := func(option string, given bool) {
		if given {
			arguments = append(arguments, option)
		}
	}
	add("-destroy", o.destroy)
	add("-refresh=false", o.unread)
	add("-target="+o.target, o.target != "")
	add("-replace="+o.replace, o.replace != "")
	return arguments
}

// step edits a module, plans, and applies, with whatever comes in between.
func (w *walkWorld) step(step *walkStep) *broken {
	pick, follow := step.picker(rowHow), step.picker(rowFollow)
	which := pick(4) / 3
	f, other := w.folders[which], w.folders[1-which]
	if before := step.picker(rowBefore); before(4) == 3 {
		w.interfere(before)
	}
	for row := range 3 {
		if edit := step.picker(rowEdits + row); edit(3) > 0 {
			w.edit(f, edit)
		}
	}
	options := walkOptions{parallelism: []int{10, 1}[pick(2)]}
	address := ""
	if records := w.records(f); len(records) > 0 {
		address = records[pick(len(records))].address
		switch pick(24) {
		case 16:
			w.run(f, "state", "rm", address)
		case 17:
			w.run(f, "taint", address)
		case 18:
			options.target = address
		case 19:
			if _, ok := f.config.at(address); ok {
				options.replace = address
			}
		case 20, 21:
			options.unread = true
		case 22, 23:
			options.destroy = true
		}
	}
	return w.converge(f, options, follow, func() *broken {
		pick := step.picker(rowBetween)
		switch pick(12) {
		case 7, 8:
			w.interfere(pick)
		case 9:
			w.edit(other, pick)
			return w.converge(other, walkOptions{parallelism: 10}, follow, func() *broken { return nil })
		case 10:
			w.edit(f, pick)
			w.write(f)
			w.run(f, "plan", "-json", "-input=false") // nobody applies it
		case 11:
			if address != "" {
				w.run(f, "state", "rm", address)
			}
		}
		return nil
	})
}

func (w *walkWorld) edit(f *walkFolder, pick func(n int) int) {
	there := slices.DeleteFunc(w.places.snapshot().near(), func(i instance) bool { return i.site != w.site(f, "") })
	f.config.edit(pick, there, len(w.places.spellings))
}

// converge plans and applies, and follows the messages where either fails.
func (w *walkWorld) converge(f *walkFolder, options walkOptions, pick func(n int) int, between func() *broken) *broken {
	followed := map[string]int{}
	for round := 0; ; round++ {
		w.write(f)
		text := f.head + f.body
		said, fault := w.planAndApply(f, options, between)
		if fault != nil || said.err == nil {
			return fault
		}
		if round == 3*walkRounds {
			return breaks("no end", "after %d rounds of following, there are still errors", round)
		}
		if text != f.head+f.body { // the messages are about another module
			options = walkOptions{parallelism: options.parallelism}
		} else if options, fault = w.follow(f, said, options, pick, followed); fault != nil {
			return fault
		}
		w.places.counts["rounds of following"]++
		between = func() *broken { return nil }
	}
}

// planAndApply returns what the first command said that failed, or the last one.
func (w *walkWorld) planAndApply(f *walkFolder, options walkOptions, between func() *broken) (said walkResult, fault *broken) {
	expected, planned, dirty, body := w.expect(f, options), w.places.snapshot(), w.dirty(f), f.head+f.body
	said = w.run(f, options.arguments()...)
	if fault := checkSaid(said); fault != nil {
		return said, fault
	}
	if !maps.Equal(planned, w.places.snapshot()) {
		return said, breaks("plan writes", "%v", w.places.snapshot())
	}
	unsure := len(expected.must)+len(expected.may) > 0
	switch {
	case said.err != nil && !unsure:
		return said, breaks("refused", "the plan fails, and nothing is wrong")
	case said.err != nil:
		w.places.counts["refused plans"]++
		return said, nil
	case len(expected.must) > 0 && len(expected.may) == 0:
		return said, breaks("not refused", "the plan must fail: %v", expected.must)
	case !said.changes:
		return said, nil
	}
	changes := w.changes(f)
	permits, fault := w.permitted(f, changes)
	if fault == nil {
		fault = between()
	}
	if fault != nil {
		return said, fault
	}
	before, records := w.places.snapshot(), f.config.move(w.records(f))
	applied := w.run(f, "apply", "-json", "-input=false", fmt.Sprintf("-parallelism=%d", options.parallelism), "plan")
	after := w.places.snapshot()
	if fault := cmp.Or(checkSaid(applied), w.checkApply(permits, planned, before, after, records, applied.err == nil)); fault != nil {
		return applied, fault
	}
	unchanged := f.head+f.body == body
	disturbed := !unchanged || !maps.Equal(planned, before)
	if applied.err != nil {
		w.places.counts["failed applies"]++
		if applied.says("Saved plan is stale") || disturbed {
			return applied, nil
		}
		if !dirty && !unsure {
			return applied, breaks("half", "the apply fails, and the plan didn't")
		}
		if expected.shared {
			return applied, nil
		}
		return applied, w.checkHalf(applied, records, before, after)
	}
	if options.target != "" || expected.shared {
		return applied, nil
	}
	if unchanged {
		clear(f.config.moved)
		clear(f.config.imports)
		clear(f.config.removed)
	}
	if !options.unread {
		f.seen = after
		for i, document := range planned { // others can have changed what the apply didn't touch
			if before[i] == after[i] {
				f.seen[i] = document
			}
		}
	}
	isRead := !options.unread || !dirty && f.config.exclusive == 0 // a set may never have been read
	if options.destroy || disturbed || !isRead || slices.ContainsFunc(changes, walkChange.createsSet) {
		return applied, nil
	}
	empty := w.run(f, "plan", "-json", "-input=false", "-detailed-exitcode")
	w.places.counts["empty plans"]++
	if empty.err != nil || empty.changes {
		return empty, breaks("not empty", "the plan after the apply isn't empty")
	}
	return empty, nil
}
