package rootfs

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// Defaults of [New]: some 60 bytes for each of DefaultNames names, which is more than a dozen images
// have, and DefaultLinks bytes for what symbolic links point to.
const (
	DefaultNames = 1 << 20
	DefaultLinks = 32 << 20
)

// ErrTooManyLinks says that a layer holds more symbolic links than an Index keeps.
var ErrTooManyLinks = errors.New("it holds more symbolic links than an inspection keeps")

// Kind is what there is at a path.
type Kind uint8

// The kinds. None is nothing, or at most a whiteout.
const (
	None Kind = iota
	Dir
	File
	Other // a device, FIFO or socket
	Symlink
	Hardlink // the path, not seen yet, whose file it shares stands among the links
)

func (k Kind) String() string {
	return [...]string{"nothing", "a directory", "a file", "a device, FIFO or socket", "a symbolic link",
		"a hard link to nothing"}[k]
}

// Entry is one entry of a layer's archive.
type Entry struct {
	Name string // as written in the archive
	Link string // what a symbolic or hard link points to
	Meta
}

// Meta is what is kept of an entry beside its name.
type Meta struct {
	Kind   Kind
	Script bool   // a file that begins with "#!"
	Mode   uint16 // permission bits
	UID    uint32
	GID    uint32
}

// record is what one layer says about one path.
type record struct {
	Meta
	hides   bool // of what lower layers have there, nothing shows: a whiteout or an opaque directory
	implied bool // a directory without an entry, known from what is in it
}

// Index holds what is known of layers. It may be used by several goroutines at once.
type Index struct {
	mu      sync.Mutex
	seed    maphash.Seed
	asked   map[uint64]struct{} // every path that was ever looked up
	content map[string][]uint64 // files whose content is kept, by their names without directory

	names int // names that may still be kept though nobody asked for them
	links int // bytes of link targets that may still be kept

	layers []*Layer

	trial int64 // bytes of a layer that are read before its order is relied on
}

// defaultTrial makes small layers certain, since to read them to the end costs next to nothing.
const defaultTrial = 1 << 20

// New returns an Index that keeps so many names that nobody asked for, and so many bytes of what
// links point to. Zero means the default, less than zero none.
func New(names, links int) *Index {
	if names == 0 {
		names = DefaultNames
	}
	if links == 0 {
		links = DefaultLinks
	}
	return &Index{seed: maphash.MakeSeed(), asked: map[uint64]struct{}{}, content: map[string][]uint64{},
		names: names, links: links, trial: defaultTrial}
}

func (x *Index) key(p string) uint64 { return maphash.String(x.seed, p) }

// linkSize is what a link to that target takes, in bytes.
func linkSize(target string) int { return len(target) + 64 }

// release makes room for links: those that nobody asked for, of layers that were read to their end,
// which are read again should somebody ask.
func (x *Index) release() {
	for _, l := range x.layers {
		if !l.whole {
			continue
		}
		for k, target := range l.links {
			if _, asked := x.asked[k]; !asked {
				delete(l.names, k)
				delete(l.links, k)
				x.links += linkSize(target)
				l.lossy = true
			}
		}
	}
}

// askContent has the content kept of the file at the clean absolute path p, from now on.
func (x *Index) askContent(p string) {
	if k := x.key(p); !x.wants(p, k) {
		x.content[path.Base(p)] = append(x.content[path.Base(p)], k)
	}
}

// wants reports whether the content is kept of the file at p with key k.
func (x *Index) wants(p string, k uint64) bool { return slices.Contains(x.content[path.Base(p)], k) }

// prefixKeys returns the keys of the clean absolute path p and of every directory above it, the root
// first.
func (x *Index) prefixKeys(p string) []uint64 {
	keys := []uint64{x.key("/")}
	if p == "/" {
		return keys
	}
	for i := 1; i < len(p); i++ {
		if p[i] == '/' {
			keys = append(keys, x.key(p[:i]))
		}
	}
	return append(keys, x.key(p))
}

// Layer is what is known of one layer. At most one goroutine reads it at a time.
type Layer struct {
	index    *Index
	names    map[uint64]record // by hash of the absolute path
	links    map[uint64]string // targets of symbolic and hard links
	contents map[uint64][]byte
	order    order               // of the entries seen so far
	whole    bool                // read to its end
	lossy    bool                // not every name was kept, only those in asked for certain
	asked    map[uint64]struct{} // what was asked for when reading began

	digest  string
	reading *reading // where reading stopped; nil before the first time and after the end
}

// Layer adds a layer of which nothing is known yet. When it is read to its end, it must have that
// digest, "sha256:…"; "" takes any.
func (x *Index) Layer(digest string) *Layer {
	l := &Layer{index: x, digest: digest}
	l.forget()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.layers = append(x.layers, l)
	return l
}

// forget makes the layer one of which nothing is known.
func (l *Layer) forget() {
	l.names, l.links, l.contents = map[uint64]record{}, map[uint64]string{}, map[uint64][]byte{}
	l.order, l.whole, l.lossy = order{}, false, false
}

// Whole reports whether the layer was read to its end.
func (l *Layer) Whole() bool {
	l.index.mu.Lock()
	defer l.index.mu.Unlock()
	return l.whole
}

