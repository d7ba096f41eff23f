package rootfs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// stack is a file system of layers, the bottom first, that were read to their ends.
func stack(t *testing.T, layers ...[]testEntry) *FS {
	t.Helper()
	index := New(0, 0)
	var read []*Layer
	for _, entries := range layers {
		layer := index.Layer("")
		if err := layer.Read(t.Context(), nil, opener(archive(t, entries)), nil); err != nil {
			t.Fatal(err)
		}
		read = append([]*Layer{layer}, read...)
	}
	return index.Stack(read...)
}

var (
	jovyan = User{UID: 1000, GIDs: []uint32{100, 5}}
	nobody = User{UID: 65534}
)

// TestLookPath is how Linux decides who may run a file (path_resolution(7), execve(2)), and what is
// said where it may not.
func TestLookPath(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entries []testEntry
		user    User
		want    Found
	}{
		"for all":                           {[]testEntry{{name: "d/p", kind: File, mode: 0o755}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"script":                            {[]testEntry{{name: "d/p", kind: File, mode: 0o755, content: "#!/bin/sh"}}, jovyan, Found{Path: "/d/p", Target: "/d/p", Script: true}},
		"owner":                             {[]testEntry{{name: "d/p", kind: File, mode: 0o100, uid: 1000}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"owner, first":                      {[]testEntry{{name: "d/p", kind: File, mode: 0o677, uid: 1000, gid: 100}}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 cannot execute (mode 0677, owner 1000:100)"}},
		"group":                             {[]testEntry{{name: "d/p", kind: File, mode: 0o010, gid: 100}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"member":                            {[]testEntry{{name: "d/p", kind: File, mode: 0o010, gid: 5}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"group, then others":                {[]testEntry{{name: "d/p", kind: File, mode: 0o701, gid: 5}}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 cannot execute (mode 0701, owner 0:5)"}},
		"others":                            {[]testEntry{{name: "d/p", kind: File, mode: 0o001}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"not others":                        {[]testEntry{{name: "d/p", kind: File, mode: 0o750}}, nobody, Found{Instead: "/d/p is a file that user 65534 cannot execute (mode 0750, owner 0:0)"}},
		"root, as others":                   {[]testEntry{{name: "d/p", kind: File, mode: 0o001, uid: 1}}, Root, Found{Path: "/d/p", Target: "/d/p"}},
		"for nobody":                        {[]testEntry{{name: "d/p", kind: File, mode: 0o666}}, Root, Found{Instead: "/d/p is a file that is not executable"}},
		"directory closed":                  {[]testEntry{{name: "d", kind: Dir, mode: 0o700}, {name: "d/p", kind: File, exec: true}}, jovyan, Found{Instead: "/d/p is out of reach: user 1000 of group 100 cannot enter /d (mode 0700, owner 0:0)"}},
		"root directory closed":             {[]testEntry{{name: "./", kind: Dir, mode: 0o750, gid: 7}, {name: "d/p", kind: File, exec: true}}, jovyan, Found{Instead: "/d/p is out of reach: user 1000 of group 100 cannot enter / (mode 0750, owner 0:7)"}},
		"directory closed, but not to root": {[]testEntry{{name: "d", kind: Dir, mode: 0o600}, {name: "d/p", kind: File, exec: true}}, Root, Found{Path: "/d/p", Target: "/d/p"}},
		"through a closed directory": {[]testEntry{{name: "closed/p", kind: File, exec: true}, {name: "closed", kind: Dir, mode: 0o700}, {name: "d/p", kind: Symlink, link: "/closed/p"}}, jovyan,
			Found{Instead: "/d/p is out of reach: user 1000 of group 100 cannot enter /closed (mode 0700, owner 0:0)"}},
		"links": {[]testEntry{{name: "d/p", kind: Symlink, link: "../e/p"}, {name: "e", kind: Symlink, link: "f"}, {name: "f/p", kind: File, exec: true}}, jovyan,
			Found{Path: "/d/p", Target: "/f/p", Links: []string{"/d/p", "/e"}}},
		"hard link":            {[]testEntry{{name: "a", kind: File, exec: true}, {name: "d/p", kind: Hardlink, link: "a"}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"early hard link":      {[]testEntry{{name: "d/p", kind: Hardlink, link: "x"}, {name: "x", kind: File, mode: 0o100}}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 cannot execute (mode 0100, owner 0:0)"}},
		"hard link to nothing": {[]testEntry{{name: "d/p", kind: Hardlink, link: "x"}}, jovyan, Found{Instead: "/d/p is a hard link to nothing"}},
		"nothing":              {nil, jovyan, Found{}},
		"directory":            {[]testEntry{{name: "d/p", kind: Dir}}, jovyan, Found{Instead: "/d/p is a directory"}},
		"FIFO":                 {[]testEntry{{name: "d/p", kind: Other}}, jovyan, Found{Instead: "/d/p is a device, FIFO or socket"}},
		"to a directory":       {[]testEntry{{name: "d/p", kind: Symlink, link: "e"}, {name: "d/e", kind: Dir}}, jovyan, Found{Instead: "/d/p leads to /d/e, which is a directory"}},
		"to no program":        {[]testEntry{{name: "d/p", kind: Symlink, link: "e"}, {name: "d/e", kind: File}}, jovyan, Found{Instead: "/d/p leads to /d/e, which is a file that is not executable"}},
		"to nothing":           {[]testEntry{{name: "d/p", kind: Symlink, link: "e"}}, jovyan, Found{Instead: "/d/p is a symbolic link that leads nowhere (/d/e does not exist)"}},
		"below a file":         {[]testEntry{{name: "d/p", kind: Symlink, link: "/f/x"}, {name: "f", kind: File}}, jovyan, Found{Instead: "/d/p is a symbolic link that leads nowhere (/f is not a directory)"}},
		"loop":                 {[]testEntry{{name: "d/p", kind: Symlink, link: "p"}}, jovyan, Found{Instead: "/d/p is a loop of symbolic links"}},
		"behind a loop":        {[]testEntry{{name: "d", kind: Symlink, link: "d"}}, jovyan, Found{Instead: "/d/p is behind a loop of symbolic links at /d"}},
		"40 links":             {append(chain(40), testEntry{name: "d/p", kind: Symlink, link: "/c/1"}), jovyan, Found{Instead: "/d/p is a loop of symbolic links"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			got, err := stack(t, tt.entries).LookPath(t.Context(), []string{"/d"}, "p", tt.user)
			if err != nil {
				t.Fatal(err)
			}
			if got.Path != tt.want.Path || got.Target != tt.want.Target || got.Script != tt.want.Script || got.Instead != tt.want.Instead ||
				tt.want.Links != nil && !slices.Equal(got.Links, tt.want.Links) {
				t.Errorf("%+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// chain is n symbolic links, each to the next, the last to a program.
func chain(n int) []testEntry {
	entries := []testEntry{{name: "c/end", kind: File, exec: true}}
	for i := range n {
		link := "/c/" + strings.Repeat("1", i+2)
		if i == n-1 {
			link = "/c/end"
		}
		entries = append(entries, testEntry{name: "c/" + strings.Repeat("1", i+1), kind: Symlink, link: link})
	}
	return entries
}

// A program further along the path is found in spite of what is no program before it; where there is
// none, the first of the obstacles is told. Forty links are followed.
func TestLookPathOn(t *testing.T) {
	t.Parallel()
	fs := stack(t, append(chain(39), testEntry{name: "a/p", kind: Dir}, testEntry{name: "b/p", kind: File}, testEntry{name: "d/p", kind: Symlink, link: "/c/1"}))
	if got, err := fs.LookPath(t.Context(), []string{"/none", "/a", "/b", "/d/"}, "p", Root); err != nil || got.Path != "/d/p" || got.Target != "/c/end" || len(got.Links) != maxLinks {
		t.Errorf("%+v, %v, want /d/p", got, err)
	}
	if got, err := fs.LookPath(t.Context(), []string{"/none", "/a", "/b"}, "p", Root); err != nil || got.Instead != "/a/p is a directory" {
		t.Errorf("%+v, %v, want the directory", got, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	if got, err := fs.LookPath(ctx, []string{"/d"}, "p", Root); !errors.Is(err, cause) {
		t.Errorf("%+v, %v, want %v", got, err, cause)
	}
}

// TestReadableAndWritable is what a user who is not root may do with files and directories.
func TestReadableAndWritable(t *testing.T) {
	t.Parallel()
	fs := stack(t, []testEntry{
		{name: "shut", kind: Dir, mode: 0o700},
		{name: "shut/f", kind: File, mode: 0o777},
		{name: "shut/d", kind: Dir, mode: 0o777},
		{name: "own", kind: Dir, mode: 0o300, uid: 1000},
		{name: "group", kind: Dir, mode: 0o030, gid: 5},
		{name: "enter", kind: Dir, mode: 0o755},
		{name: "write", kind: Dir, mode: 0o722}, // but nobody can enter it
		{name: "secret", kind: File, mode: 0o640, uid: 3, gid: 4},
		{name: "mine", kind: File, mode: 0o400, uid: 1000},
		{name: "implied/f", kind: File, mode: 0o004},
		{name: "fifo", kind: Other},
		{name: "to-own", kind: Symlink, link: "own"},
		{name: "to-secret", kind: Symlink, link: "secret"},
	}, []testEntry{
		{name: "own/f", kind: File, mode: 0o600}, // a layer that has nothing to say of the directory itself
	})
	const who = "user 1000 of group 100 cannot "
	for _, tt := range []struct{ path, readable, writable string }{
		{"/own", "", ""},
		{"/to-own", "", ""},
		{"/own/f", who + "read /own/f (mode 0600, owner 0:0)", "/own/f is a file"},
		{"/group", "", ""},
		{"/enter", "", who + "write /enter (mode 0755, owner 0:0)"},
		{"/implied", "", who + "write /implied (mode 0755, owner 0:0)"},
		{"/implied/f", "", "/implied/f is a file"},
		{"/write", who + "enter /write (mode 0722, owner 0:0)", who + "enter /write (mode 0722, owner 0:0)"},
		{"/shut", who + "enter /shut (mode 0700, owner 0:0)", who + "enter /shut (mode 0700, owner 0:0)"},
		{"/shut/d", who + "enter /shut (mode 0700, owner 0:0)", who + "enter /shut (mode 0700, owner 0:0)"},
		{"/shut/f", who + "enter /shut (mode 0700, owner 0:0)", "/shut/f is a file"},
		{"/secret", who + "read /secret (mode 0640, owner 3:4)", "/secret is a file"},
		{"/to-secret", who + "read /secret (mode 0640, owner 3:4)", "/to-secret is a file"},
		{"/mine", "", "/mine is a file"},
		{"/fifo", "", "/fifo is a device, FIFO or socket"},
		{"/none", "", "/none does not exist, so that it is made for root alone"},
	} {
		if got, err := fs.Readable(tt.path, jovyan); err != nil || got != tt.readable {
			t.Errorf("%s is readable: %q, %v, want %q", tt.path, got, err, tt.readable)
		}
		if got, err := fs.Writable(tt.path, jovyan); err != nil || got != tt.writable {
			t.Errorf("%s is writable: %q, %v, want %q", tt.path, got, err, tt.writable)
		}
		for _, access := range []func(string, User) (string, error){fs.Readable, fs.Writable} {
			if got, err := access(tt.path, Root); err != nil || got != "" {
				t.Errorf("%s, to root: %q, %v", tt.path, got, err)
			}
		}
	}
}

// The beginning of a file is kept where it is asked for in time; where it is not, or where links lead
// to it, its layer is read again.
func TestContent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxContent+1)
	layer := archive(t, []testEntry{
		{name: "a/short", kind: File, content: "abc"},
		{name: "a/long", kind: File, content: long},
		{name: "a/empty", kind: File},
		{name: "b/short", kind: File, content: "another", exec: true},
		{name: "link", kind: Symlink, link: "a/short"},
		{name: "hard", kind: Hardlink, link: "a/short"},
		{name: "early", kind: Hardlink, link: "z"},
		{name: "up", kind: Symlink, link: "usr"},
		{name: "up/passwd", kind: File, content: "root"},
		{name: "z", kind: File, content: "last"},
		{name: "dir", kind: Dir},
	})
	for p, want := range map[string]struct {
		content   string
		reads     int // of the layer
		announced int // where it was asked for in time
	}{
		"/a/short":    {"abc", 2, 1},
		"/a/long":     {long[:maxContent], 2, 1},
		"/a/empty":    {"", 2, 1},
		"/b/short":    {"another", 2, 1},
		"/link":       {"abc", 2, 2},
		"/hard":       {"abc", 3, 2},
		"/early":      {"last", 3, 1},
		"/up/passwd":  {"root", 2, 2},
		"/usr/passwd": {"root", 2, 1},
		"/none":       {"", 1, 1},
		"/dir":        {"", 1, 1},
		"/a/short/x":  {"", 1, 1},
	} {
		for _, announced := range []bool{false, true} {
			index := New(0, 0)
			l := index.Layer("")
			fs := index.Stack(l)
			if announced {
				want.reads = want.announced
				fs.AskContent(p)
			}
			var got []byte
			reads, err := 0, error(UnreadError{})
			for ; errors.As(err, new(UnreadError)) && reads < 5; reads++ {
				if err := l.Read(t.Context(), nil, opener(layer), nil); err != nil {
					t.Fatal(err)
				}
				got, err = fs.Content(p)
			}
			if err != nil || string(got) != want.content || reads != want.reads {
				t.Errorf("%s, announced %v: %d bytes, %v, after %d reads, want %d bytes after %d", p, announced, len(got), err, reads, len(want.content), want.reads)
			}
			if len(l.contents) > 2 {
				t.Errorf("%s: the content of %d files was kept", p, len(l.contents))
			}
		}
	}
}

// What is not read far enough is an error, never an answer.
func TestUnread(t *testing.T) {
	t.Parallel()
	index := New(0, 0)
	fs := index.Stack(index.Layer(""))
	for name, ask := range map[string]func() error{
		"LookPath": func() error { _, err := fs.LookPath(t.Context(), []string{"/d"}, "p", jovyan); return err },
		"Readable": func() error { _, err := fs.Readable("/d", jovyan); return err },
		"Writable": func() error { _, err := fs.Writable("/d", jovyan); return err },
		"Stat":     func() error { _, err := fs.Stat("/d"); return err },
		"Content":  func() error { _, err := fs.Content("/d"); return err },
	} {
		var unread UnreadError
		if err := ask(); !errors.As(err, &unread) || unread != (UnreadError{0, "/d"}) || !strings.Contains(err.Error(), "layer 0 was not read far enough to tell what /d is") {
			t.Errorf("%s: %v, want an UnreadError", name, err)
		}
	}
	// An archive that ends in a file's content has not been read either.
	cut := archive(t, []testEntry{{name: "d/p", kind: File, exec: true, content: strings.Repeat("x", 600)}})
	for _, at := range []int{513, 1000} {
		if err := index.Layer("").Read(t.Context(), nil, opener(cut[:at]), nil); err == nil {
			t.Errorf("cut at %d of %d bytes, it is no error", at, len(cut))
		}
	}
}
