package provider_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// This file is the contract's "Ownership", as a walk checks it: what a plan must refuse, what an
// apply may do, and whether the messages lead out.

// broken is a broken rule, and how many steps it took.
type broken struct {
	rule, detail string
	step         int
}

func breaks(rule, format string, args ...any) *broken {
	return &broken{rule, fmt.Sprintf(format, args...), 0}
}

// --- What a plan must refuse ---

// expected is what the contract says of a plan: why it must fail, and why it, or its apply, may.
type expected struct {
	must, may []string
	shared    bool // two configurations of the provider use one instance: a documented limit
}

func (e *expected) mustFail(format string, args ...any) {
	e.must = append(e.must, fmt.Sprintf(format, args...))
}

func (e *expected) mayFail(when bool, format string, args ...any) {
	if when {
		e.may = append(e.may, fmt.Sprintf(format, args...))
	}
}

// use is what a plan does with an instance through a configuration of the provider.
type use struct {
	record walkRecord
	does   string // create, keep, destroy
	by     wanted
}

// expect says what a plan of a folder must do, from its configuration, its state and what is there.
func (w *walkWorld) expect(f *walkFolder, options walkOptions) (e expected) {
	if options.destroy && !options.unread { // Terraform makes the usual plan first, without import blocks
		config := *f.config
		config.imports = nil
		usual := w.expect(&walkFolder{dir: f.dir, config: &config, seen: f.seen}, walkOptions{})
		e.may = slices.Concat(usual.may, usual.must)
	}
	c, now, records := f.config, w.places.snapshot(), w.records(f)
	e.mayFail(options.target != "", "it's for a target")
	e.mayFail(options.unread && w.dirty(f), "it reads nothing, and things have changed")
	for _, r := range records {
		e.mayFail(!r.placed, "the state doesn't say where %s is", r.address)
		e.mayFail(r.deposed != "", "%s is deposed", r.address)
		e.mayFail(w.places.server && r.instance.site == 0 && now[r.instance] != "" && !valid(now[r.instance]), "%s is broken", r.instance)
		spelling := w.places.spellings[c.spelling[r.alias]]
		e.mayFail(w.places.server && !strings.HasPrefix(r.location, spelling.prefix) && now[r.instance] != f.seen[r.instance], "%s has another port and was changed", r.address)
	}
	uses := map[string]map[instance][]use{"": {}, "other": {}} // by alias
	add := func(alias string, i instance, u use) { uses[alias][i] = append(uses[alias][i], u) }
	drop := func(r walkRecord) {
		for _, b := range c.blocks {
			if b.whole() == resourceOf(r.address) {
				r.alias = b.alias // Terraform destroys by the block's, if there's one
			}
		}
		if r.placed && r.instance.site != w.site(f, r.alias) {
			e.mustFail("it destroys %s, whose place is another one now", r.address)
		}
		if _, ok := now[r.instance]; ok {
			add(r.alias, r.instance, use{record: r, does: "destroy"})
		} else {
			e.mayFail(true, "%s is gone, which Terraform before 1.12 doesn't look at", r.instance)
		}
	}
	current := map[string]walkRecord{}
	for _, r := range c.move(records) {
		if r.deposed != "" || options.destroy {
			drop(r)
		} else {
			current[r.address] = r
		}
	}
	for _, by := range c.wanted() {
		if options.destroy {
			break
		}
		r, known := current[by.address]
		delete(current, by.address)
		here := w.site(f, by.alias)
		if id, ok := c.imports[by.address]; ok && !known {
			r, known = walkRecord{address: by.address, alias: by.alias, placed: true, instance: instance{here, by.schemaspace, id}}, true
			e.mayFail(by.name != "" && by.name != id, "%s is imported and replaced", by.address)
			e.mayFail(!by.fits(now[r.instance]), "%s is invalid, or of another schema", r.instance)
		}
		_, there := now[r.instance]
		if _, far := now[r.instance.at(here).far()]; known && !there && far {
			e.mayFail(true, "%s is later in the search path", r.instance)
		}
		replaced := r.tainted || options.replace == by.address || by.name != "" && by.name != r.instance.name
		anew := by.at(here)
		switch {
		case !known, r.instance.site == here && !there:
			add(by.alias, anew, use{r, "create", by})
		case r.instance.site != here:
			e.mayFail(replaced, "%s is replaced, and its place is another one now", by.address)
			add(by.alias, instance{here, by.schemaspace, cmp.Or(by.name, r.instance.name)}, use{r, "create", by})
		case replaced && anew != r.instance:
			e.mayFail(r.tainted, "%s is tainted", by.address)
			e.mayFail(r.alias != by.alias, "%s is replaced by another alias", by.address)
			add(by.alias, r.instance, use{r, "destroy", by})
			add(by.alias, anew, use{r, "create", by})
		default:
			e.mayFail(replaced && (r.tainted || by.createFirst || r.alias != by.alias), "%s is replaced by one of its name", by.address)
			add(by.alias, r.instance, use{r, "keep", by})
		}
	}
	for address, r := range current {
		if !c.removed[resourceOf(address)] {
			drop(r)
		}
	}
	for alias, used := range uses {
		other := uses[map[string]string{"": "other", "other": ""}[alias]]
		for i, all := range used {
			e.expectOf(i, all, now)
			e.mayFail(len(other[i]) > 0, "two aliases use %s", i)
			e.shared = e.shared || len(other[i]) > 0
			e.mayFail(w.places.server && i.site == 0 && now[i] != "" && !valid(now[i]), "%s is broken", i)
		}
	}
	return e
}

