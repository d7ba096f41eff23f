package containerimage

import (
	"fmt"
	"hash/maphash"
	"maps"
	"path"
	"strings"
)

// maxLinks bounds the symbolic links followed on the way to one file, as
// Linux does before it says ELOOP (path_resolution(7)).
const maxLinks = 40

// Memory for names is bounded, whatever an image holds: some 40 bytes for
// each of defaultNameBudget names, which is more than most images have, and
// defaultLinkBudget bytes for what symbolic links point to.
const (
	defaultNameBudget = 1 << 19
	defaultLinkBudget = 32 << 20
)

// kind is what a layer has at a path.
type kind uint8

const (
	kindNone     kind = iota // nothing; at most a whiteout
	kindDir                  // a directory, written out or implied by what is in it
	kindExec                 // a regular file with any x bit
	kindPlain                // a regular file without
	kindOther                // a device, FIFO or socket
	kindSymlink              // links holds what it points to
	kindHardlink             // links holds the path, not seen yet, whose file it shares
)

func (k kind) String() string {
	return [...]string{"nothing", "a directory", "an executable file", "a file that is not executable",
		"a device, FIFO or socket", "a symbolic link", "a hard link to nothing"}[k]
}

// entry is what one layer says about one path.
type entry struct {
	kind  kind
	hides bool // of what lower layers have there, nothing shows: a whiteout or an opaque directory
}

// layer is what is known of one layer.
type layer struct {
	names map[uint64]entry  // by hash of the absolute path
	links map[uint64]string // targets of symbolic and hard links
	whole bool              // read to its end
	lossy bool              // not every name was kept, only those in asked for certain
	asked map[uint64]struct{}
}

// union is an image's file system as far as it is known: its layers one over
// the other, as overlayfs would mount them. It answers only what it can be
// sure of; a question that needs a layer that was not read (or whose name was
// not kept) ends in an [unreadError] that says which layer to read.
//
// Paths are kept as 64-bit hashes with a seed of their own per union, so that
// an image cannot be built to collide; by chance, among a million names, a
// lookup errs once in 10^13.
type union struct {
	seed   maphash.Seed
	layers []layer             // topmost first
	asked  map[uint64]struct{} // every path that was ever looked up

	nameBudget int // names that may still be kept though nobody asked for them
	linkBudget int // bytes of link targets that may still be kept
}

// unreadError says that an answer depends on a layer that must be read first.
type unreadError struct{ layer int }

func (e unreadError) Error() string { return fmt.Sprintf("layer %d was not read", e.layer) }

func newUnion(layers, nameBudget, linkBudget int) *union {
	return &union{
		seed:       maphash.MakeSeed(),
		layers:     make([]layer, layers),
		asked:      map[uint64]struct{}{},
		nameBudget: nameBudget,
		linkBudget: linkBudget,
	}
}

func (u *union) key(p string) uint64 { return maphash.String(u.seed, p) }

// prefixKeys returns the keys of the clean absolute path p and of every
// directory above it, the root first.
func (u *union) prefixKeys(p string) []uint64 {
	keys := []uint64{u.key("/")}
	if p == "/" {
		return keys
	}
	for i := 1; i < len(p); i++ {
		if p[i] == '/' {
			keys = append(keys, u.key(p[:i]))
		}
	}
	return append(keys, u.key(p))
}

// ask announces that p will be looked up, so that layers read from now on
// keep what they say about it.
func (u *union) ask(p string) {
	for _, k := range u.prefixKeys(path.Clean("/" + p)) {
		u.asked[k] = struct{}{}
	}
}

// own is what layer i by itself has at the path with key k.
func (u *union) own(i int, k uint64) (entry, error) {
	l := &u.layers[i]
	e, ok := l.names[k]
	switch {
	case ok && (e.kind != kindNone || l.whole):
		return e, nil
	case l.whole && !ok:
		if _, sure := l.asked[k]; sure || !l.lossy {
			return entry{}, nil
		}
	}
	return entry{}, unreadError{i}
}

