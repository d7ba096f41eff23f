package rootfs

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
)

// tree is the naive way: what's at each path, as if every layer were unpacked, as a runtime does, and laid
// over the ones below.
type tree map[string]node

type node struct {
	kind Kind
	exec bool
	link string
}

// entry is one entry of a layer's archive.
type entry struct {
	name string
	node
	hard bool // a hard link to link
}

// line is the entry for [layertest.Lines].
func (e entry) line() string {
	switch {
	case e.hard:
		return e.name + " = " + e.link
	case e.kind == symlink:
		return e.name + " -> " + e.link
	case e.kind == Dir:
		return e.name + "/"
	case e.exec:
		return e.name + "*"
	}
	return e.name
}

// gone is what overlayfs keeps for a file that a layer deletes.
const gone Kind = 255

// walk is where the path p leads from the directory at, and what's there. With create, it makes directories
// that aren't there.
func (t tree) walk(at, p string, create bool, links *int) (string, Kind) {
	k := Dir
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." {
			continue
		}
		if k != Dir {
			return at, None
		}
		if part == ".." {
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		if t[next].kind == None && create {
			t[next] = node{kind: Dir}
		}
		switch n := t[next]; n.kind {
		case None:
			return next, None
		case symlink:
			if *links++; *links > maxLinks {
				return next, None
			}
			from := at
			if path.IsAbs(n.link) {
				from = "/"
			}
			if at, k = t.walk(from, n.link, create, links); k == None {
				return at, None
			}
		default:
			at, k = next, n.kind
		}
	}
	return at, k
}

// unpacked is one layer in a directory of its own.
type unpacked struct {
	tree   tree
	opaque []string // directories that are emptied below
}

// add unpacks one entry as containerd does (pkg/archive/tar.go). It reports whether that refuses it, and
// whether layer.md forbids it, because the path is there already.
func (l *unpacked) add(e entry) (refused, forbidden bool) {
	dir, base := path.Split(path.Clean("/" + e.name))
	parent, kind := l.tree.walk("/", dir, true, new(int))
	if kind != Dir {
		return true, false
	}
	if base == whiteoutOpaque {
		l.opaque = append(l.opaque, parent)
		return false, false
	}
	if name, ok := strings.CutPrefix(base, whiteoutPrefix); ok {
		p := path.Join(parent, name)
		refused = l.tree[p].kind != None
		if !refused {
			l.tree[p] = node{kind: gone}
		}
		return refused, false
	}
	p := path.Join(parent, base)
	if old := l.tree[p].kind; old != None && old != gone && (old != Dir || e.kind != Dir) {
		return false, true
	}
	if e.hard {
		linkDir, linkBase := path.Split(path.Clean("/" + e.link))
		linkParent, kind := maps.Clone(l.tree).walk("/", linkDir, true, new(int))
		target := l.tree[path.Join(linkParent, linkBase)]
		if kind != Dir || target.kind == None || target.kind == Dir || target.kind == gone {
			return true, false
		}
		e.node = target
	}
	l.tree[p] = e.node
	return false, false
}

func (t tree) remove(p string, self bool) {
	for q := range t {
		if self && q == p || strings.HasPrefix(q, strings.TrimSuffix(p, "/")+"/") && q != p {
			delete(t, q)
		}
	}
}