// expectOf is expect for what one configuration of the provider does with one instance.
func (e *expected) expectOf(i instance, all []use, now snapshot) {
	destroyed := slices.ContainsFunc(all, func(u use) bool { return u.does == "destroy" })
	for n, u := range all {
		if u.does == "destroy" {
			continue
		}
		for _, other := range all[:n] {
			if other.does != "destroy" {
				e.mustFail("%s and %s are both %s", other.by.address, u.by.address, i)
			}
		}
		if destroyed && u.does == "create" {
			e.mustFail("%s is both created and destroyed", i)
		}
		e.mayFail(destroyed && u.does == "keep", "%s is kept, and destroyed at another address", i)
		for _, at := range []instance{i, i.far()} {
			if document, taken := now[at]; taken && u.does == "create" && !u.by.overwrite {
				if destroyed || !means(document, u.by.document()) {
					e.mustFail("%s exists", at)
				}
				e.mayFail(true, "%s exists, and is what is to be created", at)
			}
		}
	}
}

// move is what Terraform does before it plans: what moved blocks say, and counts imply.
func (c *walkConfig) move(records []walkRecord) (moved []walkRecord) {
	taken := map[string]bool{}
	for _, r := range records {
		taken[r.address] = true
	}
	steps := map[string]string{}
	for _, b := range c.blocks {
		explicit := false // then Terraform implies nothing
		for from, to := range c.moved {
			explicit = explicit || resourceOf(from) == b.whole() || resourceOf(to) == b.whole()
		}
		switch {
		case explicit:
		case b.form == single:
			steps[b.whole()+"[0]"] = b.whole()
		case b.form == counted:
			steps[b.whole()] = b.whole() + "[0]"
		}
	}
	maps.Copy(steps, c.moved)
	for _, r := range records {
		resource := resourceOf(r.address)
		to := steps[r.address]
		if whole := c.moved[resource]; to == "" && whole != "" && whole == resourceOf(whole) {
			to = whole + strings.TrimPrefix(r.address, resource)
		}
		if to != "" && !taken[to] {
			r.address, taken[to] = to, true
		}
		moved = append(moved, r)
	}
	return moved
}

// dirty reports whether something that the state records is no longer as Terraform last read it.
func (w *walkWorld) dirty(f *walkFolder) bool {
	now := w.places.snapshot()
	return slices.ContainsFunc(w.records(f), func(r walkRecord) bool {
		return r.tainted || r.deposed != "" || !r.placed || now[r.instance] != f.seen[r.instance]
	})
}

// --- What an apply may do ---

// permit is what a plan has shown, by instance. Creates says whether it overwrites.
type permit struct{ destroys, updates, leaves, forgets, creates map[instance]bool }

