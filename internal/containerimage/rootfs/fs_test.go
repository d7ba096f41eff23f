package rootfs

import (
	"archive/tar"
	"bytes"
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
	kind Kind
	hard bool // a hard link to link
	exec bool
	link string
	// mode instead of what exec says, owner, and content, for tests that need these.
	mode     int64
	uid, gid int
	content  string
	size     int64 // instead of the content's
}

// archive is a layer with these entries.
func archive(t testing.TB, entries []testEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Linkname: e.link, Mode: 0o644, Uid: e.uid, Gid: e.gid, Size: int64(len(e.content)),
			Typeflag: map[Kind]byte{Dir: tar.TypeDir, File: tar.TypeReg, other: tar.TypeFifo, symlink: tar.TypeSymlink}[e.kind]}
		if e.hard {
			h.Typeflag = tar.TypeLink
		}
		if e.exec || e.kind == Dir {
			h.Mode = 0o755
		}
		if e.mode != 0 {
			h.Mode = e.mode
		}
		if e.size > 0 {
			h.Size = e.size
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil && len(entries) != 1 {
		t.Fatal(err)
	}
	return b.Bytes()
}

// layerOf is a layer with these entries, read.
func layerOf(t testing.TB, entries []testEntry) *Layer {
	t.Helper()
	l, err := Read(t.Context(), bytes.NewReader(archive(t, entries)), "")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// model is the naive way: every layer unpacked into a tree of its own, as a
// runtime does, and the trees laid over each other from the bottom. Trees are
// maps from path to what is there.
type model struct{ tree map[string]testEntry }

// gone is what overlayfs keeps for a file that a layer deletes.
const gone Kind = 255

// unpacked is one layer in a directory of its own.
type unpacked struct {
	tree   map[string]testEntry
	opaque []string // directories that are emptied below
}

func newUnpacked() *unpacked {
	return &unpacked{tree: map[string]testEntry{"/": {kind: Dir}}}
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
			l.tree[next] = testEntry{kind: Dir}
		case e.kind == symlink:
			if links >= maxLinks {
				return "", false
			}
			to := e.link
			if !path.IsAbs(to) {
				to = at + "/" + to
			}
			return l.enter(to+"/"+strings.Join(parts[i+1:], "/"), links+1)
		case e.kind != Dir:
			return "", false
		}
		at = next
	}
	return at, true
}

// add unpacks one entry as containerd does (pkg/archive/tar.go). It reports whether that refuses it, and
// whether layer.md forbids it, because the path is there already.
func (l *unpacked) add(e testEntry) (refused, forbidden bool) {
	dir, base := path.Split(path.Clean("/" + e.name))
	parent, ok := l.enter(dir, 0)
	if !ok {
		return true, false
	}
	if base == whiteoutOpaque {
		l.opaque = append(l.opaque, parent)
		return false, false
	}
	if name, ok := strings.CutPrefix(base, whiteoutPrefix); ok {
		if _, there := l.tree[path.Join(parent, name)]; there {
			return true, false
		}
		l.tree[path.Join(parent, name)] = testEntry{kind: gone}
		return false, false
	}
	p := path.Join(parent, base)
	old, there := l.tree[p]
	if there && old.kind != gone && (old.kind != Dir || e.kind != Dir) {
		return false, true
	}
	if e.hard {
		linkDir, linkBase := path.Split(path.Clean("/" + e.link))
		before := maps.Clone(l.tree)
		linkParent, ok := l.enter(linkDir, 0)
		l.tree = before
		target, there := l.tree[path.Join(linkParent, linkBase)]
		if !ok || !there || target.kind == Dir || target.kind == gone {
			return true, false
		}
		e.kind, e.link, e.exec = target.kind, target.link, target.exec
	}
	l.tree[p] = e
	return false, false
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
	for _, p := range l.opaque {
		if p != "/" {
			m.remove(p, false)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(l.tree)) { // parents before children
		switch e := l.tree[p]; {
		case e.kind == gone:
			m.remove(p, true)
		case e.kind != Dir || m.tree[p].kind != Dir:
			m.remove(p, true)
			m.tree[p] = e
		}
	}
}

// find is the path and the target of a program along dirs.
func (m *model) find(dirs []string, name string) string {
	for _, dir := range dirs {
		p := strings.TrimRight(dir, "/") + "/" + name
		if at, k := m.walk("/", p, new(int)); k == File && m.tree[at].exec {
			return p + " = " + at
		}
	}
	return "none"
}

func (m *model) walk(at, p string, links *int) (string, Kind) {
	k := Dir
	for _, part := range strings.Split(p, "/") {
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
		e, ok := m.tree[next]
		switch {
		case !ok:
			return next, None
		case e.kind == symlink:
			if *links++; *links > maxLinks {
				return next, None
			}
			from := at
			if path.IsAbs(e.link) {
				from = "/"
			}
			at, k = m.walk(from, e.link, links)
			if k == None {
				return at, None
			}
		default:
			at, k = next, e.kind
		}
	}
	return at, k
}

// randomImage makes layers, the bottom first, in which things collide often, and for each one that
// containerd refuses, or nil.
func randomImage(r *rand.Rand) (layers, refused [][]testEntry, m *model, dirs []string) {
	names := []string{"a", "b", "bin", "usr", "python3", "curl", "python3", "curl", "x"}
	pick := func() string { return names[r.IntN(len(names))] }
	anyPath := func() string {
		parts := []string{pick()}
		for range r.IntN(3) {
			parts = append(parts, pick())
		}
		return strings.Join(parts, "/")
	}
	m = &model{tree: map[string]testEntry{"/": {kind: Dir}}}
	for range 1 + r.IntN(5) {
		l := newUnpacked()
		var entries []testEntry
		var last []testEntry
		for range r.IntN(12) {
			e := testEntry{name: anyPath(), kind: File}
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
				last = append(slices.Clone(entries), e)
			} else if !forbidden {
				entries = append(entries, e)
			}
		}
		layers, refused = append(layers, entries), append(refused, last)
		m.apply(l)
	}
	for range 1 + r.IntN(3) {
		dirs = append(dirs, "/"+anyPath())
	}
	return layers, refused, m, append(dirs, "/usr/bin", "/bin", "/a/b")
}

// checkAgainstModel compares both ways for one image.
func checkAgainstModel(t *testing.T, r *rand.Rand) (foundSome bool) {
	layers, refused, m, dirs := randomImage(r)
	var read []*Layer
	for i, entries := range layers {
		l := layerOf(t, entries)
		if l.Refused != "" {
			t.Errorf("layer %d is refused: %s: %+v", i, l.Refused, entries)
		}
		read = append(read, l)
		if refused[i] != nil && layerOf(t, refused[i]).Refused == "" {
			t.Errorf("it isn't refused: %+v", refused[i])
		}
	}
	fs := Stack(read...)
	for _, name := range []string{"python3", "curl", "x", "b"} {
		want, got := m.find(dirs, name), "none"
		if f := fs.LookPath(dirs, name, Root); f.Path != "" {
			got = f.Path + " = " + f.Target
		}
		foundSome = foundSome || want != "none"
		if got != want {
			t.Errorf("PATH %v: %s is %q, want %q\n%+v", dirs, name, got, want, layers)
		}
	}
	for _, dir := range dirs {
		at, kind := m.walk("/", dir, new(int))
		var want []string
		for p := range m.tree {
			if kind == Dir && path.Dir(p) == at && p != "/" {
				want = append(want, path.Base(p))
			}
		}
		slices.Sort(want)
		if got := fs.List(dir); kind == Dir && !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v\n%+v", dir, got, want, layers)
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