// lstat is what the union has at the clean absolute path p, whose directories
// the caller has found to be directories, and what it points to when it is a
// symbolic link.
//
// The rules are overlayfs's: the topmost layer that has anything at p decides;
// a whiteout or an opaque directory ends the search below its layer; so does a
// layer that has something other than a directory where p has one.
func (u *union) lstat(p string) (kind, string, error) {
	keys := u.prefixKeys(p)
	for _, k := range keys {
		u.asked[k] = struct{}{}
	}
	if p == "/" {
		return kindDir, "", nil
	}
	root, above, self := keys[0], keys[1:len(keys)-1], keys[len(keys)-1]
	for i := range u.layers {
		// In a layer of which too little is known to say whether its root is
		// opaque, too little is known of p as well.
		bottom, beneath := u.layers[i].names[root].hides, true
		for _, k := range above {
			e, err := u.own(i, k)
			if err != nil {
				return kindNone, "", err
			}
			bottom = bottom || e.hides
			if e.kind != kindDir { // the layer has nothing below k …
				beneath = false
				bottom = bottom || e.kind != kindNone // … and perhaps hides what others have
				break
			}
		}
		if beneath {
			e, err := u.own(i, self)
			if err != nil {
				return kindNone, "", err
			}
			if e.kind != kindNone {
				return u.follow(i, self, e)
			}
			bottom = bottom || e.hides
		}
		if bottom {
			break
		}
	}
	return kindNone, "", nil
}

// follow sees through hard links, which stay within their layer: "Extracting a
// layer with hardlink references to files outside of the layer may fail"
// (layer.md).
func (u *union) follow(i int, k uint64, e entry) (kind, string, error) {
	for range maxLinks {
		if e.kind != kindHardlink {
			return e.kind, u.layers[i].links[k], nil
		}
		target := u.layers[i].links[k]
		for _, k := range u.prefixKeys(target) {
			u.asked[k] = struct{}{}
		}
		k = u.key(target)
		var err error
		if e, err = u.own(i, k); err != nil {
			return kindNone, "", err
		}
		if e.kind == kindNone || e.kind == kindDir {
			break
		}
	}
	return kindHardlink, "", nil
}

// resolved is where a path leads.
type resolved struct {
	kind   kind     // never kindSymlink, unless loop
	path   string   // after every symbolic link; where the search broke off when kind is kindNone
	passed []string // every link on the way, and path at the end
	loop   bool     // more than maxLinks links
}

// resolve walks p as path_resolution(7) describes, the root being the image's.
func (u *union) resolve(p string) (resolved, error) {
	rest := strings.Split(p, "/")
	r := resolved{kind: kindDir, path: "/"}
	links := 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			r.path = path.Dir(r.path)
			continue
		}
		next := path.Join(r.path, name)
		k, target, err := u.lstat(next)
		switch {
		case err != nil:
			return r, err
		case k == kindSymlink:
			r.passed = append(r.passed, next)
			if links++; links > maxLinks {
				r.kind, r.path, r.loop = kindSymlink, next, true
				return r, nil
			}
			if path.IsAbs(target) {
				r.path = "/"
			}
			rest = append(strings.Split(target, "/"), rest...)
		case k == kindDir:
			r.path = next
		default:
			r.path, r.kind = next, k
			if len(rest) > 0 { // ENOTDIR
				r.kind = kindNone
			}
			r.passed = append(r.passed, next)
			return r, nil
		}
	}
	r.passed = append(r.passed, r.path)
	return r, nil
}

// scan takes in the entries of layer i, in the order of its archive.
type scan struct {
	u   *union
	l   *layer
	hit bool // something that was asked for has been seen since the caller last looked

	asked            map[uint64]struct{} // what was asked for when the reading began
	dir, resolvedDir string              // the last entry's directory, as written and as resolved
	dirOK            bool
}

// scan begins to read layer i, for the first time or again.
func (u *union) scan(i int) *scan {
	l := &u.layers[i]
	l.whole = false
	if l.names == nil {
		l.names, l.links = map[uint64]entry{}, map[uint64]string{}
	}
	return &scan{u: u, l: l, asked: maps.Clone(u.asked)}
}

// finish says that the layer was read to its end.
func (s *scan) finish() { s.l.whole, s.l.asked = true, s.asked }