// apply lays a layer over what is there.
func (t tree) apply(l *unpacked) {
	for _, p := range l.opaque {
		if p != "/" {
			t.remove(p, false)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(l.tree)) { // parents before children
		switch n := l.tree[p]; {
		case n.kind == gone:
			t.remove(p, true)
		case n.kind != Dir || t[p].kind != Dir:
			t.remove(p, true)
			t[p] = n
		}
	}
}

// find is the path and the target of a program along dirs.
func (t tree) find(dirs []string, name string) string {
	for _, dir := range dirs {
		p := strings.TrimRight(dir, "/") + "/" + name
		if at, k := t.walk("/", p, false, new(int)); k == File && t[at].exec {
			return p + " = " + at
		}
	}
	return "none"
}

// randomImage makes layers, the bottom first, in which things collide often, and for each one that
// containerd refuses, or nil.
func randomImage(r *rand.Rand) (layers, refused []lines, all tree, dirs []string) {
	names := []string{"a", "b", "bin", "usr", "python3", "curl", "python3", "curl", "x"}
	pick := func() string { return names[r.IntN(len(names))] }
	anyPath := func() string {
		parts := []string{pick()}
		for range r.IntN(3) {
			parts = append(parts, pick())
		}
		return strings.Join(parts, "/")
	}
	all = tree{"/": {kind: Dir}}
	for range 1 + r.IntN(5) {
		l := &unpacked{tree: tree{"/": {kind: Dir}}}
		var entries, last lines
		for range r.IntN(12) {
			e := entry{name: anyPath(), node: node{kind: File}}
			if r.IntN(3) == 0 { // where it is looked for
				e.name = []string{"usr/bin/", "bin/", "a/b/"}[r.IntN(3)] + []string{"python3", "curl"}[r.IntN(2)]
			}
			switch r.IntN(12) {
			case 0, 1, 2:
				e.exec = true
			case 4, 5:
				e.kind = Dir
			case 6, 7:
				e.kind = symlink
				e.link = []string{"/" + anyPath(), "../" + anyPath(), anyPath(), pick()}[r.IntN(4)]
			case 8:
				e.hard, e.link = true, anyPath()
			case 9, 10:
				e.name = path.Join(path.Dir(e.name), whiteoutPrefix+path.Base(e.name))
			case 11:
				e.name = path.Join(path.Dir(e.name), whiteoutOpaque)
			}
			if r.IntN(3) == 0 {
				e.name = "./" + e.name
			}
			before, opaque := maps.Clone(l.tree), slices.Clone(l.opaque)
			no, forbidden := l.add(e)
			if no || forbidden {
				l.tree, l.opaque = before, opaque
			}
			if no {
				last = append(slices.Clone(entries), e.line())
			} else if !forbidden {
				entries = append(entries, e.line())
			}
		}
		layers, refused = append(layers, entries), append(refused, last)
		all.apply(l)
	}
	for range 1 + r.IntN(3) {
		dirs = append(dirs, "/"+anyPath())
	}
	return layers, refused, all, append(dirs, "/usr/bin", "/bin", "/a/b")
}

// checkAgainstModel compares both ways for one image.
func checkAgainstModel(t *testing.T, r *rand.Rand) (foundSome bool) {
	layers, refused, all, dirs := randomImage(r)
	var read []*Layer
	for i, entries := range layers {
		l := layerOf(t, entries)
		if l.Refused != "" {
			t.Errorf("layer %d is refused: %s: %q", i, l.Refused, entries)
		}
		read = append(read, l)
		if refused[i] != nil && layerOf(t, refused[i]).Refused == "" {
			t.Errorf("it isn't refused: %q", refused[i])
		}
	}
	fs := Stack(read...)
	for _, name := range []string{"python3", "curl", "x", "b"} {
		want, got := all.find(dirs, name), "none"
		if f := fs.LookPath(dirs, name, Root); f.Path != "" {
			got = f.Path + " = " + f.Target
		}
		foundSome = foundSome || want != "none"
		if got != want {
			t.Errorf("PATH %v: %s is %q, want %q\n%q", dirs, name, got, want, layers)
		}
	}
	for _, dir := range dirs {
		at, kind := all.walk("/", dir, false, new(int))
		var want []string
		for p := range all {
			if kind == Dir && path.Dir(p) == at && p != "/" {
				want = append(want, path.Base(p))
			}
		}
		slices.Sort(want)
		if got := fs.List(dir); kind == Dir && !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v\n%q", dir, got, want, layers)
		}
	}
	return foundSome
}

func TestAgainstModel(t *testing.T) {
	t.Parallel()
	const n = 300
	some := 0
	for seed := range n {
		if checkAgainstModel(t, rand.New(rand.NewPCG(uint64(seed), 1))) {
			some++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if some < n/10 || some > n*9/10 { // there must be something to get wrong
		t.Errorf("of %d images, %d have a program", n, some)
	}
}

func FuzzFS(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) { checkAgainstModel(t, rand.New(rand.NewPCG(a, b))) })
}
