package rootfs

import (
	"path"
	"slices"
	"strings"
)

// maxLinks bounds the symbolic links followed on the way to one file, as Linux does before it says
// ELOOP (path_resolution(7)).
const maxLinks = 40

// FS is an image's file system as far as it is known: layers one over the other, as overlayfs would
// mount them. It answers only what it can be sure of, or what follows from the order of an archive,
// which [FS.Assumed] tells. It is for one goroutine at a time.
type FS struct {
	index   *Index
	layers  []*Layer // topmost first
	last    [2]string
	assumed map[int]struct{}
}

// Stack lays layers over each other, the topmost first.
func (x *Index) Stack(layers ...*Layer) *FS {
	return &FS{index: x, layers: layers, assumed: map[int]struct{}{}}
}

// Ask announces that p will be looked up, so that layers read from now on keep what they say about
// it, and are read until it has been passed.
func (fs *FS) Ask(p string) {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	fs.ask(path.Clean("/"+p), fs.index.prefixKeys(path.Clean("/"+p)))
}

func (fs *FS) ask(p string, keys []uint64) {
	for _, k := range keys {
		fs.index.asked[k] = struct{}{}
	}
	for i, compare := range compares {
		if compare(fs.last[i], p) < 0 {
			fs.last[i] = p
		}
	}
}

// KeepContent has the content of files kept where layers with them are read, for whoever asks later.
func (x *Index) KeepContent(paths ...string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range paths {
		x.askContent(path.Clean("/" + p))
	}
}

// AskContent announces that the content of the file p will be asked for.
func (fs *FS) AskContent(p string) {
	fs.Ask(p)
	fs.index.KeepContent(p)
}

// Assumed returns the layers, 0 the topmost, whose order was relied on since it was last called.
func (fs *FS) Assumed() []int {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	var layers []int
	for i := range fs.assumed {
		layers = append(layers, i)
	}
	clear(fs.assumed)
	slices.Sort(layers)
	return layers
}

// own is what layer i by itself has at the path p with key k.
func (fs *FS) own(i int, p string, k uint64) (record, error) {
	r, assumed, sure := fs.layers[i].own(p, k)
	switch {
	case !sure:
		return record{}, UnreadError{i, p}
	case assumed:
		fs.assumed[i] = struct{}{}
	}
	return r, nil
}

// shown is what the stack has at a path.
type shown struct {
	record
	layer int
	key   uint64
	link  string // what a symbolic link points to
}

// visit calls yield with what each layer that is not hidden has at the clean absolute path p, the
// topmost first, until that returns false. The directories above p must be directories.
//
// The rules are overlayfs's: a whiteout or an opaque directory ends the search below its layer; so
// does a layer that has something other than a directory where p has one.
func (fs *FS) visit(p string, yield func(shown) (bool, error)) error {
	keys := fs.index.prefixKeys(p)
	fs.ask(p, keys)
	for i := range fs.layers {
		r, bottom, err := fs.seen(i, p, keys)
		if err != nil {
			return err
		}
		if r.Kind != None {
			more, err := yield(shown{record: r, layer: i, key: keys[len(keys)-1]})
			if err != nil || !more {
				return err
			}
		}
		if bottom || r.hides || r.Kind != None && r.Kind != Dir {
			return nil
		}
	}
	return nil
}

// seen is what layer i has at p, and whether something above p there hides lower layers.
func (fs *FS) seen(i int, p string, keys []uint64) (r record, bottom bool, err error) {
	// In a layer of which too little is known to say whether its root is opaque, too little is known
	// of p as well.
	bottom = fs.layers[i].names[keys[0]].hides
	if len(keys) == 1 {
		r, err = fs.own(i, p, keys[0])
		return r, bottom, err
	}
	end := 0
	for _, k := range keys[1 : len(keys)-1] {
		end = 1 + end + strings.IndexByte(p[1+end:], '/')
		r, err := fs.own(i, p[:end], k)
		if err != nil {
			return r, false, err
		}
		bottom = bottom || r.hides
		if r.Kind != Dir { // the layer has nothing below, and perhaps hides what others have
			return record{}, bottom || r.Kind != None, nil
		}
	}
	r, err = fs.own(i, p, keys[len(keys)-1])
	return r, bottom, err
}