// permitted is what the plan of a folder shows.
func (w *walkWorld) permitted(f *walkFolder, changes []walkChange) (permit, *broken) {
	p := permit{map[instance]bool{}, map[instance]bool{}, map[instance]bool{}, map[instance]bool{}, map[instance]bool{}}
	records := w.records(f)
	for _, change := range changes {
		before, after := change.Change.Before, change.Change.After
		if change.Type == "elyra_runtime_images_exclusive" {
			for _, name := range before.Names {
				if !change.does("delete") && !slices.Contains(after.Names, name) {
					p.destroys[instance{w.site(f, ""), walkImage.schemaspace, name}] = true
				}
			}
			continue
		}
		old, known := w.places.instanceAt(before.Location, change.Type, before.Name)
		owned := slices.ContainsFunc(records, func(r walkRecord) bool { return r.instance == old && r.placed })
		if change.does("delete") || change.does("update") {
			if !known {
				return p, breaks("location", "%s: the plan doesn't say where it is before", change.Address)
			}
			if !owned && change.Change.Importing == nil {
				return p, breaks("not ours", "the plan shows %v of %s as %s, and the state doesn't record it", change.Change.Actions, old, change.Address)
			}
		}
		if after.Name == "" && (change.does("create") || change.does("update")) {
			return p, breaks("name", "%s: the plan doesn't show the name", change.Address)
		}
		at, placed := w.places.instanceAt(after.Location, change.Type, after.Name)
		if by, ok := f.config.at(change.Address); ok && !placed {
			at = instance{w.site(f, by.alias), by.schemaspace, after.Name}
		}
		moves := change.does("update") && at != old
		p.destroys[old] = p.destroys[old] || change.does("delete")
		p.forgets[old] = p.forgets[old] || change.does("forget")
		p.updates[old] = p.updates[old] || change.does("update") && !moves
		p.leaves[old] = p.leaves[old] || moves
		if moves || change.does("create") {
			p.creates[at] = after.Overwrite
		}
	}
	return p, nil
}