// own is what the layer by itself has at the path p with key k. What it finds absent because of the
// order of the archive is assumed. Unsure means that the layer must be read on, or again.
func (l *Layer) own(p string, k uint64) (r record, assumed, sure bool) {
	r, ok := l.names[k]
	if ok && (r.Kind != None || l.whole) {
		return r, false, true
	}
	if !l.whole && !l.order.passed(p) {
		return record{}, false, false
	}
	if _, asked := l.asked[k]; !ok && l.lossy && !asked {
		return record{}, false, false
	}
	return r, !l.whole, true
}

// scan takes in the entries of a layer, in the order of its archive.
type scan struct {
	*Layer
	dir, resolvedDir string // the last entry's directory, as written and as resolved
	dirOK            bool
	at               string // where the last entry landed; "" for one that was passed over
}

// begin starts to read the layer, for the first time or again.
func (l *Layer) begin() *scan {
	l.whole, l.order, l.asked = false, order{}, maps.Clone(l.index.asked)
	return &scan{Layer: l}
}

// Whiteouts, from layer.md of the OCI image specification. AUFS's bookkeeping, such as .wh..wh.plnk,
// needs no rule of its own: it hides what cannot be there.
const (
	whiteoutPrefix = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
)

// add takes in one entry. Entries that no runtime could unpack, such as one below a file, are passed
// over.
//
// As runtimes unpack each layer into a directory of its own, a directory of the entry's path that is
// a symbolic link in this layer is followed, and one that is a symbolic link in a lower layer is not:
// it becomes a directory.
func (s *scan) add(e Entry) error {
	p := path.Clean("/" + e.Name)
	if p == "/" {
		return s.put(p, record{Meta: e.Meta}, "")
	}
	dir, base := path.Split(p)
	parent, ok := s.parent(dir)
	if !ok {
		return nil
	}
	if parent != path.Clean(dir) { // where it lands does not follow from the order of names
		s.order.no = [2]bool{true, true}
	}
	switch {
	case base == whiteoutOpaque:
		s.order.see(dir)
		return s.put(parent, record{Meta: Meta{Kind: Dir}, hides: true, implied: true}, "")
	case strings.HasPrefix(base, whiteoutPrefix):
		base = base[len(whiteoutPrefix):]
		if base == "" || base == "." || base == ".." {
			return nil
		}
		s.order.see(dir + base)
		return s.put(path.Join(parent, base), record{hides: true}, "")
	}
	s.order.see(p)
	p = path.Join(parent, base)
	if e.Kind == Hardlink && !s.share(&e, p) {
		return nil
	}
	return s.put(p, record{Meta: e.Meta}, e.Link)
}

// share makes the hard link at p the file that it shares, if that came earlier in the archive and its
// name was kept. It reports false for a link that no runtime could make.
func (s *scan) share(e *Entry, p string) bool {
	dir, base := path.Split(path.Clean("/" + e.Link))
	parent, ok := s.parent(dir)
	if !ok {
		return false
	}
	e.Link = path.Join(parent, base)
	k := s.index.key(e.Link)
	if own := s.index.key(p); s.index.wants(p, own) {
		s.index.askContent(e.Link)
		if content, kept := s.contents[k]; kept {
			s.contents[own] = content
		}
	}
	if r := s.names[k]; r.Kind != None && r.Kind != Dir {
		e.Meta, e.Link = r.Meta, s.links[k]
	}
	return true
}

// parent resolves the directory of an entry within the layer, and notes it and the directories above
// it, which the archive may leave out. It reports false for what cannot be a directory.
func (s *scan) parent(dir string) (string, bool) {
	if dir == s.dir {
		return s.resolvedDir, s.dirOK
	}
	w, err := walk(dir, func(p string) (Kind, string, error) {
		k := s.index.key(p)
		r := s.names[k]
		if r.Kind == None {
			r.Kind = Dir
			if err := s.put(p, record{Meta: r.Meta, implied: true}, ""); err != nil {
				return None, "", err
			}
		}
		return r.Kind, s.links[k], nil
	})
	s.dir, s.resolvedDir, s.dirOK = dir, w.path, err == nil && w.kind == Dir
	return s.resolvedDir, s.dirOK
}

// put notes what the layer has at p. Names that nobody asked for are noted while there is room, since
// a symbolic link in a lower layer may yet lead to them; symbolic links always, since they decide
// where later entries go.
func (s *scan) put(p string, r record, link string) error {
	k := s.index.key(p)
	old, known := s.names[k]
	_, asked := s.index.asked[k]
	if !known && !asked && r.Kind != Symlink {
		if s.index.names <= 0 {
			s.lossy = true
			return nil
		}
		s.index.names--
	}
	if r.Kind == Symlink || r.Kind == Hardlink {
		if s.links[k] != link {
			if s.index.links -= linkSize(link); s.index.links < 0 {
				if s.index.release(); s.index.links < 0 {
					return ErrTooManyLinks
				}
			}
			s.links[k] = link
		}
	}
	if r.Kind == None || r.implied && old.Kind == Dir {
		r.Meta, r.implied = old.Meta, old.implied
	}
	r.hides = r.hides || old.hides
	s.names[k], s.at = r, p
	return nil
}

// UnreadError says that an answer depends on a layer that must be read on, or again.
type UnreadError struct {
	Layer int    // 0 the topmost
	Path  string // that nothing is known of yet
}

func (e UnreadError) Error() string {
	return fmt.Sprintf("layer %d was not read far enough to tell what %s is", e.Layer, e.Path)
}