// lstat is what the stack has at the clean absolute path p: what the topmost layer says that has
// anything there.
func (fs *FS) lstat(p string) (shown, error) {
	if p == "/" {
		return shown{record: record{Meta: Meta{Kind: Dir}, implied: true}}, nil
	}
	var found shown
	err := fs.visit(p, func(s shown) (bool, error) {
		found = s
		return false, nil
	})
	if err != nil || found.Kind == None {
		return shown{}, err
	}
	return fs.follow(found)
}

// follow sees through hard links, which stay within their layer: "Extracting a layer with hardlink
// references to files outside of the layer may fail" (layer.md).
func (fs *FS) follow(s shown) (shown, error) {
	l := fs.layers[s.layer]
	for range maxLinks {
		if s.Kind != Hardlink {
			s.link = l.links[s.key]
			return s, nil
		}
		target := l.links[s.key]
		keys := fs.index.prefixKeys(target)
		fs.ask(target, keys)
		s.key = keys[len(keys)-1]
		r, err := fs.own(s.layer, target, s.key)
		if err != nil {
			return shown{}, err
		}
		if r.Kind == None || r.Kind == Dir {
			break
		}
		s.record = r
	}
	s.Kind = Hardlink
	return s, nil
}

// directory is the metadata of the directory p: that of the topmost layer with an entry for it. One
// without any entry is made by whoever unpacks it, for root and open to all.
func (fs *FS) directory(p string) (Meta, error) {
	meta := Meta{Kind: Dir, Mode: 0o755}
	err := fs.visit(p, func(s shown) (bool, error) {
		if s.Kind == Dir && !s.implied {
			meta = s.Meta
			return false, nil
		}
		return s.Kind == Dir, nil
	})
	return meta, err
}

// walked is where a path leads.
type walked struct {
	kind   Kind     // never Symlink, unless loop
	path   string   // after every symbolic link; where the walk broke off when kind is None
	links  []string // every symbolic link on the way
	dirs   []string // every directory that was entered on the way, the root apart
	isLink bool     // the last name of the path is a symbolic link
	loop   bool     // more than maxLinks links
	cut    bool     // path is no directory, though the walk goes on below it
	file   shown    // what a stack has there, when kind is File
}

// walk follows the path p as path_resolution(7) describes, the root being the image's. Look tells
// what is at a clean absolute path, and what it points to when it is a symbolic link.
func walk(p string, look func(p string) (Kind, string, error)) (walked, error) {
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
		k, target, err := look(next)
		switch {
		case err != nil:
			return w, err
		case k == Symlink:
			w.isLink = w.isLink || len(rest) == 0
			w.links = append(w.links, next)
			if len(w.links) > maxLinks {
				w.kind, w.path, w.loop = Symlink, next, true
				return w, nil
			}
			if path.IsAbs(target) {
				w.path = "/"
			}
			rest = append(strings.Split(target, "/"), rest...)
		case k == Dir:
			w.path = next
			w.dirs = append(w.dirs, next)
		default:
			w.path, w.kind = next, k
			if len(rest) > 0 && k != None { // ENOTDIR
				w.kind, w.cut = None, true
			}
			return w, nil
		}
	}
	return w, nil
}

// resolve walks p in the stack.
func (fs *FS) resolve(p string) (walked, error) {
	var last shown
	w, err := walk(p, func(p string) (_ Kind, _ string, err error) {
		last, err = fs.lstat(p)
		return last.Kind, last.link, err
	})
	if err == nil && w.kind == File {
		w.file = last
	}
	return w, err
}
