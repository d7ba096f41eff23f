package rootfs

import (
	"path"
	"slices"
	"strings"
)

// maxLinks bounds the symbolic links followed on the way to one file, as Linux does before it reports
// ELOOP (path_resolution(7)).
const maxLinks = 40

// FS is an image's file system: layers one over the other, as overlayfs would mount them.
type FS struct {
	layers []*Layer // topmost first
}

// Stack lays layers over each other, the topmost first.
func Stack(layers ...*Layer) *FS { return &FS{layers} }

// each calls yield with what each layer that isn't hidden has at the clean absolute path p, the topmost
// first, until that returns false.
func (fs *FS) each(p string, yield func(record) bool) {
	for _, l := range fs.layers {
		r, hides := l.at(p)
		if r.kind != None && !yield(r) || hides {
			return
		}
	}
}

// lstat is what the stack has at the clean absolute path p. A directory without an entry has the
// attributes that a lower layer gives it; without any, it's root's and open to all.
func (fs *FS) lstat(p string) record {
	found := record{}
	if p == "/" {
		found.meta = meta{kind: Dir, implied: true}
	}
	fs.each(p, func(r record) bool {
		if found.kind == None || r.kind == Dir && !r.implied {
			found = r
		}
		return found.kind == Dir && found.implied
	})
	if found.kind == Dir && found.implied {
		found.mode = 0o755
	}
	return found
}

// walked is where a path leads.
type walked struct {
	kind   Kind     // never Symlink, unless loop
	path   string   // after every symbolic link; where the walk broke off when kind is None
	links  []string // every symbolic link on the way
	dirs   []string // every directory that was entered on the way, the root apart
	isLink bool     // the last name of the path is a symbolic link
	loop   bool     // more than maxLinks links
	cut    bool     // path isn't a directory, though the walk goes on below it
	record          // what a stack has there
}

// walk follows the path p as path_resolution(7) describes. Look says what's at a clean absolute path, and
// what it points to when it's a symbolic link.
func walk(p string, look func(p string) (Kind, string)) walked {
	rest := strings.Split(p, "/")
	w := walked{kind: Dir, path: "/"}
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			w.path = path.Dir(w.path)
			continue
		}
		next := path.Join(w.path, name)
		switch k, target := look(next); k {
		case Symlink:
			w.isLink = w.isLink || len(rest) == 0
			w.links = append(w.links, next)
			if len(w.links) > maxLinks {
				w.kind, w.path, w.loop = Symlink, next, true
				return w
			}
			if path.IsAbs(target) {
				w.path = "/"
			}
			rest = append(strings.Split(target, "/"), rest...)
		case Dir:
			w.path = next
			w.dirs = append(w.dirs, next)
		default:
			w.path, w.kind = next, k
			if len(rest) > 0 && k != None { // ENOTDIR
				w.kind, w.cut = None, true
			}
			return w
		}
	}
	return w
}

// resolve walks p in the stack.
func (fs *FS) resolve(p string) walked {
	w := walk(p, func(p string) (Kind, string) {
		r := fs.lstat(p)
		if r.kind == Symlink {
			return Symlink, r.link
		}
		return r.kind, ""
	})
	if w.kind == File || w.kind == Dir {
		w.record = fs.lstat(w.path)
	}
	return w
}

// Stat is what p leads to, after symbolic links, and [None] where it leads nowhere.
func (fs *FS) Stat(p string) Kind { return fs.resolve(p).kind }

// Resolve is the path that p leads to, after symbolic links. Where that's nothing, it's the first path on
// the way that doesn't exist.
func (fs *FS) Resolve(p string) string { return fs.resolve(p).path }

// Content is the content of the file p, of those whose content is kept; nil where there's none. It reports
// false where it's longer than what was kept.
func (fs *FS) Content(p string) ([]byte, bool) {
	w := fs.resolve(p)
	if w.kind != File || w.extra == nil {
		return nil, w.kind != File
	}
	return w.content, w.whole
}

// List is the names in the directory p, in order.
func (fs *FS) List(p string) []string {
	dir := strings.TrimSuffix(fs.Resolve(p), "/") + "/"
	var names []string
	for _, l := range fs.layers {
		for p := range l.files {
			if name, ok := strings.CutPrefix(p, dir); ok && name != "" && !strings.Contains(name, "/") && fs.lstat(p).kind != None {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Over is the stack with one more layer on top.
func (fs *FS) Over(top *Layer) *FS { return &FS{append([]*Layer{top}, fs.layers...)} }
