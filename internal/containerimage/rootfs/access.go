package rootfs

import (
	"context"
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

// may reports whether the user may use m in that way: the permission bits of the first of owner,
// group and others that the user belongs to. The superuser executes what anyone may execute, and
// enters, reads and writes all.
func (u User) may(m Meta, bit uint16) bool {
	switch {
	case u.UID == 0:
		return bit != execute || m.Kind == Dir || m.Mode&0o111 != 0
	case u.UID == m.UID:
		bit <<= 6
	case slices.Contains(u.GIDs, m.GID):
		bit <<= 3
	}
	return m.Mode&bit != 0
}

func (u User) String() string {
	if len(u.GIDs) == 0 {
		return fmt.Sprintf("user %d", u.UID)
	}
	return fmt.Sprintf("user %d of group %d", u.UID, u.GIDs[0])
}

// Found is the outcome of looking for a program.
type Found struct {
	Path    string   // as found along the search path; "" when there is none
	Target  string   // the file that Path resolves to, after symbolic links
	Links   []string // every symbolic link on the way, in order
	Script  bool     // the file is a script, and not a binary program
	Instead string   // when Path is "": what is there instead, to help the reader, or ""
}

// LookPath finds the first file called name along dirs that user may execute, as a shell does. It
// fails with an [UnreadError] when a layer that was not read far enough could change the answer.
func (fs *FS) LookPath(ctx context.Context, dirs []string, name string, user User) (Found, error) {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	var f Found
	for _, dir := range dirs {
		if ctx.Err() != nil {
			return Found{}, context.Cause(ctx)
		}
		p := strings.TrimRight(dir, "/") + "/" + name
		w, err := fs.resolve(p)
		if err != nil {
			return Found{}, err
		}
		instead := obstacle(p, w, user)
		if w.kind == File && instead == "" {
			if instead, err = fs.barrier(w.dirs, user); err != nil {
				return Found{}, err
			}
			if instead == "" {
				return Found{Path: p, Target: w.path, Links: w.links, Script: w.file.Script}, nil
			}
			instead = p + " is out of reach: " + instead
		}
		if f.Instead == "" {
			f.Instead = instead
		}
	}
	return f, nil
}

// obstacle says what at the path p, which leads to w, keeps user from running it; "" where nothing
// does, or nothing is there.
func obstacle(p string, w walked, user User) string {
	what := w.kind.String()
	switch {
	case w.loop && w.isLink:
		return p + " is a loop of symbolic links"
	case w.loop:
		return fmt.Sprintf("%s is behind a loop of symbolic links at %s", p, w.path)
	case w.kind == None && w.isLink && w.cut:
		return fmt.Sprintf("%s is a symbolic link that leads nowhere (%s is not a directory)", p, w.path)
	case w.kind == None && w.isLink:
		return fmt.Sprintf("%s is a symbolic link that leads nowhere (%s does not exist)", p, w.path)
	case w.kind == None, w.kind == File && user.may(w.file.Meta, execute):
		return ""
	case w.kind == File && w.file.Mode&0o111 == 0:
		what = "a file that is not executable"
	case w.kind == File:
		what = fmt.Sprintf("a file that %s cannot execute (mode %04o, owner %d:%d)", user, w.file.Mode, w.file.UID, w.file.GID)
	}
	if w.path != path.Clean(p) {
		return fmt.Sprintf("%s leads to %s, which is %s", p, w.path, what)
	}
	return p + " is " + what
}

// barrier says which of dirs user cannot enter; "" where there is none.
func (fs *FS) barrier(dirs []string, user User) (string, error) {
	if user.UID == 0 {
		return "", nil
	}
	for _, dir := range append([]string{"/"}, dirs...) {
		m, err := fs.directory(dir)
		if err != nil {
			return "", err
		}
		if !user.may(m, execute) {
			return fmt.Sprintf("%s cannot enter %s (mode %04o, owner %d:%d)", user, dir, m.Mode, m.UID, m.GID), nil
		}
	}
	return "", nil
}

// Writable says why user cannot make files in the directory p; "" when nothing stands against it. A
// directory that does not exist is made by the runtime, for root alone.
func (fs *FS) Writable(p string, user User) (string, error) {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	if user.UID == 0 {
		return "", nil
	}
	w, err := fs.resolve(p)
	if err != nil {
		return "", err
	}
	switch w.kind {
	case None:
		return fmt.Sprintf("%s does not exist, so that it is made for root alone", p), nil
	case Dir:
	default:
		return fmt.Sprintf("%s is %s", p, w.kind), nil
	}
	if instead, err := fs.barrier(w.dirs, user); err != nil || instead != "" {
		return instead, err
	}
	m, err := fs.directory(w.path)
	if err != nil || user.may(m, write) {
		return "", err
	}
	return fmt.Sprintf("%s cannot write %s (mode %04o, owner %d:%d)", user, p, m.Mode, m.UID, m.GID), nil
}

// Readable says why user cannot read the file p, or what is in the directory p; "" when nothing stands
// against it, or nothing is there.
func (fs *FS) Readable(p string, user User) (string, error) {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	if user.UID == 0 {
		return "", nil
	}
	w, err := fs.resolve(p)
	if err != nil {
		return "", err
	}
	if instead, err := fs.barrier(w.dirs, user); err != nil || instead != "" {
		return instead, err
	}
	if w.kind == File && !user.may(w.file.Meta, read) {
		return fmt.Sprintf("%s cannot read %s (mode %04o, owner %d:%d)", user, w.path, w.file.Mode, w.file.UID, w.file.GID), nil
	}
	return "", nil
}

// Stat is what p leads to, after symbolic links, and [None] where it leads nowhere.
func (fs *FS) Stat(p string) (Kind, error) {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	w, err := fs.resolve(p)
	return w.kind, err
}

// Content is the content of the file p, at most 64 KiB of it; nil where there is none. Without
// [FS.AskContent], or where a link leads to it, its layer may have to be read again.
func (fs *FS) Content(p string) ([]byte, error) {
	fs.index.mu.Lock()
	defer fs.index.mu.Unlock()
	w, err := fs.resolve(p)
	if err != nil || w.kind != File {
		return nil, err
	}
	content, kept := fs.layers[w.file.layer].contents[w.file.key]
	if !kept {
		fs.index.askContent(w.path)
		return nil, UnreadError{w.file.layer, w.path}
	}
	return content, nil
}
