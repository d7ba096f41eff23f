package rootfs

import (
	"archive/tar"
	"errors"
	"path"
	"strings"
)

// maxMemory bounds what one layer takes in memory, in bytes: enough for a million paths. Tests set it.
var maxMemory = 300 << 20

// recordCost is what a path takes in memory besides its text, in bytes.
const recordCost = 96

// ErrTooManyFiles says that a layer has more files than an inspection keeps in memory.
var ErrTooManyFiles = errors.New("it has more files than an inspection keeps in memory")

// Kind is what there is at a path.
type Kind uint8

// The kinds. None is nothing, or at most a whiteout.
const (
	None Kind = iota
	Dir
	File
	other // a device, FIFO, or socket
	symlink
)

func (k Kind) String() string {
	return [...]string{"nothing", "a directory", "a file", "a device, FIFO, or socket", "a symbolic link"}[k]
}

// meta is what a layer says about one path.
type meta struct {
	kind    Kind
	hides   bool   // lower layers' files: a whiteout or an opaque directory
	implied bool   // a directory without an entry of its own
	mode    uint16 // permission bits
	uid     uint32
	gid     uint32
}

// record is meta, and what only some files have.
type record struct {
	meta
	*extra
}

type extra struct {
	link    string // what a symbolic link points to
	content []byte
	whole   bool // content is all there is
	program Program
}

// Layer is what one layer has, by clean absolute path.
type Layer struct {
	Refused  string // why container runtimes refuse to unpack it, or ""
	Memory   int    // what it takes in memory, roughly, in bytes
	Unpacked int64  // the size of its archive, in bytes

	files   map[string]record
	dir     string // of the last entry, as written; dirPath is where it is, and dirOK whether it's a directory
	dirPath string
	dirOK   bool
}

func newLayer() *Layer {
	return &Layer{files: map[string]record{"/": {meta: meta{kind: Dir, implied: true}}}}
}

// EmptyDir is a layer that has an empty directory at p, which everybody can write: what Kubernetes mounts
// for an emptyDir volume.
func EmptyDir(p string) *Layer {
	l := newLayer()
	l.makeParents(path.Dir(p))
	l.files[p] = record{meta: meta{kind: Dir, hides: true, mode: 0o777}}
	return l
}

// Whiteouts, from layer.md of the OCI image specification. AUFS's bookkeeping, such as .wh..wh.plnk, needs
// no rule of its own: it hides what can't be there.
const (
	whiteoutPrefix = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
)

// add takes in the entry of a header, as containerd unpacks it: into a directory of its own for each layer.
func (l *Layer) add(h *tar.Header, r record) error {
	p := path.Clean("/" + h.Name)
	if p == "/" {
		l.files[p] = r
		return nil
	}
	dir, base := path.Split(p)
	dir, ok := l.makeParents(dir)
	if !ok {
		l.refuse(p + " is below something that isn't a directory")
		return nil
	}
	if base == whiteoutOpaque {
		if dir != "/" {
			at := l.files[dir]
			at.hides = true
			l.files[dir] = at
		}
		return nil
	}
	if name, ok := strings.CutPrefix(base, whiteoutPrefix); ok {
		p = path.Join(dir, name)
		if l.files[p] != (record{}) || name == "" || name == "." || name == ".." {
			l.refuse("it deletes " + p + ", which is its own")
			return nil
		}
		return l.put(p, record{meta: meta{hides: true}})
	}
	p = path.Join(dir, base)
	if h.Typeflag == tar.TypeLink { // to a file that comes earlier in the archive
		to := path.Clean("/" + h.Linkname)
		w := walk(path.Dir(to), func(p string) record { return l.files[p] })
		at := path.Join(w.path, path.Base(to))
		r = l.files[at]
		if w.kind != Dir || at == p || r.kind == None || r.kind == Dir {
			l.refuse("it has a hard link at " + p + " to " + to + ", which isn't a file of this layer")
			return nil
		}
	}
	if old := l.files[p]; old.kind == Dir && r.kind == Dir {
		r.hides = old.hides
	}
	return l.put(p, r)
}

func (l *Layer) refuse(reason string) {
	if l.Refused == "" {
		l.Refused = reason
	}
}

// makeParents resolves a directory within the layer, and makes it and those above it where the archive
// leaves them out. It reports false for something else than a directory.
func (l *Layer) makeParents(dir string) (string, bool) {
	if dir != l.dir {
		w := walk(dir, func(p string) record {
			if l.files[p] == (record{}) {
				_ = l.put(p, record{meta: meta{kind: Dir, implied: true}})
			}
			return l.files[p]
		})
		l.dir, l.dirPath, l.dirOK = dir, w.path, w.kind == Dir
	}
	return l.dirPath, l.dirOK
}

func (l *Layer) put(p string, r record) error {
	l.files[p] = r
	l.Memory += recordCost + len(p)
	if r.extra != nil {
		l.Memory += 2*recordCost + len(r.link) + len(r.content)
	}
	if l.Memory > maxMemory {
		return ErrTooManyFiles
	}
	return nil
}

// at is what the layer by itself has at the clean absolute path p, and whether something at or above p
// hides what lower layers have there.
func (l *Layer) at(p string) (r record, hides bool) {
	for end := 1; p != "/"; end++ {
		next := strings.IndexByte(p[end:], '/')
		if next < 0 {
			break
		}
		end += next
		dir := l.files[p[:end]]
		hides = hides || dir.hides
		if dir.kind != Dir { // the layer has nothing below
			return record{}, hides || dir.kind != None
		}
	}
	r = l.files[p]
	return r, hides || r.hides || r.kind != None && r.kind != Dir
}
