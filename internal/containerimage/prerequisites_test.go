package containerimage

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// The programs are tested alike: in the table below, PROG stands for each of them.
var prerequisiteTests = []struct {
	name   string
	path   string // PATH; "" for none in the configuration
	layers []lines
	want   string // path, or path = target, or "" for absent
	reason string // for absent: what the message says is there instead; "" for nothing
}{
	{name: "present", layers: []lines{{"usr/bin/PROG*"}}, want: "/usr/bin/PROG"},
	{name: "leading dot", layers: []lines{{"./", "./usr/", "./usr/bin/", "./usr/bin/PROG*"}}, want: "/usr/bin/PROG"},
	{name: "absent", layers: []lines{{"usr/bin/", "usr/bin/PROGx*"}}},
	{name: "no entries", layers: []lines{{}}},
	{name: "removed", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/.wh.PROG"}}},
	{name: "removed and added again", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/.wh.PROG"}, {"usr/bin/PROG*"}}, want: "/usr/bin/PROG"},
	{name: "whiteout before its own file", layers: []lines{{"usr/bin/PROG -> x"}, {"usr/bin/.wh.PROG", "usr/bin/PROG*"}}, want: "/usr/bin/PROG"},
	{name: "whiteout of nothing below", layers: []lines{{"usr/bin/.wh.PROG"}, {"usr/bin/PROG*"}}, want: "/usr/bin/PROG"},
	{name: "parent removed", layers: []lines{{"usr/bin/PROG*"}, {".wh.usr"}}},
	{name: "parent removed and made again", layers: []lines{{"usr/bin/PROG*"}, {".wh.usr"}, {"usr/bin/other*"}}},
	{name: "opaque directory", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/.wh..wh..opq"}}},
	{name: "opaque parent", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/", "usr/.wh..wh..opq"}}},
	{name: "opaque root, which overlayfs ignores", layers: []lines{{"usr/bin/PROG*"}, {".wh..wh..opq", "usr/bin/"}}, want: "/usr/bin/PROG"},
	{name: "opaque directory keeps its own", layers: []lines{{"usr/bin/x*"}, {"usr/bin/PROG*", "usr/bin/.wh..wh..opq"}}, want: "/usr/bin/PROG"},
	{name: "bookkeeping of AUFS", layers: []lines{{"usr/bin/PROG*"}, {".wh..wh.aufs", ".wh..wh.plnk/x"}}, want: "/usr/bin/PROG"},
	{name: "not executable", layers: []lines{{"usr/bin/PROG"}}, reason: "/usr/bin/PROG is a file that isn't executable"},
	{name: "not executable, then one further along", layers: []lines{{"usr/bin/PROG", "bin/PROG*"}}, want: "/bin/PROG"},
	{name: "made not executable", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/PROG"}}, reason: "/usr/bin/PROG is a file that isn't executable"},
	{name: "a directory of that name", layers: []lines{{"usr/bin/PROG/"}}, reason: "/usr/bin/PROG is a directory"},
	{name: "replaced by a directory", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/PROG/x*"}}, reason: "/usr/bin/PROG is a directory"},
	{name: "directory replaced by a file", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin*"}}},
	{name: "not on PATH", layers: []lines{{"opt/bin/PROG*"}}},
	{name: "first on PATH", path: "/a:/b", layers: []lines{{"b/PROG*"}, {"a/PROG*"}}, want: "/a/PROG"},
	{name: "first on PATH is in the lowest layer", path: "/a:/b", layers: []lines{{"a/PROG*"}, {"b/PROG*"}}, want: "/a/PROG"},

	{name: "relative link", layers: []lines{{"usr/bin/PROG -> PROG.1", "usr/bin/PROG.1*"}}, want: "/usr/bin/PROG = /usr/bin/PROG.1"},
	{name: "absolute link", layers: []lines{{"usr/bin/PROG -> /opt/p/x", "opt/p/x*"}}, want: "/usr/bin/PROG = /opt/p/x"},
	{name: "link up and down", layers: []lines{{"usr/bin/PROG -> ../lib/./p/../p/x", "usr/lib/p/x*"}}, want: "/usr/bin/PROG = /usr/lib/p/x"},
	{name: "link above the root", layers: []lines{{"usr/bin/PROG -> ../../../../x", "x*"}}, want: "/usr/bin/PROG = /x"},
	{name: "chain", layers: []lines{{"usr/bin/PROG -> /etc/alternatives/PROG", "etc/alternatives/PROG -> ../../usr/bin/PROG.1", "usr/bin/PROG.1*"}}, want: "/usr/bin/PROG = /usr/bin/PROG.1"},
	{name: "chain through layers, target on top", layers: []lines{{"usr/bin/PROG -> /etc/alternatives/PROG"}, {"etc/alternatives/PROG -> /opt/x"}, {"opt/x*"}}, want: "/usr/bin/PROG = /opt/x"},
	{name: "chain through layers, target below", layers: []lines{{"opt/x*"}, {"etc/alternatives/PROG -> /opt/x"}, {"usr/bin/PROG -> /etc/alternatives/PROG"}}, want: "/usr/bin/PROG = /opt/x"},
	{name: "link's target removed", layers: []lines{{"usr/bin/PROG -> x", "usr/bin/x*"}, {"usr/bin/.wh.x"}}, reason: "/usr/bin/PROG is a symbolic link that leads nowhere (/usr/bin/x doesn't exist)"},
	{name: "link's target made not executable above", layers: []lines{{"usr/bin/PROG -> /opt/x", "opt/x*"}, {"opt/x"}}, reason: "/usr/bin/PROG leads to /opt/x, which is a file that isn't executable"},
	{name: "link over a file", layers: []lines{{"usr/bin/PROG*"}, {"usr/bin/PROG -> gone"}}, reason: "/usr/bin/PROG is a symbolic link that leads nowhere (/usr/bin/gone doesn't exist)"},
	{name: "link into a file", layers: []lines{{"usr/bin/PROG -> x/y", "usr/bin/x*"}}, reason: "/usr/bin/PROG is a symbolic link that leads nowhere (/usr/bin/x isn't a directory)"},
	{name: "loop", layers: []lines{{"usr/bin/PROG -> x", "usr/bin/x -> PROG"}}, reason: "/usr/bin/PROG is a loop of symbolic links"},
	{name: "loop through a directory", path: "/a", layers: []lines{{"a -> b", "b -> a"}}, reason: "/a/PROG is behind a loop of symbolic links at /a"},
	{name: "directory is a link", path: "/bin", layers: []lines{{"bin -> usr/bin", "usr/bin/PROG*"}}, want: "/bin/PROG = /usr/bin/PROG"},
	{name: "directory is a link, target on top", path: "/bin", layers: []lines{{"bin -> usr/bin"}, {"usr/bin/PROG*"}}, want: "/bin/PROG = /usr/bin/PROG"},
	{name: "directory is a link, target below", path: "/bin", layers: []lines{{"usr/bin/PROG*"}, {"bin -> /usr/bin"}}, want: "/bin/PROG = /usr/bin/PROG"},
	{name: "directories are links twice", path: "/x/bin", layers: []lines{{"x -> y/z", "y/z/bin -> ../../usr/bin"}, {"usr -> /opt"}, {"opt/bin/PROG*"}}, want: "/x/bin/PROG = /opt/bin/PROG"},
	{name: "entry through a link of its layer", path: "/usr/bin", layers: []lines{{"bin -> usr/bin", "bin/PROG*"}}, want: "/usr/bin/PROG"},
	{name: "directory over a link", path: "/bin", layers: []lines{{"bin -> usr/bin", "usr/bin/PROG*"}, {"bin/other*"}}},
	{name: "link over a directory", path: "/bin", layers: []lines{{"bin/PROG*"}, {"bin -> usr/bin"}}},

	{name: "hard link", layers: []lines{{"opt/x*", "usr/bin/PROG = opt/x"}}, want: "/usr/bin/PROG"},
	{name: "hard link to a hard link", layers: []lines{{"opt/x*", "opt/y = opt/x", "usr/bin/PROG = opt/y"}}, want: "/usr/bin/PROG"},
	{name: "hard link to a link", layers: []lines{{"opt/x*", "opt/y -> /opt/x", "usr/bin/PROG = opt/y"}}, want: "/usr/bin/PROG = /opt/x"},
	{name: "hard link not executable", layers: []lines{{"opt/x", "usr/bin/PROG = opt/x"}}, reason: "/usr/bin/PROG is a file that isn't executable"},
	{name: "hard link outlives its target", layers: []lines{{"opt/x*", "usr/bin/PROG = opt/x"}, {"opt/.wh.x"}}, want: "/usr/bin/PROG"},

	{name: "nothing first, an obstacle further along", path: "/a:/b", layers: []lines{{"a/", "b/PROG"}}, reason: "/b/PROG is a file that isn't executable"},
	{name: "nothing behind a link, an obstacle further along", path: "/a:/b", layers: []lines{{"a -> c", "c/", "b/PROG"}}, reason: "/b/PROG is a file that isn't executable"},
	{name: "link to nothing behind a link", path: "/a", layers: []lines{{"a -> c", "c/PROG -> x"}}, reason: "/a/PROG is a symbolic link that leads nowhere (/c/x doesn't exist)"},
	{name: "the first obstacle is told", path: "/a:/b", layers: []lines{{"a/PROG", "b/PROG/"}}, reason: "/a/PROG is a file that isn't executable"},

	{name: "PATH with a slash at the end", path: "/opt/bin/", layers: []lines{{"opt/bin/PROG*"}}, want: "/opt/bin/PROG"},
	{name: "PATH with dots", path: "/opt/x/../bin", layers: []lines{{"opt/x/", "opt/bin/PROG*"}}, want: "/opt/x/../bin/PROG = /opt/bin/PROG"},
	{name: "PATH with dots behind a link", path: "/x/../bin", layers: []lines{{"x -> opt/y", "opt/y/", "opt/bin/PROG*"}}, want: "/x/../bin/PROG = /opt/bin/PROG"},
	{name: "PATH relative", path: "bin:usr/bin", layers: []lines{{"bin/PROG*", "usr/bin/PROG*"}}},
	{name: "PATH with empty elements", path: ":/opt/bin::", layers: []lines{{"PROG*", "opt/bin/PROG*"}}, want: "/opt/bin/PROG"},
	{name: "PATH empty", path: "-", layers: []lines{{"PROG*", "usr/bin/PROG*"}}},
	{name: "PATH is the root", path: "/", layers: []lines{{"PROG*"}}, want: "/PROG"},
}

func TestPrerequisites(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	for encoding, encode := range encodings {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			for i, tt := range prerequisiteTests {
				for _, prog := range []string{"python3", "curl"} {
					t.Run(strings.ReplaceAll(tt.name, " ", "_")+"/"+prog, func(t *testing.T) {
						fill := func(s string) string { return strings.ReplaceAll(s, "PROG", prog) }
						env := []string{"A=B", "PATH=" + tt.path}
						switch tt.path {
						case "":
							env = env[:1]
						case "-":
							env[1] = "PATH="
						}
						var layers []mutate.Addendum
						for _, l := range tt.layers {
							var filled lines
							for _, line := range l {
								filled = append(filled, fill(line))
							}
							layers = append(layers, encode(t, filled.tar(t)))
						}
						image := host + "/" + encoding + "/" + prog + ":" + strings.Repeat("x", i+1)
						push(t, image, imageOf(t, env, layers...))

						r := check(t, image, Options{Inspect: true})
						exe, other, code := r.Python, r.Curl, pythonMissing
						if prog == "curl" {
							exe, other, code = r.Curl, r.Python, curlMissing
						}
						if other != nil {
							t.Errorf("the other program: %+v, want none", other)
						}
						if r.PrerequisitesMet == nil || *r.PrerequisitesMet {
							t.Errorf("prerequisites met: %v, want false", r.PrerequisitesMet)
						}
						got := ""
						if exe != nil {
							got = exe.Path
							if exe.Target != exe.Path {
								got += " = " + exe.Target
							}
						}
						if want := fill(tt.want); got != want {
							t.Errorf("%s: %q, want %q (problems: %v)", prog, got, want, r.Problems)
						}
						if missing := r.Has(code); missing != (tt.want == "") {
							t.Errorf("problem %s: %v", code.Code, missing)
						}
						message := "The image has no executable " + prog + " in its search path (" + env[len(env)-1] + ")"
						if tt.path == "" {
							message = "The image has no executable " + prog + " in its search path (PATH=" + defaultPath + ")"
						}
						message = strings.Replace(message, "PATH=", "", 1)
						if tt.reason != "" {
							message += ": " + fill(tt.reason)
						}
						for _, p := range r.Problems {
							if p.Code == code.Code && p.Message != message+"." {
								t.Errorf("message %q\n   want %q", p.Message, message+".")
							}
						}
					})
				}
			}
		})
	}
}

func TestPythonVersion(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	tests := []struct {
		layer lines
		want  string
	}{
		{lines{"bin/curl*", "bin/python3 -> python3.11", "bin/python3.11*"}, "3.11"},
		{lines{"bin/curl*", "bin/python3 -> python3.13t", "bin/python3.13t*"}, "3.13"},
		{lines{"bin/curl*", "bin/python3 -> python3.9", "bin/python3.9 -> /opt/run", "opt/run*"}, "3.9"},
		{lines{"bin/curl*", "bin/python3 -> /opt/cpython/bin/python", "opt/cpython/bin/python*", "opt/cpython/lib/python3.12/os.py"}, "3.12"},
		{lines{"lib/python3.10/os.py", "bin/curl*", "bin/python3*"}, "3.10"},
		{lines{"pyvenv.cfg < version = 3.12.4\n", "bin/curl*", "bin/python3*"}, "3.12"},
		{lines{"lib/python3.10/os.py", "lib/python3.11/os.py", "bin/curl*", "bin/python3*"}, ""},
		{lines{"lib/python3.10", "bin/curl*", "bin/python3*"}, ""},
		{lines{"bin/curl*", "bin/python3*"}, ""},
	}
	for i, tt := range tests {
		image := host + "/python/version:" + strings.Repeat("x", i+1)
		push(t, image, imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](t, tt.layer.tar(t))))
		r := check(t, image, Options{Inspect: true})
		if r.Python == nil || r.Python.Version != tt.want {
			t.Errorf("%v: %+v, met %v, want version %q", tt.layer, r.Python, r.PrerequisitesMet, tt.want)
		}
	}
}
