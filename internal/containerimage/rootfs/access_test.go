package rootfs

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
)

type lines = layertest.Lines

// layerOf is a layer with these entries, read.
func layerOf(t testing.TB, entries lines) *Layer {
	t.Helper()
	l, err := Read(t.Context(), bytes.NewReader(entries.Tar()), "")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// stack is a file system of layers, the bottom first.
func stack(t *testing.T, layers ...lines) *FS {
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
		entries lines
		user    User
		want    Found
	}{
		"for all":                           {lines{"0755 0:0 d/p"}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"script":                            {lines{"0755 0:0 d/p < #!/bin/sh"}, jovyan, Found{Path: "/d/p", Target: "/d/p", Program: Program{Form: Script, Interpreter: "/bin/sh"}}},
		"owner":                             {lines{"0100 1000:0 d/p"}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"owner, first":                      {lines{"0677 1000:100 d/p"}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 can't execute (mode 0677, owner 1000:100)"}},
		"group":                             {lines{"0010 0:100 d/p"}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"member":                            {lines{"0010 0:5 d/p"}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"group, then others":                {lines{"0701 0:5 d/p"}, jovyan, Found{Instead: "/d/p is a file that user 1000 of group 100 can't execute (mode 0701, owner 0:5)"}},
		"others":                            {lines{"0001 0:0 d/p"}, jovyan, Found{Path: "/d/p", Target: "/d/p"}},
		"not others":                        {lines{"0750 0:0 d/p"}, nobody, Found{Instead: "/d/p is a file that user 65534 can't execute (mode 0750, owner 0:0)"}},
		"root, as others":                   {lines{"0001 1:0 d/p"}, Root, Found{Path: "/d/p", Target: "/d/p"}},
		"for nobody":                        {lines{"0666 0:0 d/p"}, Root, Found{Instead: "/d/p is a file that isn't executable"}},
		"directory closed":                  {lines{"0700 0:0 d/", "d/p*"}, jovyan, Found{Instead: "/d/p is out of reach: user 1000 of group 100 can't enter /d (mode 0700, owner 0:0)"}},
		"root directory closed":             {lines{"0750 0:7 ./", "d/p*"}, jovyan, Found{Instead: "/d/p is out of reach: user 1000 of group 100 can't enter / (mode 0750, owner 0:7)"}},
		"directory closed, but not to root": {lines{"0600 0:0 d/", "d/p*"}, Root, Found{Path: "/d/p", Target: "/d/p"}},
		"through a closed directory": {lines{"closed/p*", "0700 0:0 closed/", "d/p -> /closed/p"}, jovyan,
			Found{Instead: "/d/p is out of reach: user 1000 of group 100 can't enter /closed (mode 0700, owner 0:0)"}},
		"links": {lines{"d/p -> ../e/p", "e -> f", "f/p*"}, jovyan,
			Found{Path: "/d/p", Target: "/f/p", Links: []string{"/d/p", "/e"}}},
		"FIFO":              {lines{"d/p|"}, jovyan, Found{Instead: "/d/p is a device, FIFO, or socket"}},
		"to a directory":    {lines{"d/p -> e", "d/e/"}, jovyan, Found{Instead: "/d/p leads to /d/e, which is a directory"}},
		"39 links, and one": {append(chain(39), "d/p -> /c/1"), jovyan, Found{Path: "/d/p", Target: "/c/end"}},
		"40 links, and one": {append(chain(40), "d/p -> /c/1"), jovyan, Found{Instead: "/d/p leads into a loop of symbolic links at /c/" + strings.Repeat("1", 40)}},
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

// stackTests are programs called p in stacks of layers, the bottom first. The program's path and target are
// wanted, or what's there instead. TestAgainstModel has the rest of the ways in which layers meet.
var stackTests = []struct {
	name   string
	path   string // the search path, if it isn't the usual one
	layers []lines
	want   string
}{
	{"present", "", []lines{{"usr/bin/p*"}}, "/usr/bin/p"},
	{"leading dot", "", []lines{{"./", "./usr/", "./usr/bin/", "./usr/bin/p*"}}, "/usr/bin/p"},
	{"removed", "", []lines{{"usr/bin/p*"}, {"usr/bin/.wh.p"}}, ""},
	{"opaque directory", "", []lines{{"usr/bin/p*"}, {"usr/bin/.wh..wh..opq", "usr/bin/"}}, ""},
	{"bookkeeping of AUFS", "", []lines{{"usr/bin/p*"}, {".wh..wh.aufs", ".wh..wh.plnk/x"}}, "/usr/bin/p"},
	{"not executable", "", []lines{{"usr/bin/p"}}, "/usr/bin/p is a file that isn't executable"},
	{"a directory of that name", "", []lines{{"usr/bin/p/"}}, "/usr/bin/p is a directory"},
	{"link up and down", "", []lines{{"usr/bin/p -> ../lib/./p/../p/x", "usr/lib/p/x*"}}, "/usr/bin/p = /usr/lib/p/x"},
	{"link above the root", "", []lines{{"usr/bin/p -> ../../../../x", "x*"}}, "/usr/bin/p = /x"},
	{"link's target removed", "", []lines{{"usr/bin/p -> x", "usr/bin/x*"}, {"usr/bin/.wh.x"}}, "/usr/bin/p is a symbolic link that leads nowhere (/usr/bin/x doesn't exist)"},
	{"link's target made not executable above", "", []lines{{"usr/bin/p -> /opt/x", "opt/x*"}, {"opt/x"}}, "/usr/bin/p leads to /opt/x, which is a file that isn't executable"},
	{"link into a file", "", []lines{{"usr/bin/p -> x/y", "usr/bin/x*"}}, "/usr/bin/p is a symbolic link that leads nowhere (/usr/bin/x isn't a directory)"},
	{"loop", "", []lines{{"usr/bin/p -> x", "usr/bin/x -> p"}}, "/usr/bin/p leads into a loop of symbolic links at /usr/bin/p"},
	{"loop through a directory", "/a", []lines{{"a -> b", "b -> a"}}, "/a/p leads into a loop of symbolic links at /a"},
	{"nothing first, an obstacle later", "/a:/b", []lines{{"a/", "b/p"}}, "/b/p is a file that isn't executable"},
	{"nothing behind a link, an obstacle later", "/a:/b", []lines{{"a -> c", "c/", "b/p"}}, "/b/p is a file that isn't executable"},
	{"link to nothing behind a link", "/a", []lines{{"a -> c", "c/p -> x"}}, "/a/p is a symbolic link that leads nowhere (/c/x doesn't exist)"},
	{"the first obstacle is reported", "/a:/b", []lines{{"a/p", "b/p/"}}, "/a/p is a file that isn't executable"},
	{"with a slash at the end", "/opt/bin/", []lines{{"opt/bin/p*"}}, "/opt/bin/p"},
	{"with dots", "/opt/x/../bin", []lines{{"opt/x/", "opt/bin/p*"}}, "/opt/x/../bin/p = /opt/bin/p"},
	{"with dots behind a link", "/x/../bin", []lines{{"x -> opt/y", "opt/y/", "opt/bin/p*"}}, "/x/../bin/p = /opt/bin/p"},
	{"search path is the root", "/", []lines{{"p*"}}, "/p"},
}

func TestStacks(t *testing.T) {
	t.Parallel()
	for _, tt := range stackTests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			f := stack(t, tt.layers...).LookPath(strings.Split(cmp.Or(tt.path, "/usr/local/bin:/usr/bin:/bin"), ":"), "p", Root)
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

// chain is n symbolic links, each to the next, the last to a program.
func chain(n int) lines {
	entries := lines{"c/end*"}
	for i := range n {
		link := "/c/" + strings.Repeat("1", i+2)
		if i == n-1 {
			link = "/c/end"
		}
		entries = append(entries, "c/"+strings.Repeat("1", i+1)+" -> "+link)
	}
	return entries
}

// An opaque root, which overlayfs ignores, doesn't hide what lower layers say about the root.
func TestOpaqueRoot(t *testing.T) {
	t.Parallel()
	fs := stack(t, lines{"0700 0:0 ./", "d/p*"}, lines{".wh..wh..opq"})
	want := "user 1000 of group 100 can't enter / (mode 0700, owner 0:0)"
	if got := fs.Writable("/d", jovyan); got != want || fs.Stat("/d/p") != File {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestReadableAndWritable is what a user who isn't root may do with files and directories.
func TestReadableAndWritable(t *testing.T) {
	t.Parallel()
	fs := stack(t, lines{
		"0700 0:0 shut/",
		"0777 0:0 shut/f",
		"0777 0:0 shut/d/",
		"0300 1000:0 own/",
		"0030 0:5 group/",
		"0755 0:0 enter/",
		"0722 0:0 write/", // but nobody can enter it
		"0640 3:4 secret",
		"0400 1000:0 mine",
		"0004 0:0 implied/f",
		"fifo|",
		"to-own -> own",
		"to-secret -> secret",
	}, lines{
		"0600 0:0 own/f", // a layer that has nothing to say of the directory itself
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
	fs := stack(t, lines{
		"etc/passwd < abc", "etc/group < " + long, "empty/passwd < ",
		"link -> etc/passwd", "hard = etc/passwd", "0755 0:0 exec/pip.conf < [x]",
		"other < x", "etc/passwd/x",
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
