package rootfs

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// User is who a container runs as.
type User struct {
	UID  uint32
	GIDs []uint32 // the group, and those that the user is a member of
}

// Root may do everything.
var Root = User{}

// Bits of [User.may].
const (
	execute = 1
	write   = 2
	read    = 4
)

// may reports whether the user may use m in that way: the permission bits of the first of owner, group,
// and others that the user belongs to. The superuser executes what anyone may execute, and enters, reads,
// and writes all.
func (u User) may(m meta, bit uint16) bool {
	switch {
	case u.UID == 0:
		return bit != execute || m.kind == Dir || m.mode&0o111 != 0
	case u.UID == m.uid:
		bit <<= 6
	case slices.Contains(u.GIDs, m.gid):
		bit <<= 3
	}
	return m.mode&bit != 0
}

func (u User) String() string {
	if len(u.GIDs) == 0 {
		return fmt.Sprintf("user %d", u.UID)
	}
	return fmt.Sprintf("user %d of group %d", u.UID, u.GIDs[0])
}

// denied says that the user can't do something to p.
func (u User) denied(do, p string, m meta) string {
	return fmt.Sprintf("%s can't %s %s (mode %04o, owner %d:%d)", u, do, p, m.mode, m.uid, m.gid)
}

// Found is the outcome of looking for a program.
type Found struct {
	Path    string   // as found along the search path; "" when there's none
	Target  string   // the file that Path resolves to, after symbolic links
	Links   []string // every symbolic link on the way, in order
	Program Program
	Instead string // when Path is "": what's there instead, or ""
}

// LookPath finds the first file called name along dirs that user may execute, as a shell does.
func (fs *FS) LookPath(dirs []string, name string, user User) Found {
	var f Found
	for _, dir := range dirs {
		p := strings.TrimRight(dir, "/") + "/" + name
		w := fs.resolve(p)
		instead := obstacle(p, w, user)
		if w.kind == File && instead == "" {
			if instead = fs.barrier(w.dirs, user); instead == "" {
				return Found{Path: p, Target: w.path, Links: w.links, Program: w.program}
			}
			instead = p + " is out of reach: " + instead
		}
		if f.Instead == "" {
			f.Instead = instead
		}
	}
	return f
}

// obstacle says what at the path p, which leads to w, keeps user from running it; "" where nothing does,
// or nothing is there.
func obstacle(p string, w walked, user User) string {
	what := w.kind.String()
	switch {
	case w.loop:
		return fmt.Sprintf("%s leads into a loop of symbolic links at %s", p, w.path)
	case w.kind == None && w.isLink && w.cut:
		return fmt.Sprintf("%s is a symbolic link that leads nowhere (%s isn't a directory)", p, w.path)
	case w.kind == None && w.isLink:
		return fmt.Sprintf("%s is a symbolic link that leads nowhere (%s doesn't exist)", p, w.path)
	case w.kind == None, w.kind == File && user.may(w.meta, execute):
		return ""
	case w.kind == File && w.mode&0o111 == 0:
		what = "a file that isn't executable"
	case w.kind == File:
		what = fmt.Sprintf("a file that %s can't execute (mode %04o, owner %d:%d)", user, w.mode, w.uid, w.gid)
	}
	if w.path != path.Clean(p) {
		return fmt.Sprintf("%s leads to %s, which is %s", p, w.path, what)
	}
	return p + " is " + what
}

// barrier says which of dirs user can't enter; "" where there's none.
func (fs *FS) barrier(dirs []string, user User) string {
	if user.UID == 0 {
		return ""
	}
	for _, dir := range append([]string{"/"}, dirs...) {
		if m := fs.lstat(dir).meta; !user.may(m, execute) {
			return user.denied("enter", dir, m)
		}
	}
	return ""
}

// Writable says why user can't make files in the directory p; "" when nothing stands against it. A
// directory that doesn't exist is an obstacle.
func (fs *FS) Writable(p string, user User) string {
	w := fs.resolve(p)
	switch w.kind {
	case None:
		return p + " doesn't exist"
	case Dir:
	default:
		return fmt.Sprintf("%s is %s", p, w.kind)
	}
	if instead := fs.barrier(w.dirs, user); instead != "" {
		return instead
	}
	if !user.may(w.meta, write) {
		return user.denied("write", p, w.meta)
	}
	return ""
}

// Creatable says why user can't make the directory p, and files in it; "" when nothing stands against it.
// Directories that don't exist are made, if the nearest one above can be written.
func (fs *FS) Creatable(p string, user User) string {
	for fs.Stat(p) == None && p != "/" {
		p = path.Dir(p)
	}
	return fs.Writable(p, user)
}

// Readable says why user can't read the file p, or enter the directory p; "" when nothing stands against
// it, or nothing is there.
func (fs *FS) Readable(p string, user User) string {
	if user.UID == 0 {
		return ""
	}
	w := fs.resolve(p)
	if instead := fs.barrier(w.dirs, user); instead != "" {
		return instead
	}
	if w.kind == File && !user.may(w.meta, read) {
		return user.denied("read", w.path, w.meta)
	}
	return ""
}