// Whiteouts, from layer.md of the OCI image specification. AUFS's bookkeeping,
// such as .wh..wh.plnk, needs no rule of its own: it hides what cannot be there.
const (
	whiteoutPrefix = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
)

// add takes in one entry: its name in the archive, what it is, and for links
// what the archive says they point to. Entries that no runtime could unpack,
// such as one below a file, are passed over.
//
// As runtimes unpack each layer into a directory of its own, a directory of
// the entry's path that is a symbolic link in this layer is followed, and one
// that is a symbolic link in a lower layer is not: it becomes a directory.
func (s *scan) add(name string, k kind, link string) error {
	p := path.Clean("/" + name)
	if p == "/" {
		return nil
	}
	dir, base := path.Split(p)
	parent, ok := s.parent(dir)
	if !ok {
		return nil
	}
	switch {
	case base == whiteoutOpaque:
		return s.put(parent, entry{kind: kindDir, hides: true}, "")
	case strings.HasPrefix(base, whiteoutPrefix):
		base = base[len(whiteoutPrefix):]
		if base == "" || base == "." || base == ".." {
			return nil
		}
		return s.put(path.Join(parent, base), entry{hides: true}, "")
	}
	p = path.Join(parent, base)
	if k == kindHardlink {
		linkDir, linkBase := path.Split(path.Clean("/" + link))
		linkParent, ok := s.parent(linkDir)
		if !ok {
			return nil
		}
		link = path.Join(linkParent, linkBase)
		// The file it shares came earlier in the archive, if all names were kept.
		lk := s.u.key(link)
		if e := s.l.names[lk]; e.kind != kindNone && e.kind != kindDir {
			k, link = e.kind, s.l.links[lk]
		}
	}
	return s.put(p, entry{kind: k}, link)
}

// parent resolves the directory of an entry within the layer, and notes it and
// the directories above it, which the archive may leave out. It says false for
// what cannot be a directory.
func (s *scan) parent(dir string) (string, bool) {
	if dir == s.dir {
		return s.resolvedDir, s.dirOK
	}
	s.dir, s.resolvedDir, s.dirOK = dir, "/", false
	rest := strings.Split(dir, "/")
	links := 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			s.resolvedDir = path.Dir(s.resolvedDir)
			continue
		}
		next := path.Join(s.resolvedDir, name)
		nk := s.u.key(next)
		switch e := s.l.names[nk]; e.kind {
		case kindNone:
			if err := s.put(next, entry{kind: kindDir}, ""); err != nil {
				return "", false
			}
			s.resolvedDir = next
		case kindDir:
			s.resolvedDir = next
		case kindSymlink:
			if links++; links > maxLinks {
				return "", false
			}
			target := s.l.links[nk]
			if path.IsAbs(target) {
				s.resolvedDir = "/"
			}
			rest = append(strings.Split(target, "/"), rest...)
		default:
			return "", false
		}
	}
	s.dirOK = true
	return s.resolvedDir, true
}

// put notes what the layer has at p. Names that nobody asked for are noted
// while there is room, since a symbolic link in a lower layer may yet lead to
// them; symbolic links always, since they decide where later entries go.
func (s *scan) put(p string, e entry, link string) error {
	k := s.u.key(p)
	old, known := s.l.names[k]
	_, asked := s.u.asked[k]
	if !known && !asked && e.kind != kindSymlink {
		if s.u.nameBudget <= 0 {
			s.l.lossy = true
			return nil
		}
		s.u.nameBudget--
	}
	if e.kind == kindSymlink || e.kind == kindHardlink {
		if s.l.links[k] != link {
			if s.u.linkBudget -= len(link) + 64; s.u.linkBudget < 0 {
				return errTooManyLinks
			}
			s.l.links[k] = link
		}
	}
	if e.kind == kindNone {
		e.kind = old.kind
	}
	e.hides = e.hides || old.hides
	s.l.names[k] = e
	if e.kind != kindDir {
		s.hit = s.hit || asked
		if strings.HasPrefix(s.dir, p+"/") {
			s.dir = ""
		}
	}
	return nil
}
