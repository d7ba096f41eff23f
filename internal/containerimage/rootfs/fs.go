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
	layers []*Layer // the bottom first
}

// Stack lays layers over each other, the bottom first.
func Stack(layers ...*Layer) *FS { return &FS{append([]*Layer{newLayer()}, layers...)} }

// Over is the stack with one more layer on top.
func (fs *FS) Over(top *Layer) *FS { return &FS{append(slices.Clip(fs.layers), top)} }

// lstat is what the stack has at the clean absolute path p. A directory without an entry has the
// attributes that a lower layer gives it; without any, it's root's and open to all.
func (fs *FS) lstat(p string) record {
	var found record
	for _, l := range slices.Backward(fs.layers) {
		r, hides := l.at(p)
		if found.kind == None || r.kind == Dir && !r.implied {
			found = r
		}
		if hides || found.kind != None && !found.implied {
			break
		}
	}
	if found.implied {
		found.mode = 0o755
	}
	return found
}

// walked is where a path leads.
type walked struct {
	record          // what's there: a symbolic link only in a loop
	path   string   // after every symbolic link; if nothing is there, where the walk broke off
	links  []string // every symbolic link on the way
	dirs   []string // every directory that was entered on the way, the root apart
	isLink bool     // the last name of the path is a symbolic link
	loop   bool     // more than maxLinks links
	cut    bool     // path isn't a directory, though the walk goes on below it
}

// walk follows the path p as path_resolution(7) describes. Look says what's at a clean absolute path.
func walk(p string, look func(p string) record) walked {
	rest := strings.Split(p, "/")
	w := walked{path: "/"}
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
		switch r := look(next); r.kind {
		case symlink:
			w.isLink = w.isLink || len(rest) == 0
			w.links = append(w.links, next)
			if len(w.links) > maxLinks {
				w.record, w.path, w.loop = r, next, true
				return w
			}
			if path.IsAbs(r.link) {
				w.path = "/"
			}
			rest = append(strings.Split(r.link, "/"), rest...)
		case Dir:
			w.path = next
			w.dirs = append(w.dirs, next)
		default:
			w.path = next
			if w.cut = len(rest) > 0 && r.kind != None; !w.cut { // ENOTDIR
				w.record = r
			}
			return w
		}
	}
	w.record = look(w.path)
	return w
}

// resolve walks p in the stack.
func (fs *FS) resolve(p string) walked { return walk(p, fs.lstat) }

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
