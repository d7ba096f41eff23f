package containerimage

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
)

// testEntry is one entry of a layer's archive.
type testEntry struct {
	name string
	kind kind
	link string
}

// model is the naive way: every layer unpacked into a tree of its own, as a
// runtime does, and the trees laid over each other from the bottom. Trees are
// maps from path to what is there.
type model struct{ tree map[string]testEntry }

// unpacked is one layer in a directory of its own.
type unpacked struct {
	tree      map[string]testEntry
	whiteouts []string // paths that are removed from below
	opaque    []string // directories that are emptied below
}

func newUnpacked() *unpacked {
	return &unpacked{tree: map[string]testEntry{"/": {kind: kindDir}}}
}

// enter makes the directory p, through the layer's own links.
func (l *unpacked) enter(p string, links int) (string, bool) {
	at := "/"
	parts := strings.Split(p, "/")
	for i, part := range parts {
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		e, ok := l.tree[next]
		switch {
		case !ok:
			l.tree[next] = testEntry{kind: kindDir}
		case e.kind == kindSymlink:
			if links >= maxLinks {
				return "", false
			}
			to := e.link
			if !path.IsAbs(to) {
				to = at + "/" + to
			}
			return l.enter(to+"/"+strings.Join(parts[i+1:], "/"), links+1)
		case e.kind != kindDir:
			return "", false
		}
		at = next
	}
	return at, true
}

// add unpacks one entry. It says false for an entry that a layer cannot have:
// layer.md forbids it because the path is there already, or no runtime could
// unpack it because its directory is a file.
func (l *unpacked) add(e testEntry) bool {
	dir, base := path.Split(path.Clean("/" + e.name))
	parent, ok := l.enter(dir, 0)
	if !ok {
		return false
	}
	if base == whiteoutOpaque {
		l.opaque = append(l.opaque, parent)
		return true
	}
	if name, ok := strings.CutPrefix(base, whiteoutPrefix); ok {
		l.whiteouts = append(l.whiteouts, path.Join(parent, name))
		return true
	}
	p := path.Join(parent, base)
	old, there := l.tree[p]
	if there && (old.kind != kindDir || e.kind != kindDir) {
		return false
	}
	if e.kind == kindHardlink {
		linkDir, linkBase := path.Split(path.Clean("/" + e.link))
		linkParent, ok := l.enter(linkDir, 0)
		if !ok {
			return false
		}
		target, ok := l.tree[path.Join(linkParent, linkBase)]
		if !ok || target.kind == kindDir {
			return false
		}
		e.kind, e.link = target.kind, target.link
	}
	l.tree[p] = e
	return true
}

func (m *model) remove(p string, self bool) {
	for q := range m.tree {
		if self && q == p || strings.HasPrefix(q, strings.TrimSuffix(p, "/")+"/") && q != p {
			delete(m.tree, q)
		}
	}
}

// apply lays a layer over what is there.
func (m *model) apply(l *unpacked) {
	for _, p := range l.whiteouts {
		m.remove(p, true)
	}
	for _, p := range l.opaque {
		m.remove(p, false)
	}
	paths := make([]string, 0, len(l.tree))
	for p := range l.tree {
		paths = append(paths, p)
	}
	slices.Sort(paths) // parents before children
	for _, p := range paths {
		if e := l.tree[p]; e.kind != kindDir || m.tree[p].kind != kindDir {
			m.remove(p, true)
			m.tree[p] = e
		}
	}
}

// find is the path and the target of a program along dirs.
func (m *model) find(dirs []string, name string) string {
	for _, dir := range dirs {
		p := strings.TrimRight(dir, "/") + "/" + name
		if at, k := m.walk("/", p, new(int)); k == kindExec {
			return p + " = " + at
		}
	}
	return "none"
}