// checkApply compares what was there when planned, before the apply, and after it. The records are
// those before.
func (w *walkWorld) checkApply(p permit, planned, before, after snapshot, records []walkRecord, succeeded bool) *broken {
	recorded := map[instance]bool{}
	for _, f := range w.folders {
		for _, r := range w.records(f) {
			recorded[r.instance] = true
		}
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	for i := range all {
		old, was := before[i]
		document, is := after[i]
		overwrites, creates := p.creates[i]
		seen := means(planned[i], old)
		switch {
		case old == document && was == is:
		case !is && !p.destroys[i]:
			return breaks("lost", "%s is gone, and the plan shows no destroy of it; it was\n%s", i, old)
		case !was && !creates && !p.updates[i]: // an update copies an instance from later in the search path
			return breaks("made", "%s is there now, and the plan shows no creation of it", i)
		case !was && !recorded[i]:
			return breaks("orphan", "%s was created, and no state records it", i)
		case !was, is && creates && (overwrites || p.destroys[i] && seen):
		case is && !p.updates[i]:
			return breaks("changed", "%s is changed, and the plan shows no change of it; it was\n%s\nand is\n%s", i, old, document)
		case !seen:
			return breaks("unseen", "%s was changed after the plan, and is overwritten or gone; it was\n%s\nand is\n%s", i, old, document)
		case is:
			for key := range foreign(old) {
				if _, ok := foreign(document)[key]; !ok {
					return breaks("key", "%s has lost the key %s; it was\n%s\nand is\n%s", i, key, old, document)
				}
			}
		}
	}
	for _, r := range records {
		_, was := planned[r.instance]
		_, is := after[r.instance]
		if was && is && r.placed && !recorded[r.instance] && !p.forgets[r.instance] && !p.leaves[r.instance] {
			return breaks("orphan", "%s, which was %s, is still there, and no state records it", r.instance, r.address)
		}
	}
	for i := range p.creates {
		if _, ok := after[i]; succeeded && !ok {
			return breaks("not made", "%s isn't there after the apply", i)
		}
	}
	return nil
}

// checkHalf looks for an instance that a failed apply has deleted to create another one for the same resource, which
// exists already. The plan of a tainted resource can't know that: a documented limit.
func (w *walkWorld) checkHalf(applied walkResult, records []walkRecord, before, after snapshot) *broken {
	for _, d := range applied.diagnostics {
		for _, r := range records {
			_, was := before[r.instance]
			_, is := after[r.instance]
			if _, revealed := after[r.instance.far()]; revealed && w.places.server { // another documented limit
				continue
			}
			if d.Severity == "error" && strings.Contains(d.Summary, "already exists") && r.address == d.Address && !r.tainted && was && !is {
				return breaks("half", "%s: the apply fails, and %s is gone", d.Address, r.instance)
			}
		}
	}
	return nil
}

// blunders are what Terraform says of a provider that breaks its rules.
var blunders = regexp.MustCompile(`(?i)provider produced|bug in the provider|panic|plugin did.not respond|invalid plan|inconsistent|unexpected new value`)

// checkSaid looks for what no message may say.
func checkSaid(r walkResult) *broken {
	for _, d := range r.diagnostics {
		if blunders.MatchString(d.Summary) {
			return breaks("blunder", "%s: %s", d.Summary, d.Detail)
		}
	}
	if r.err != nil && len(r.diagnostics) == 0 {
		return breaks("blunder", "it fails without a word")
	}
	return nil
}

// --- Whether the messages lead out ---

var (
	namePattern   = regexp.MustCompile(`(?m)^\s*name\s*=\s*"([a-z0-9_-]+)"`)
	idPattern     = regexp.MustCompile(`id\s*=\s*"([a-z0-9_-]+)"`)
	quotedPattern = regexp.MustCompile(`"[^"]*"`)
	againPattern  = regexp.MustCompile(`(?i)terraform (plan|apply)|(plan|apply|run|try) again|new plan|plan is stale|options altogether`)
)

// follow does one of the things that each message of a failure says, at most three times for each message about an
// address. It returns how to plan again.
func (w *walkWorld) follow(f *walkFolder, said walkResult, options walkOptions, pick func(n int) int, followed map[string]int) (walkOptions, *broken) {
	options = walkOptions{destroy: options.destroy, parallelism: options.parallelism}
	chosen, names := map[string]func(){}, map[string]bool{}
	for _, d := range said.diagnostics {
		name := quotedPattern.FindString(d.Summary)
		if of := typeOf(d.Address); of != nil && name != "" {
			name = of.schemaspace + name
		}
		if d.Severity != "error" || names[name] {
			continue
		}
		names[name] = name != "" // what helps one message about a name can contradict what helps another
		matter := d.Summary + d.Address
		if followed[matter]++; followed[matter] > walkRounds {
			return options, breaks("no end", "after %d rounds of following, there's still: %s (%s)\n%s", walkRounds, d.Summary, d.Address, d.Detail)
		}
		ways := w.ways(f, d, &options)
		if len(ways) == 0 {
			return options, breaks("no way on", "%s (%s)\n%s", d.Summary, d.Address, d.Detail)
		}
		keys := slices.Sorted(maps.Keys(ways))
		key := keys[pick(len(keys))]
		chosen[key] = ways[key]
	}
	for _, key := range slices.Sorted(maps.Keys(chosen)) {
		w.note("followed: %s", key)
		chosen[key]()
	}
	return options, nil
}

// ways are the ways on that a message offers, and that can be gone here.
func (w *walkWorld) ways(f *walkFolder, d walkDiagnostic, options *walkOptions) map[string]func() {
	c, records, ways := f.config, w.records(f), map[string]func(){}
	text := unwrap(d.Summary + " " + d.Detail)
	offers := func(words string) bool { return strings.Contains(text, words) }
	recorded := func(address string) bool {
		return slices.ContainsFunc(records, func(r walkRecord) bool { return r.address == address })
	}
	known := func(address string) bool { // as Terraform moves it
		return slices.ContainsFunc(c.move(records), func(r walkRecord) bool { return r.address == address })
	}
	wants := func(by wanted) instance { return by.at(w.site(f, by.alias)) }
	schemaspace := "runtimes"
	if of := typeOf(d.Address); of != nil {
		schemaspace = of.schemaspace
	} else if strings.Contains(d.Summary, "image") {
		schemaspace = walkImage.schemaspace
	}
	names := func(i instance) bool { return i.schemaspace == schemaspace && offers(fmt.Sprintf("%q", i.name)) }
	imports := func(i instance) bool {
		for to, id := range c.imports {
			if id == i.name && typeOf(to).schemaspace == i.schemaspace {
				return true
			}
		}
		return false
	}
	moved := c.move(records)
	for n, r := range records {
		if d.Address == "" && names(r.instance) { // Terraform doesn't always say it
			d.Address = moved[n].address
		}
		here := r.address == d.Address || moved[n].address == d.Address
		if here && r.placed && w.site(f, r.alias) != r.instance.site && (offers("data_dir") || offers("endpoint") || offers("configuration")) {
			ways["the old configuration of the provider"] = func() { c.spelling[r.alias] = r.instance.site }
		}
		imported := offers("delete that block") && imports(r.instance)
		if offers("terraform state rm") && !offers("terraform state mv") && !imported && (here || names(r.instance)) {
			ways["terraform state rm "+r.address] = func() {
				w.run(f, "state", "rm", r.address)
				if by, ok := c.at(moved[n].address); ok && (offers("or set a different name") || offers("and set a different name")) {
					by.name = namePattern.FindStringSubmatch(d.Detail)[1]
				}
			}
		}
		if r.deposed != "" && here && offers("apply -destroy -refresh=false -target=") {
			ways["destroy "+r.address] = func() {
				w.run(f, "apply", "-auto-approve", "-input=false", "-destroy", "-refresh=false", "-target="+r.address)
			}
		}
		if here && offers("terraform untaint") {
			ways["terraform untaint "+r.address] = func() {
				w.run(f, "untaint", r.address)
				options.replace = moved[n].address
			}
		}
		for _, to := range c.wanted() {
			if r.instance != wants(to) || typeOf(r.address) != to.walkType || moved[n].address == to.address || !here && to.address != d.Address {
				continue
			}
			if _, still := c.at(r.address); !still && (offers("moved {") || offers("use a moved block")) {
				ways["moved from "+r.address] = func() {
					maps.DeleteFunc(c.moved, func(_, other string) bool { return other == to.address })
					c.moved[r.address] = to.address
				}
			}
			if offers("terraform state mv") {
				ways["terraform state mv "+r.address] = func() {
					switch {
					case recorded(to.address) && offers("terraform state rm"):
						w.run(f, "state", "rm", to.address)
					case recorded(to.address):
						w.run(f, "state", "mv", to.address, fmt.Sprintf("%s.old_%d", to.resource, w.commands))
					}
					w.run(f, "state", "mv", r.address, to.address)
				}
			}
		}
	}
	by, declared := c.at(d.Address)
	if declared && offers("overwrite = true") && w.site(f, "") != w.site(f, "other") {
		ways["overwrite = true for "+d.Address] = func() { by.overwrite = true }
	}
	managed := func(id string) bool {
		i := instance{w.site(f, by.alias), schemaspace, id}
		return imports(i) || slices.ContainsFunc(records, func(r walkRecord) bool { return r.instance == i })
	}
	if m := idPattern.FindStringSubmatch(text); declared && m != nil && offers("import") && !recorded(d.Address) && !managed(m[1]) {
		ways["import "+d.Address] = func() { c.imports[d.Address] = m[1] }
	}
	for _, other := range c.wanted() {
		gives := slices.ContainsFunc(records, func(r walkRecord) bool { return r.instance == wants(other) && typeOf(r.address) == other.walkType })
		if offers("on the resource that takes the name") && names(wants(other)) && !gives {
			by, declared = other, true
		}
	}
	if m := namePattern.FindStringSubmatch(d.Detail); declared && !offers("or set a different name") && !offers("and set a different name") && (m != nil || offers("another name") || offers("different name")) {
		for _, other := range c.wanted() { // of two with a name, the new one
			if known(by.address) && !known(other.address) && wants(other) == wants(by) {
				by = other
			}
		}
		ways["another name for "+by.address] = func() {
			name := fmt.Sprintf("free_%d_%d", w.commands, len(w.log.String()))
			if len(m) > 1 && !slices.ContainsFunc(c.wanted(), func(other wanted) bool { return other.name == m[1] }) {
				name = m[1]
			}
			by.name = name
			delete(c.imports, by.address)
		}
	}
	for address, id := range c.imports {
		by, _ := c.at(address)
		for _, of := range walkTypes {
			if offers("Import it into an "+of.resource+".") && offers(fmt.Sprintf("%q", id)) && typeOf(address) != of {
				ways["import into "+of.resource] = func() {
					delete(c.imports, address)
					c.imports[strings.Replace(address, by.resource, of.resource, 1)] = id
					by.walkType = of
				}
			}
		}
		if address == d.Address && offers("delete its import block") || offers("delete that block") && typeOf(address).schemaspace == schemaspace && offers(fmt.Sprintf("%q", id)) {
			ways["no import of "+address] = func() {
				delete(c.imports, address)
				if by, ok := c.at(address); ok && offers("or set a different name") {
					by.name = namePattern.FindStringSubmatch(d.Detail)[1]
				}
			}
		}
	}
	if offers("-refresh=false") && options.destroy {
		ways["-refresh=false"] = func() { options.unread = true }
	}
	if len(ways) == 0 && againPattern.MatchString(text) {
		ways["again"] = func() {}
	}
	return ways
}
