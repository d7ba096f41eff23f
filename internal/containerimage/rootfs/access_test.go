package rootfs

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// stack is a file system of layers, the bottom first.
func stack(t *testing.T, layers ...[]testEntry) *FS {
	t.Helper()
	var read []*Layer
	for _, entries := range layers {
		read = append(read, layerOf(t, entries))
	}
	return Stack(read...)
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
		"script":                            {[]testEntry{{name: "d/p", kind: File, mode: 0o755, content: "#!/bin/sh"}}, jovyan, Found{Path: "/d/p", Target: "/d/p", Program: Program{Form: Script, Interpreter: "/bin/sh"}}},
		"owner":                             {[]testEntry{{name: "d/p", kind: File, mode: 0o100, uid: 1000}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"owner, first":                      {[]testEntry{{name: "d/p", kind: File, mode: 0o677, uid: 1000, gid: 100}}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 can't execute (mode 0677, owner 1000:100)"}},
		"group":                             {[]testEntry{{name: "d/p", kind: File, mode: 0o010, gid: 100}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"member":                            {[]testEntry{{name: "d/p", kind: File, mode: 0o010, gid: 5}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"group, then others":                {[]testEntry{{name: "d/p", kind: File, mode: 0o701, gid: 5}}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 can't execute (mode 0701, owner 0:5)"}},
		"others":                            {[]testEntry{{name: "d/p", kind: File, mode: 0o001}}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"not others":                        {[]testEntry{{name: "d/p", kind: File, mode: 0o750}}, nobody, Found{Instead: "/d/p is a file that user 65534 can't execute (mode 0750, owner 0:0)"}},
		"root, as others":                   {[]testEntry{{name: "d/p", kind: File, mode: 0o001, uid: 1}}, Root, Found{Path: "/d/p", Target: "/d/p"}},
		"for nobody":                        {[]testEntry{{name: "d/p", kind: File, mode: 0o666}}, Root, Found{Instead: "/d/p is a file that isn't executable"}},
		"directory closed":                  {[]testEntry{{name: "d", kind: Dir, mode: 0o700}, {name: "d/p", kind: File, exec: true}}, jovyan, Found{Instead: "/d/p is out of reach: user 1000 of group 100 can't enter /d (mode 0700, owner 0:0)"}},
		"root directory closed":             {[]testEntry{{name: "./", kind: Dir, mode: 0o750, gid: 7}, {name: "d/p", kind: File, exec: true}}, jovyan, Found{Instead: "/d/p is out of reach: user 1000 of group 100 can't enter / (mode 0750, owner 0:7)"}},
		"directory closed, but not to root": {[]testEntry{{name: "d", kind: Dir, mode: 0o600}, {name: "d/p", kind: File, exec: true}}, Root, Found{Path: "/d/p", Target: "/d/p"}},
		"through a closed directory": {[]testEntry{{name: "closed/p", kind: File, exec: true}, {name: "closed", kind: Dir, mode: 0o700}, {name: "d/p", kind: symlink, link: "/closed/p"}}, jovyan,
			Found{Instead: "/d/p is out of reach: user 1000 of group 100 can't enter /closed (mode 0700, owner 0:0)"}},
		"links": {[]testEntry{{name: "d/p", kind: symlink, link: "../e/p"}, {name: "e", kind: symlink, link: "f"}, {name: "f/p", kind: File, exec: true}}, jovyan,
			Found{Path: "/d/p", Target: "/f/p", Links: []string{"/d/p", "/e"}}},
		"FIFO":           {[]testEntry{{name: "d/p", kind: other}}, jovyan, Found{Instead: "/d/p is a device, FIFO, or socket"}},
		"to a directory": {[]testEntry{{name: "d/p", kind: symlink, link: "e"}, {name: "d/e", kind: Dir}}, jovyan, Found{Instead: "/d/p leads to /d/e, which is a directory"}},
		"40 links":       {append(chain(40), testEntry{name: "d/p", kind: symlink, link: "/c/1"}), jovyan, Found{Instead: "/d/p is a loop of symbolic links"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			got := stack(t, tt.entries).LookPath([]string{"/d"}, "p", tt.user)
			if got.Path != tt.want.Path || got.Target != tt.want.Target || tt.want.Program != (Program{}) && got.Program != tt.want.Program || got.Instead != tt.want.Instead ||
				tt.want.Links != nil && !slices.Equal(got.Links, tt.want.Links) {
				t.Errorf("%+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// stackTests are programs called p in stacks of layers, the bottom first. An entry of a layer is "d/" for a
// directory, "p*" for a program, "a -> b" for a symbolic link, "a = b" for a hard link, and anything else for
// a file. The program's path and target are wanted, or what's there instead.
var stackTests = []struct {
	name   string
	path   string // the search path, if it isn't the usual one
	layers [][]string
	want   string
}{
	{"present", "", [][]string{{"usr/bin/p*"}}, "/usr/bin/p"},
	{"leading dot", "", [][]string{{"./", "./usr/", "./usr/bin/", "./usr/bin/p*"}}, "/usr/bin/p"},
	{"absent", "", [][]string{{"usr/bin/", "usr/bin/px*"}}, ""},
	{"no entries", "", [][]string{{}}, ""},
	{"removed", "", [][]string{{"usr/bin/p*"}, {"usr/bin/.wh.p"}}, ""},
	{"removed and added again", "", [][]string{{"usr/bin/p*"}, {"usr/bin/.wh.p"}, {"usr/bin/p*"}}, "/usr/bin/p"},
	{"whiteout before its own file", "", [][]string{{"usr/bin/p -> x"}, {"usr/bin/.wh.p", "usr/bin/p*"}}, "/usr/bin/p"},
	{"whiteout of nothing below", "", [][]string{{"usr/bin/.wh.p"}, {"usr/bin/p*"}}, "/usr/bin/p"},
	{"parent removed", "", [][]string{{"usr/bin/p*"}, {".wh.usr"}}, ""},
	{"parent removed and made again", "", [][]string{{"usr/bin/p*"}, {".wh.usr"}, {"usr/bin/other*"}}, ""},
	{"opaque directory", "", [][]string{{"usr/bin/p*"}, {"usr/bin/.wh..wh..opq"}}, ""},
	{"opaque parent", "", [][]string{{"usr/bin/p*"}, {"usr/bin/", "usr/.wh..wh..opq"}}, ""},
	{"opaque root, which overlayfs ignores", "", [][]string{{"usr/bin/p*"}, {".wh..wh..opq", "usr/bin/"}}, "/usr/bin/p"},
	{"opaque directory keeps its own", "", [][]string{{"usr/bin/x*"}, {"usr/bin/p*", "usr/bin/.wh..wh..opq"}}, "/usr/bin/p"},
	{"bookkeeping of AUFS", "", [][]string{{"usr/bin/p*"}, {".wh..wh.aufs", ".wh..wh.plnk/x"}}, "/usr/bin/p"},
	{"not executable", "", [][]string{{"usr/bin/p"}}, "/usr/bin/p is a file that isn't executable"},
	{"not executable, then one later", "", [][]string{{"usr/bin/p", "bin/p*"}}, "/bin/p"},
	{"made not executable", "", [][]string{{"usr/bin/p*"}, {"usr/bin/p"}}, "/usr/bin/p is a file that isn't executable"},
	{"a directory of that name", "", [][]string{{"usr/bin/p/"}}, "/usr/bin/p is a directory"},
	{"replaced by a directory", "", [][]string{{"usr/bin/p*"}, {"usr/bin/p/x*"}}, "/usr/bin/p is a directory"},
	{"directory replaced by a file", "", [][]string{{"usr/bin/p*"}, {"usr/bin*"}}, ""},
	{"not on search path", "", [][]string{{"opt/bin/p*"}}, ""},
	{"relative link", "", [][]string{{"usr/bin/p -> p.1", "usr/bin/p.1*"}}, "/usr/bin/p = /usr/bin/p.1"},
	{"absolute link", "", [][]string{{"usr/bin/p -> /opt/p/x", "opt/p/x*"}}, "/usr/bin/p = /opt/p/x"},
	{"link up and down", "", [][]string{{"usr/bin/p -> ../lib/./p/../p/x", "usr/lib/p/x*"}}, "/usr/bin/p = /usr/lib/p/x"},
	{"link above the root", "", [][]string{{"usr/bin/p -> ../../../../x", "x*"}}, "/usr/bin/p = /x"},
	{"chain", "", [][]string{{"usr/bin/p -> /etc/alternatives/p", "etc/alternatives/p -> ../../usr/bin/p.1", "usr/bin/p.1*"}}, "/usr/bin/p = /usr/bin/p.1"},
	{"chain through layers, target on top", "", [][]string{{"usr/bin/p -> /etc/alternatives/p"}, {"etc/alternatives/p -> /opt/x"}, {"opt/x*"}}, "/usr/bin/p = /opt/x"},
	{"chain through layers, target below", "", [][]string{{"opt/x*"}, {"etc/alternatives/p -> /opt/x"}, {"usr/bin/p -> /etc/alternatives/p"}}, "/usr/bin/p = /opt/x"},
	{"link's target removed", "", [][]string{{"usr/bin/p -> x", "usr/bin/x*"}, {"usr/bin/.wh.x"}}, "/usr/bin/p is a symbolic link that leads nowhere (/usr/bin/x doesn't exist)"},
	{"link's target made not executable above", "", [][]string{{"usr/bin/p -> /opt/x", "opt/x*"}, {"opt/x"}}, "/usr/bin/p leads to /opt/x, which is a file that isn't executable"},
	{"link over a file", "", [][]string{{"usr/bin/p*"}, {"usr/bin/p -> gone"}}, "/usr/bin/p is a symbolic link that leads nowhere (/usr/bin/gone doesn't exist)"},
	{"link into a file", "", [][]string{{"usr/bin/p -> x/y", "usr/bin/x*"}}, "/usr/bin/p is a symbolic link that leads nowhere (/usr/bin/x isn't a directory)"},
	{"loop", "", [][]string{{"usr/bin/p -> x", "usr/bin/x -> p"}}, "/usr/bin/p is a loop of symbolic links"},
	{"loop through a directory", "/a", [][]string{{"a -> b", "b -> a"}}, "/a/p is behind a loop of symbolic links at /a"},
	{"directory is a link", "/bin", [][]string{{"bin -> usr/bin", "usr/bin/p*"}}, "/bin/p = /usr/bin/p"},
	{"directory is a link, target on top", "/bin", [][]string{{"bin -> usr/bin"}, {"usr/bin/p*"}}, "/bin/p = /usr/bin/p"},
	{"directory is a link, target below", "/bin", [][]string{{"usr/bin/p*"}, {"bin -> /usr/bin"}}, "/bin/p = /usr/bin/p"},
	{"directories are links twice", "/x/bin", [][]string{{"x -> y/z", "y/z/bin -> ../../usr/bin"}, {"usr -> /opt"}, {"opt/bin/p*"}}, "/x/bin/p = /opt/bin/p"},
	{"entry through a link of its layer", "/usr/bin", [][]string{{"bin -> usr/bin", "bin/p*"}}, "/usr/bin/p"},
	{"directory over a link", "/bin", [][]string{{"bin -> usr/bin", "usr/bin/p*"}, {"bin/other*"}}, ""},
	{"link over a directory", "/bin", [][]string{{"bin/p*"}, {"bin -> usr/bin"}}, ""},
	{"hard link", "", [][]string{{"opt/x*", "usr/bin/p = opt/x"}}, "/usr/bin/p"},
	{"hard link to a hard link", "", [][]string{{"opt/x*", "opt/y = opt/x", "usr/bin/p = opt/y"}}, "/usr/bin/p"},
	{"hard link to a link", "", [][]string{{"opt/x*", "opt/y -> /opt/x", "usr/bin/p = opt/y"}}, "/usr/bin/p = /opt/x"},
	{"hard link not executable", "", [][]string{{"opt/x", "usr/bin/p = opt/x"}}, "/usr/bin/p is a file that isn't executable"},
	{"hard link outlives its target", "", [][]string{{"opt/x*", "usr/bin/p = opt/x"}, {"opt/.wh.x"}}, "/usr/bin/p"},
	{"nothing first, an obstacle later", "/a:/b", [][]string{{"a/", "b/p"}}, "/b/p is a file that isn't executable"},
	{"nothing behind a link, an obstacle later", "/a:/b", [][]string{{"a -> c", "c/", "b/p"}}, "/b/p is a file that isn't executable"},
	{"link to nothing behind a link", "/a", [][]string{{"a -> c", "c/p -> x"}}, "/a/p is a symbolic link that leads nowhere (/c/x doesn't exist)"},
	{"the first obstacle is reported", "/a:/b", [][]string{{"a/p", "b/p/"}}, "/a/p is a file that isn't executable"},
	{"first on search path", "/a:/b", [][]string{{"b/p*"}, {"a/p*"}}, "/a/p"},
	{"first on search path is in the lowest layer", "/a:/b", [][]string{{"a/p*"}, {"b/p*"}}, "/a/p"},
	{"with a slash at the end", "/opt/bin/", [][]string{{"opt/bin/p*"}}, "/opt/bin/p"},
	{"with dots", "/opt/x/../bin", [][]string{{"opt/x/", "opt/bin/p*"}}, "/opt/x/../bin/p = /opt/bin/p"},
	{"with dots behind a link", "/x/../bin", [][]string{{"x -> opt/y", "opt/y/", "opt/bin/p*"}}, "/x/../bin/p = /opt/bin/p"},
	{"search path is the root", "/", [][]string{{"p*"}}, "/p"},
}

func TestStacks(t *testing.T) {
	t.Parallel()
	for _, tt := range stackTests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			var layers [][]testEntry
			for _, lines := range tt.layers {
				var entries []testEntry
				for _, line := range lines {
					entries = append(entries, parsed(line))
				}
				layers = append(layers, entries)
			}
			f := stack(t, layers...).LookPath(strings.Split(cmp.Or(tt.path, "/usr/local/bin:/usr/bin:/bin"), ":"), "p", Root)
			got := f.Path + f.Instead
			if f.Target != f.Path {
				got += " = " + f.Target
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// parsed is the entry of a line.
func parsed(line string) testEntry {
	if name, link, ok := strings.Cut(line, " -> "); ok {
		return testEntry{name: name, kind: symlink, link: link}
	}
	if name, link, ok := strings.Cut(line, " = "); ok {
		return testEntry{name: name, hard: true, link: link}
	}
	if name, ok := strings.CutSuffix(line, "*"); ok {
		return testEntry{name: name, kind: File, exec: true}
	}
	if strings.HasSuffix(line, "/") {
		return testEntry{name: line, kind: Dir}
	}
	return testEntry{name: line, kind: File}
}

// chain is n symbolic links, each to the next, the last to a program.
func chain(n int) []testEntry {
	entries := []testEntry{{name: "c/end", kind: File, exec: true}}
	for i := range n {
		link := "/c/" + strings.Repeat("1", i+2)
		if i == n-1 {
			link = "/c/end"
		}
		entries = append(entries, testEntry{name: "c/" + strings.Repeat("1", i+1), kind: symlink, link: link})
	}
	return entries
}

// An opaque root, which overlayfs ignores, doesn't hide what lower layers say about the root.
func TestOpaqueRoot(t *testing.T) {
	t.Parallel()
	fs := stack(t, []testEntry{{name: "./", kind: Dir, mode: 0o700}, {name: "d/p", kind: File, exec: true}}, []testEntry{{name: whiteoutOpaque, kind: File}})
	want := "user 1000 of group 100 can't enter / (mode 0700, owner 0:0)"
	if got := fs.Writable("/d", jovyan); got != want || fs.Stat("/d/p") != File {
		t.Errorf("%q, want %q", got, want)
	}
}

// Forty links are followed.
func TestForty(t *testing.T) {
	t.Parallel()
	fs := stack(t, append(chain(39), testEntry{name: "d/p", kind: symlink, link: "/c/1"}))
	if got := fs.LookPath([]string{"/d"}, "p", Root); got.Path != "/d/p" || got.Target != "/c/end" || len(got.Links) != maxLinks {
		t.Errorf("%+v, want /d/p", got)
	}
}

// TestReadableAndWritable is what a user who isn't root may do with files and directories.
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
		{name: "fifo", kind: other},
		{name: "to-own", kind: symlink, link: "own"},
		{name: "to-secret", kind: symlink, link: "secret"},
	}, []testEntry{
		{name: "own/f", kind: File, mode: 0o600}, // a layer that has nothing to say of the directory itself
	})
	const who = "user 1000 of group 100 can't "
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
		{"/fifo", "", "/fifo is a device, FIFO, or socket"},
		{"/none", "", "/none doesn't exist"},
	} {
		if got := fs.Readable(tt.path, jovyan); got != tt.readable {
			t.Errorf("%s is readable: %q, want %q", tt.path, got, tt.readable)
		}
		if got := fs.Writable(tt.path, jovyan); got != tt.writable {
			t.Errorf("%s is writable: %q, want %q", tt.path, got, tt.writable)
		}
		if got := fs.Readable(tt.path, Root); got != "" {
			t.Errorf("%s, to root: %q", tt.path, got)
		}
	}
	for p, want := range map[string]string{
		"/own/x/y": "", "/enter/x/y": who + "write /enter (mode 0755, owner 0:0)", "/mine/x": "/mine is a file",
	} {
		if got := fs.Creatable(p, jovyan); got != want {
			t.Errorf("%s can be made: %q, want %q", p, got, want)
		}
	}
	over := fs.Over(EmptyDir("/shut/d"))
	if got := over.Writable("/shut/d", jovyan); got != who+"enter /shut (mode 0700, owner 0:0)" || over.Writable("/shut/d", Root) != "" {
		t.Errorf("a volume in a closed directory: %q", got)
	}
	if over := fs.Over(EmptyDir("/enter/new")); over.Writable("/enter/new", jovyan) != "" || over.Stat("/own/f") != File {
		t.Error("a volume isn't an empty directory that everybody can write")
	}
}

// The content of a few files is kept, whatever leads to them.
func TestContent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4<<20+1)
	fs := stack(t, []testEntry{
		{name: "etc/passwd", kind: File, content: "abc"}, {name: "etc/group", kind: File, content: long}, {name: "empty/passwd", kind: File},
		{name: "link", kind: symlink, link: "etc/passwd"}, {name: "hard", hard: true, link: "etc/passwd"}, {name: "exec/pip.conf", kind: File, exec: true, content: "[x]"},
		{name: "other", kind: File, content: "x"}, {name: "etc/passwd/x", kind: File},
	})
	for p, want := range map[string]struct {
		content string
		whole   bool
	}{
		"/etc/passwd": {"abc", true}, "/etc/group": {long[1:], false}, "/empty/passwd": {"", true}, "/link": {"abc", true}, "/hard": {"abc", true},
		"/exec/pip.conf": {"[x]", true}, "/other": {"", false}, "/none": {"", true}, "/etc": {"", true},
	} {
		if got, whole := fs.Content(p); string(got) != want.content || whole != want.whole {
			t.Errorf("%s: %d bytes, whole %v, want %d, %v", p, len(got), whole, len(want.content), want.whole)
		}
	}
}