func (m *model) walk(at, p string, links *int) (string, kind) {
	k := kindDir
	for _, part := range strings.Split(p, "/") {
		if part == "" || part == "." {
			continue
		}
		if k != kindDir {
			return at, kindNone
		}
		if part == ".." {
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		e, ok := m.tree[next]
		switch {
		case !ok:
			return next, kindNone
		case e.kind == kindSymlink:
			if *links++; *links > maxLinks {
				return next, kindNone
			}
			from := at
			if path.IsAbs(e.link) {
				from = "/"
			}
			at, k = m.walk(from, e.link, links)
			if k == kindNone {
				return at, kindNone
			}
		default:
			at, k = next, e.kind
		}
	}
	return at, k
}

// randomImage makes layers, the bottom first, in which things collide often.
func randomImage(r *rand.Rand) (layers [][]testEntry, m *model, dirs []string) {
	names := []string{"a", "b", "bin", "usr", "python3", "curl", "python3", "curl", "x"}
	pick := func() string { return names[r.IntN(len(names))] }
	anyPath := func() string {
		parts := []string{pick()}
		for range r.IntN(3) {
			parts = append(parts, pick())
		}
		return strings.Join(parts, "/")
	}
	m = &model{tree: map[string]testEntry{"/": {kind: kindDir}}}
	for range 1 + r.IntN(5) {
		l := newUnpacked()
		var entries []testEntry
		for range r.IntN(12) {
			e := testEntry{name: anyPath()}
			if r.IntN(3) == 0 { // where it is looked for
				e.name = []string{"usr/bin/", "bin/", "a/b/"}[r.IntN(3)] + []string{"python3", "curl"}[r.IntN(2)]
			}
			switch r.IntN(12) {
			case 0, 1, 2:
				e.kind = kindExec
			case 3:
				e.kind = kindPlain
			case 4, 5:
				e.kind = kindDir
			case 6, 7:
				e.kind = kindSymlink
				switch r.IntN(4) {
				case 0:
					e.link = "/" + anyPath()
				case 1:
					e.link = "../" + anyPath()
				case 2:
					e.link = anyPath()
				case 3:
					e.link = pick()
				}
			case 8:
				e.kind, e.link = kindHardlink, anyPath()
			case 9, 10:
				e.kind = kindPlain
				e.name = path.Join(path.Dir(e.name), whiteoutPrefix+path.Base(e.name))
			case 11:
				e.kind = kindPlain
				e.name = path.Join(path.Dir(e.name), whiteoutOpaque)
			}
			if r.IntN(3) == 0 {
				e.name = "./" + e.name
			}
			before := maps.Clone(l.tree)
			if !l.add(e) {
				l.tree = before
				continue
			}
			entries = append(entries, e)
		}
		layers = append(layers, entries)
		m.apply(l)
	}
	for range 1 + r.IntN(3) {
		dirs = append(dirs, "/"+anyPath())
	}
	return layers, m, append(dirs, "/usr/bin", "/bin", "/a/b")
}

// findInUnion answers the same from a union that reads only what it needs. It
// returns how often a layer was read.
func findInUnion(t testing.TB, layers [][]testEntry, dirs []string, budget int) (python, curl string, reads int) {
	u := newUnion(len(layers), budget, defaultLinkBudget)
	show := func(f found, err error) string {
		switch {
		case err != nil:
			return err.Error()
		case f.exe == nil:
			return "none"
		}
		return f.exe.Path + " = " + f.exe.Target
	}
	look := func() int {
		p, perr := u.lookPath(dirs, "python3")
		c, cerr := u.lookPath(dirs, "curl")
		python, curl = show(p, perr), show(c, cerr)
		need := -1
		for _, err := range []error{perr, cerr} {
			var unread unreadError
			if errors.As(err, &unread) && (need < 0 || unread.layer < need) {
				need = unread.layer
			}
		}
		return need
	}
	for need := look(); need >= 0; need = look() {
		if reads++; reads > 1000 {
			t.Fatal("no end of reading")
		}
		s := u.scan(need)
		stopped := false
		for _, e := range layers[len(layers)-1-need] {
			if err := s.add(e.name, e.kind, e.link); err != nil {
				t.Fatal(err)
			}
			if s.hit {
				s.hit = false
				if stopped = look() < 0; stopped {
					break
				}
			}
		}
		if !stopped {
			s.finish()
		}
	}
	return python, curl, reads
}

// checkAgainstModel compares both ways for one image, with room for all names,
// for some and for none.
func checkAgainstModel(t *testing.T, r *rand.Rand) (foundSome, readAgain bool) {
	layers, m, dirs := randomImage(r)
	wantPython, wantCurl := m.find(dirs, "python3"), m.find(dirs, "curl")
	for _, budget := range []int{defaultNameBudget, 6, -1} {
		python, curl, reads := findInUnion(t, layers, dirs, budget)
		if python != wantPython || curl != wantCurl {
			var b strings.Builder
			for i, l := range layers {
				fmt.Fprintf(&b, "layer %d:\n", i)
				for _, e := range l {
					fmt.Fprintf(&b, "  %s: %s %s\n", e.name, e.kind, e.link)
				}
			}
			t.Fatalf("PATH %v, room for %d names\npython3: %s, want %s\ncurl: %s, want %s\n%s",
				dirs, budget, python, wantPython, curl, wantCurl, b.String())
		}
		if budget == defaultNameBudget && reads > len(layers) {
			t.Fatalf("%d reads of %d layers, though there is room for all names", reads, len(layers))
		}
		readAgain = readAgain || reads > len(layers)
	}
	return wantPython != "none" || wantCurl != "none", readAgain
}

func TestUnionAgainstModel(t *testing.T) {
	t.Parallel()
	n, some, again := 3_000, 0, 0
	if raceEnabled {
		n = 300
	}
	for seed := range n {
		foundSome, readAgain := checkAgainstModel(t, rand.New(rand.NewPCG(uint64(seed), 1)))
		if foundSome {
			some++
		}
		if readAgain {
			again++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	// The images must be such that there is something to get wrong.
	if some < n/10 || some > n*9/10 || again < n/200 {
		t.Errorf("of %d images, %d have a program and %d need a layer twice", n, some, again)
	}
}

func FuzzUnion(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		checkAgainstModel(t, rand.New(rand.NewPCG(a, b)))
	})
}
