package rootfs

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
	exec bool
	link string
	// mode in place of what exec says, owner, and content, for tests that need these.
	mode     int64
	uid, gid int
	content  string
}

// archive is a layer with these entries.
func archive(t testing.TB, entries []testEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Linkname: e.link, Mode: 0o644, Uid: e.uid, Gid: e.gid, Size: int64(len(e.content)),
			Typeflag: map[Kind]byte{Dir: tar.TypeDir, File: tar.TypeReg, Other: tar.TypeFifo, Symlink: tar.TypeSymlink, Hardlink: tar.TypeLink}[e.kind]}
		if e.exec || e.kind == Dir {
			h.Mode = 0o755
		}
		if e.mode != 0 {
			h.Mode = e.mode
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opener serves a layer from memory.
func opener(b []byte) Opener {
	return func(_ context.Context, offset int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b[offset:])), nil
	}
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
		case e.kind == Symlink:
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
	if there && (old.kind != Dir || e.kind != Dir) {
		return false
	}
	if e.kind == Hardlink {
		linkDir, linkBase := path.Split(path.Clean("/" + e.link))
		linkParent, ok := l.enter(linkDir, 0)
		if !ok {
			return false
		}
		target, ok := l.tree[path.Join(linkParent, linkBase)]
		if !ok || target.kind == Dir {
			return false
		}
		e.kind, e.link, e.exec = target.kind, target.link, target.exec
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
		if e := l.tree[p]; e.kind != Dir || m.tree[p].kind != Dir {
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
		case e.kind == Symlink:
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

// randomImage makes layers, the bottom first, in which things collide often, with their entries in
// the given order.
func randomImage(r *rand.Rand, compare func(a, b string) int) (layers [][]testEntry, m *model, dirs []string) {
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
		var all, entries []testEntry
		for range r.IntN(12) {
			e := testEntry{name: anyPath()}
			if r.IntN(3) == 0 { // where it is looked for
				e.name = []string{"usr/bin/", "bin/", "a/b/"}[r.IntN(3)] + []string{"python3", "curl"}[r.IntN(2)]
			}
			switch r.IntN(12) {
			case 0, 1, 2:
				e.kind, e.exec = File, true
			case 3:
				e.kind = File
			case 4, 5:
				e.kind = Dir
			case 6, 7:
				e.kind = Symlink
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
				e.kind, e.link = Hardlink, anyPath()
			case 9, 10:
				e.kind = File
				e.name = path.Join(path.Dir(e.name), whiteoutPrefix+path.Base(e.name))
			case 11:
				e.kind = File
				e.name = path.Join(path.Dir(e.name), whiteoutOpaque)
			}
			if r.IntN(3) == 0 {
				e.name = "./" + e.name
			}
			all = append(all, e)
		}
		if compare != nil {
			slices.SortStableFunc(all, func(a, b testEntry) int { return compare(place(a.name), place(b.name)) })
		}
		for _, e := range all {
			before := maps.Clone(l.tree)
			dir := path.Dir(path.Clean("/" + e.name))
			at, _ := l.enter(dir, 0)
			// Who walks a directory tree finds nothing below a symbolic link.
			if compare != nil && at != dir || !l.add(e) {
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

// place is where an entry stands in an archive that is in order: a whiteout where what it hides
// would be.
func place(name string) string {
	dir, base := path.Split(path.Clean("/" + name))
	if base == whiteoutOpaque {
		return path.Clean(dir)
	}
	return path.Join(dir, strings.TrimPrefix(base, whiteoutPrefix))
}

// programs are what is looked for: by one image, and then by another that shares all layers with it.
var programs = [2][2]string{{"python3", "curl"}, {"x", "b"}}

// find answers the same from file systems that read only what they need, and rely on the order of
// archives if inOrder. It returns how often the first read a layer on, and whether it left one early.
func find(t testing.TB, layers [][]testEntry, dirs []string, names int, inOrder bool) (found []string, reads int, early bool) {
	index := New(names, 0)
	index.trial = 0
	var stack []*Layer
	for range layers {
		stack = append(stack, index.Layer(""))
	}
	for i, names := range programs {
		fs := index.Stack(stack...)
		for _, dir := range dirs {
			fs.Ask(dir + "/" + names[0])
			fs.Ask(dir + "/" + names[1])
		}
		var first, second string
		look := func() (need int, end bool) {
			_ = fs.Assumed()
			f, ferr := fs.LookPath(t.Context(), dirs, names[0], Root)
			s, serr := fs.LookPath(t.Context(), dirs, names[1], Root)
			first, second = show(f, ferr), show(s, serr)
			need = -1
			for _, err := range []error{ferr, serr} {
				var unread UnreadError
				if errors.As(err, &unread) && (need < 0 || unread.Layer < need) {
					need = unread.Layer
				}
			}
			assumed := fs.Assumed()
			if need < 0 && len(assumed) > 0 && (!inOrder || f.Path == "" || s.Path == "") {
				return assumed[0], true
			}
			return need, false
		}
		more := 0
		for need, end := look(); need >= 0; need, end = look() {
			if more++; more > 1000 {
				t.Fatal("no end of reading")
			}
			until := fs
			if end || !inOrder {
				until = nil
			}
			b := archive(t, layers[len(layers)-1-need])
			if err := stack[need].Read(t.Context(), until, opener(b), func() bool { n, _ := look(); return n < 0 }); err != nil {
				t.Fatal(err)
			}
			early = early || i == 0 && !stack[need].Whole()
		}
		if i == 0 {
			reads = more
		}
		found = append(found, first, second)
	}
	return found, reads, early
}

func show(f Found, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case f.Path == "":
		return "none"
	}
	return f.Path + " = " + f.Target
}

// checkAgainstModel compares both ways for one image, with room for all names, for some and for
// none.
func checkAgainstModel(t *testing.T, r *rand.Rand, compare func(a, b string) int) (foundSome, readAgain, leftEarly bool) {
	layers, m, dirs := randomImage(r, compare)
	var want []string
	for _, name := range slices.Concat(programs[0][:], programs[1][:]) {
		want = append(want, m.find(dirs, name))
	}
	for _, names := range []int{0, 6, -1} {
		found, reads, early := find(t, layers, dirs, names, compare != nil)
		if !slices.Equal(found, want) {
			var b strings.Builder
			for i, l := range layers {
				fmt.Fprintf(&b, "layer %d:\n", i)
				for _, e := range l {
					fmt.Fprintf(&b, "  %s: %s %s\n", e.name, e.kind, e.link)
				}
			}
			t.Fatalf("PATH %v, room for %d names\n%v: %q, want %q\n%s", dirs, names, programs, found, want, b.String())
		}
		if names == 0 && compare == nil && reads > len(layers) {
			t.Fatalf("%d reads of %d layers, though there is room for all names", reads, len(layers))
		}
		readAgain = readAgain || reads > len(layers)
		leftEarly = leftEarly || early
	}
	return want[0] != "none" || want[1] != "none", readAgain, leftEarly
}

func TestAgainstModel(t *testing.T) {
	t.Parallel()
	for name, compare := range map[string]func(a, b string) int{
		"in no order": nil, "in the order of a walk": compareWalk, "in the order of strings": strings.Compare,
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			n, some, again, early := 300, 0, 0, 0
			if raceEnabled {
				n = 100
			}
			for seed := range n {
				foundSome, readAgain, leftEarly := checkAgainstModel(t, rand.New(rand.NewPCG(uint64(seed), 1)), compare)
				some, again, early = some+count(foundSome), again+count(readAgain), early+count(leftEarly)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			// The images must be such that there is something to get wrong.
			if some < n/10 || some > n*9/10 || again < n/200 || compare != nil && early < n/20 {
				t.Errorf("of %d images, %d have a program, %d need a layer twice, %d are left early", n, some, again, early)
			}
		})
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func FuzzFS(f *testing.F) {
	f.Add(uint64(1), uint64(2), uint8(0))
	f.Fuzz(func(t *testing.T, a, b uint64, order uint8) {
		checkAgainstModel(t, rand.New(rand.NewPCG(a, b)), []func(a, b string) int{nil, compareWalk, strings.Compare}[order%3])
	})
}
