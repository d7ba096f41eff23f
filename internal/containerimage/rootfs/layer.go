package rootfs

import (
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
	Other // a device, FIFO, or socket
	Symlink
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

// entry is one entry of a layer's archive.
type entry struct {
	name, link string // as written in the archive
	hardlink   bool
	record
}

// Layer is what one layer has, by clean absolute path.
type Layer struct {
	files    map[string]record
	refused  string
	dir      string // of the last entry, as written; dirPath is where it is, and dirOK whether it's a directory
	dirPath  string
	dirOK    bool
	memory   int
	Unpacked int64 // the size of its archive, in bytes
}

// Refused says why container runtimes refuse to unpack the layer, or is "".
func (l *Layer) Refused() string { return l.refused }

// Memory is roughly what the layer takes in memory, in bytes.
func (l *Layer) Memory() int { return l.memory }

// EmptyDir is a layer that has an empty directory at p, which everybody can write: what Kubernetes mounts
// for an emptyDir volume.
func EmptyDir(p string) *Layer {
	l := &Layer{files: map[string]record{}}
	dir := path.Dir(p)
	l.makeParents(dir)
	l.files[p] = record{meta: meta{kind: Dir, hides: true, mode: 0o777}}
	return l
}

// Whiteouts, from layer.md of the OCI image specification. AUFS's bookkeeping, such as .wh..wh.plnk, needs
// no rule of its own: it hides what can't be there.
const (
	whiteoutPrefix = ".wh."
	whiteoutOpaque = ".wh..wh..opq"
)

// add takes in one entry, as containerd unpacks it: into a directory of its own for each layer.
func (l *Layer) add(e entry) error {
	p := path.Clean("/" + e.name)
	if p == "/" {
		l.files[p] = e.record
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
			r := l.files[dir]
			r.hides = true
			l.files[dir] = r
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
	if e.hardlink {
		at, target := l.hardlink(e.link)
		if at == p || target.kind == None || target.kind == Dir {
			l.refuse("it has a hard link at " + p + " to " + path.Clean("/"+e.link) + ", which isn't a file of this layer")
			return nil
		}
		e.record = target
	}
	if old := l.files[p]; old.kind == Dir && e.kind == Dir {
		e.hides = old.hides
	}
	return l.put(p, e.record)
}

// hardlink is the file that a hard link shares. It must come earlier in the layer's archive.
func (l *Layer) hardlink(link string) (at string, target record) {
	dir, base := path.Split(path.Clean("/" + link))
	w := walk(dir, l.look)
	if w.kind == Dir {
		at = path.Join(w.path, base)
	}
	return at, l.files[at]
}

func (l *Layer) refuse(reason string) {
	if l.refused == "" {
		l.refused = reason
	}
}

func (l *Layer) look(p string) (Kind, string) {
	r := l.files[p]
	if r.kind == Symlink {
		return Symlink, r.link
	}
	return r.kind, ""
}

// makeParents resolves a directory within the layer, and makes it and those above it where the archive
// leaves them out. It reports false for something else than a directory.
func (l *Layer) makeParents(dir string) (string, bool) {
	if dir == l.dir {
		return l.dirPath, l.dirOK
	}
	w := walk(dir, func(p string) (Kind, string) {
		if l.files[p] == (record{}) {
			_ = l.put(p, record{meta: meta{kind: Dir, implied: true}})
		}
		return l.look(p)
	})
	l.dir, l.dirPath, l.dirOK = dir, w.path, w.kind == Dir
	return l.dirPath, l.dirOK
}

func (l *Layer) put(p string, r record) error {
	l.files[p] = r
	l.memory += recordCost + len(p)
	if r.extra != nil {
		l.memory += 2*recordCost + len(r.link) + len(r.content)
	}
	if l.memory > maxMemory {
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
