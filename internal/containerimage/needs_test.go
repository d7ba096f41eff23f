package containerimage

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"unicode"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
)

// The installed Elyra's own bootstrappers take these versions of Python, unpack with tar, and install with pip.
func TestElyraPythons(t *testing.T) {
	const script = `
import importlib.util, os, re, sys
root = os.path.dirname(importlib.util.find_spec("elyra").origin)
for engine in ("kfp", "airflow"):
    with open(os.path.join(root, engine, "bootstrapper.py")) as f:
        script = f.read()
    print(engine, ["3." + minor for minor in re.search(r"sys\.version_info\.minor in \[([0-9, ]+)\]", script).group(1).split(", ")],
        *re.search(r'subprocess\.call\(\["(tar)", "(-zxvf)"', script).groups(), *re.search(r'sys\.executable, "-m", "(pip)", "(install)"', script).groups())
`
	versions := map[string]string{"newest": "4.1", "oldest": "3.15", "odh": "odh-5.0"}
	jupytertest.OnEach(t, func(t *testing.T, elyra jupytertest.Elyra) {
		out, err := elyra.Command(t, nil, script).Output()
		if err != nil {
			t.Fatal(err)
		}
		takes := "['" + strings.Join(elyraPythons[versions[elyra.String()]], "', '") + "'] tar -zxvf pip install\n"
		if want := "kfp " + takes + "airflow " + takes; strings.ReplaceAll(string(out), "\r", "") != want {
			t.Errorf("the bootstrappers need %q, want %q", out, want)
		}
	})
}

// without is an image's content without some lines, and with others.
func without(content lines, drop string, more ...string) lines {
	var left lines
	for _, line := range content {
		if drop == "" || !strings.HasPrefix(line, drop) {
			left = append(left, line)
		}
	}
	return append(left, more...)
}

// Everything that Elyra needs is an answer and a problem of its own.
func TestNeeds(t *testing.T) {
	t.Parallel()
	pythonless := append(lines{"1777 0:0 tmp/"}, others...)
	good := append(lines{"1777 0:0 tmp/"}, complete...)
	python := func(version string) lines {
		return strings.Split(strings.ReplaceAll(strings.Join(good, "\n"), "3.11", version), "\n")
	}
	installed := without(pythonless, "", "bin/python3 -> ../usr/bin/python3.11", "usr/bin/python3.11*", "usr/lib/python3.11/os.py")
	underRoot := append(lines{"0700 0:0 root/", "root/python3.11*"}, without(good, "bin/python", "bin/python3 -> /root/python3.11")...)
	venv := without(installed, "bin/python3", "pyvenv.cfg < home = /usr/bin\nversion = 3.11.2\n", "bin/python3 -> /usr/bin/python3.11")
	own := without(pythonless, "", "0755 1001:0 opt/v/", "0755 1001:0 opt/v/bin/", "opt/v/bin/python3 -> /usr/bin/python3.11", "opt/v/pyvenv.cfg < home = /usr/bin\nversion = 3.11.2\n",
		"0755 1001:0 opt/v/lib/python3.11/site-packages/", "opt/v/lib/python3.11/site-packages/pip/__main__.py", "usr/bin/python3.11*", "usr/lib/python3.11/os.py")
	home := without(good, "", "etc/passwd < u:x:1001:0::/home/u:/bin/sh\n", "0755 1001:0 home/u/")
	user := v1.Config{User: "1001", WorkingDir: "/tmp"}
	env := func(env ...string) v1.Config { return v1.Config{Env: env} }
	as := func(env ...string) v1.Config { return v1.Config{User: "1001", WorkingDir: "/tmp", Env: env} }
	ownPath := as("PATH=/opt/v/bin:/bin")
	odh := append(lines{"bin/bash*", "bin/cp*", "opt/app-root/bin/utils/bootstrapper.py", "opt/app-root/bin/utils/requirements-elyra.txt"}, without(without(good, "bin/curl"), "bin/sh")...)
	const takes = "3.10, 3.11, 3.12, 3.13"
	host := serve(t, nil)
	for i, tt := range []struct {
		name    string
		content lines
		config  v1.Config
		opts    Options
		met     string
		code    *Kind
		says    []string // parts of the problem
	}{
		{name: "all", content: good, met: "true"},
		{name: "no sh", content: without(good, "bin/sh"), met: "false", code: shMissing, says: []string{"no executable sh in its search path (/bin)."}},
		{name: "no mkdir", content: without(good, "bin/mkdir"), met: "unknown", code: mkdirMissing, says: []string{"no executable mkdir"}},
		{name: "no tar", content: without(good, "bin/tar"), met: "false", code: tarMissing, says: []string{"no executable tar"}},
		{name: "no gzip", content: without(good, "bin/gzip"), met: "false", code: gzipMissing, says: []string{"no executable gzip"}},
		{name: "busybox needs no gzip", content: without(without(good, "bin/gzip"), "bin/tar", "bin/busybox*", "bin/tar -> busybox"), met: "true"},

		{name: "empty curl", content: without(good, "bin/curl", "0755 0:0 bin/curl < "), met: "false", code: curlMissing, says: []string{"/bin/curl doesn't run: it's empty."}},
		{name: "curl for another processor", content: without(good, "bin/curl", "0755 0:0 bin/curl < "+layertest.Program(elf.EM_AARCH64, "")), met: "false", code: curlMissing, says: []string{"another kind of processor than amd64"}},
		{name: "curl for the image's own processor", content: without(good, "bin/curl", "0755 0:0 bin/curl < "+layertest.Program(elf.EM_X86_64, "/bin/sh")), met: "true"},
		{name: "curl without its interpreter", content: without(good, "bin/curl", "0755 0:0 bin/curl < "+layertest.Program(elf.EM_X86_64, "/lib64/ld-linux-x86-64.so.2")), met: "false", code: curlMissing,
			says: []string{"it needs /lib64/ld-linux-x86-64.so.2, which the image doesn't have"}},
		{name: "curl that is a script", content: without(good, "bin/curl", "bin/curl!"), met: "unknown", code: programUnknown, says: []string{"/bin/curl", "script"}},
		{name: "curl that is a script of nothing", content: without(good, "bin/curl", "0755 0:0 bin/curl < #!/bin/nothing\n"), met: "false", code: curlMissing, says: []string{"it needs /bin/nothing"}},

		{name: "no pip", content: installed, met: "false", code: pipMissing, says: []string{"Python 3.11 (/bin/python3) has no pip."}},
		{name: "ensurepip alone", content: without(installed, "", "usr/lib/python3.11/ensurepip/__init__.py"), met: "false", code: pipMissing, says: []string{"RUN /bin/python3 -m ensurepip"}},
		{name: "pip of another Python", content: without(installed, "", "usr/lib/python3.12/site-packages/pip/__main__.py"), met: "false", code: pipMissing},
		{name: "Python without its library", content: without(good, "lib/python"), met: "unknown", code: pipUnknown, says: []string{"apart from its library"}},
		{name: "Python deeper than its library", content: without(pythonless, "", "bin/python3 -> /opt/a/b/python3.11", "opt/a/b/python3.11*", "opt/lib/python3.11/os.py", "opt/lib/python3.11/site-packages/pip/__main__.py"), met: "true"},
		{name: "library in lib64, pip next to it", content: without(installed, "usr/lib/", "usr/lib64/python3.11/os.py", "usr/lib64/python3.11/site-packages/pip/__main__.py"), met: "true"},
		{name: "pip for its owner alone", content: append(lines{"0700 0:0 lib/python3.11/site-packages/pip/"}, good...), config: user, met: "false", code: pipMissing,
			says: []string{"out of reach: user 1001 of group 0 can't enter /lib/python3.11/site-packages/pip (mode 0700, owner 0:0)", "chmod -R a+rX"}},
		{name: "pip's files for their owner alone", content: without(good, "lib/python3.11/site-packages", "0600 0:0 lib/python3.11/site-packages/pip/__main__.py"), config: user, met: "false", code: pipMissing,
			says: []string{"can't read /lib/python3.11/site-packages/pip/__main__.py"}},
		{name: "library for its owner alone", content: without(good, "lib/python3.11/os.py", "0600 0:0 lib/python3.11/os.py"), config: user, met: "false", code: pipMissing, says: []string{"can't read /lib/python3.11/os.py"}},
		{name: "pip in root's home", content: without(installed, "", "etc/passwd < root:x:0:0::/root:/bin/sh\n", "root/.local/lib/python3.11/site-packages/pip/__main__.py"), met: "true"},
		{name: "pip in another home", content: without(installed, "", "home/u/.local/lib/python3.11/site-packages/pip/__main__.py"), met: "false", code: pipMissing},
		{name: "pip by a .pth file", content: without(installed, "", "usr/lib/python3.11/site-packages/more.pth < # more\n../more\n", "usr/lib/python3.11/more/pip/__main__.py"), met: "true"},
		{name: "a .pth file that runs code", content: without(installed, "", "usr/lib/python3.11/site-packages/more.pth < import more\n"), met: "unknown", code: pipUnknown, says: []string{".pth"}},
		{name: "setuptools's .pth file", content: without(installed, "", "usr/lib/python3.11/site-packages/distutils-precedence.pth < import os\n"), met: "false", code: pipMissing},
		{name: "PYTHONHOME", content: good, config: env("PYTHONHOME=/usr"), met: "unknown", code: pipUnknown, says: []string{"PYTHONHOME to /usr"}},
		{name: "virtual environment with the modules of its home", content: without(venv, "pyvenv.cfg", "pyvenv.cfg < home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n",
			"usr/lib/python3.11/site-packages/pip/__main__.py"), met: "true"},
		{name: "virtual environment without pip", content: without(venv, "", "usr/lib/python3.11/site-packages/pip/__main__.py"), met: "false", code: pipMissing},
		{name: "Debian's pip", content: without(installed, "", "usr/lib/python3/dist-packages/pip/__main__.py"), met: "true"},

		{name: "externally managed", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED"), met: "false", code: pipManaged, says: []string{"(/lib/python3.11/EXTERNALLY-MANAGED)"}},
		{name: "externally managed, and told to", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED"), met: "true", config: env("PIP_BREAK_SYSTEM_PACKAGES=1")},
		{name: "externally managed, and told not to", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED"), met: "false", code: pipManaged, config: env("PIP_BREAK_SYSTEM_PACKAGES=False")},
		{name: "externally managed, and told to by pip.conf", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED", "etc/pip.conf < [global]\nbreak-system-packages = true\n"), met: "true"},
		{name: "externally managed, and pip.conf is for another command", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED", "etc/pip.conf < [list]\nbreak-system-packages = true\n"), met: "false", code: pipManaged},
		{name: "pip.conf switched off", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED", "etc/pip.conf < [global]\nbreak-system-packages = true\n"), met: "false", code: pipManaged,
			config: env("PIP_CONFIG_FILE=/dev/null")},
		{name: "virtualenv required", content: good, met: "false", code: pipRefuses, config: env("PIP_REQUIRE_VIRTUALENV=true"), says: []string{"require-virtualenv"}},
		{name: "virtualenv required, and there", content: own, met: "true", config: as("PATH=/opt/v/bin:/bin", "PIP_REQUIRE_VIRTUALENV=true")},
		{name: "user site in a venv", content: own, met: "false", code: pipRefuses, config: as("PATH=/opt/v/bin:/bin", "PIP_USER=1"), says: []string{"option user"}},
		{name: "user site", content: home, met: "true", config: as("PIP_USER=1")},
		{name: "another target", content: good, met: "unknown", code: pipUnknown, config: env("PIP_TARGET=/opt/t"), says: []string{"target", "PYTHONPATH"}},
		{name: "another target on the path", content: good, met: "true", config: env("PIP_TARGET=/opt/t", "PYTHONPATH=/opt/t")},
		{name: "another target, not writable", content: good, met: "false", code: pipNotWritable, config: as("PIP_TARGET=/opt/t", "PYTHONPATH=/opt/t"), says: []string{"can't write /"}},
		{name: "another prefix", content: good, met: "unknown", code: pipUnknown, config: env("PIP_PREFIX=/opt"), says: []string{"option prefix"}},

		{name: "Python for root alone", content: good, config: user, met: "unknown", code: pipUnknown, says: []string{"depends on the container runtime", "HOME"}}, // CRI-O's home is /tmp
		{name: "Python for root alone, HOME set", content: good, config: as("HOME=/tmp"), met: "true"},
		{name: "Python for root alone, HOME for root", content: good, config: as("HOME=/root"), met: "false", code: pipNotWritable, says: []string{"can't write /", "virtual environment"}},
		{name: "a user with a home", content: home, config: user, met: "true"},
		{name: "a user without a home", content: without(home, "0755 1001:0 home/u/"), config: user, met: "false", code: pipNotWritable},
		{name: "a user with a home, and no user site", content: home, config: as("PYTHONNOUSERSITE=1"), met: "false", code: pipNotWritable},
		{name: "a user's own venv", content: own, config: ownPath, met: "true"},
		{name: "root's venv", content: append(lines{"0755 0:0 opt/v/lib/python3.11/site-packages/"}, without(own, "0755 1001:0 opt/v/lib")...), config: ownPath, met: "false", code: pipNotWritable,
			says: []string{"can't write /opt/v/lib/python3.11/site-packages"}},
		{name: "programs of a venv for root alone", content: without(own, "0755 1001:0 opt/v/bin/", "0755 0:0 opt/v/bin/"), config: ownPath, met: "false", code: pipNotWritable, says: []string{"can't write /opt/v/bin"}},

		{name: "no certificates", content: without(good, "etc/ssl"), met: "true", code: certificatesMissing},

		{name: "Python too old", content: python("3.9"), met: "false", code: pythonUnsupported, says: []string{"/bin/python3 is Python 3.9. Elyra 4.1 supports " + takes}},
		{name: "Python too old for 4.1, not for 3.15", content: python("3.9"), met: "true", opts: Options{ElyraVersion: "3.15"}},
		{name: "Python too new", content: python("3.14"), met: "false", code: pythonUnsupported},
		{name: "Python of unknown version", content: without(pythonless, "", "bin/python3*"), met: "unknown", code: pythonUnknown, says: []string{"file names don't show it"}},
		{name: "shim", content: without(pythonless, "", "bin/python3!"), met: "unknown", code: pythonUnknown, says: []string{"script"}},

		{name: "search path beyond reason", content: lines{"x"}, config: env("PATH=" + strings.Repeat("/a:", 256)), met: "unknown", code: inspectionFailed, says: []string{"The image's search path has more than 256 directories."}},

		{name: "user who doesn't exist", content: good, config: v1.Config{User: "jovyan"}, met: "false", code: userMissing, says: []string{`The image runs as "jovyan", and its /etc/passwd has no user "jovyan".`}},
		{name: "working directory that doesn't exist", content: home, config: v1.Config{User: "1001", WorkingDir: "/work"}, met: "false", code: directoryNotWritable, says: []string{"/work doesn't exist, so the runtime makes it for root"}},
		{name: "working directory that doesn't exist, for root", content: good, config: v1.Config{WorkingDir: "/work"}, met: "true"},
		{name: "Python below root", content: underRoot, config: user, met: "false", code: pythonMissing, says: []string{"/bin/python3 is out of reach: user 1001 of group 0 can't enter /root (mode 0700, owner 0:0)"}},

		{name: "arbitrary user, nothing writable", content: good, config: env("HOME=/tmp"), opts: Options{ArbitraryUser: true}, met: "false", code: directoryNotWritable,
			says: []string{"user 1000650000 of group 0 can't write / (mode 0755, owner 0:0)"}},
		{name: "arbitrary user, writable by group 0", content: append(lines{"0775 1001:0 opt/src/"}, good...), config: v1.Config{WorkingDir: "/opt/src", Env: []string{"HOME=/opt/src"}}, opts: Options{ArbitraryUser: true}, met: "true"},
		{name: "arbitrary user, a program for its owner alone", content: append(lines{"0700 0:0 bin/curl*"}, without(good, "bin/curl")...), config: as("HOME=/tmp"), opts: Options{ArbitraryUser: true}, met: "false", code: curlMissing,
			says: []string{"/bin/curl is a file that user 1000650000 of group 0 can't execute (mode 0700, owner 0:0)"}},
		{name: "CRI-O's volume", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED"), config: v1.Config{WorkingDir: "/tmp"}, opts: Options{ArbitraryUser: true, CRIORuntime: true}, met: "true"},
		{name: "CRI-O's volume hides the image's files", content: without(good, "bin/curl", "opt/app-root/src/curl*"), config: v1.Config{WorkingDir: "/tmp", Env: []string{"PATH=/opt/app-root/src:/bin"}}, opts: Options{CRIORuntime: true}, met: "false", code: curlMissing},
		{name: "CRI-O's volume, and pip told otherwise", content: good, config: as("PIP_USER=yes"), opts: Options{CRIORuntime: true}, met: "false", code: pipRefuses},
		{name: "CRI-O's volume in a closed directory", content: append(lines{"0700 0:0 opt/app-root/"}, good...), config: user, opts: Options{CRIORuntime: true}, met: "false", code: pipNotWritable},

		{name: "Open Data Hub's scripts", content: append(lines{"bin/sh -> bash"}, odh...), opts: Options{ElyraVersion: "odh-5.0"}, met: "true"},
		{name: "Open Data Hub's scripts, another Elyra", content: append(lines{"bin/sh -> bash"}, odh...), met: "false", code: curlMissing},
		{name: "Open Data Hub's scripts, dash", content: append(lines{"bin/sh -> dash", "bin/dash*"}, odh...), opts: Options{ElyraVersion: "odh-5.0"}, met: "false", code: curlMissing},
		{name: "Open Data Hub's scripts, one missing", content: append(lines{"bin/sh -> bash"}, without(odh, "opt/app-root/bin/utils/req")...), opts: Options{ElyraVersion: "odh-5.0"}, met: "false", code: curlMissing},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			image := fmt.Sprintf("%s/team/image:%d", host, i)
			push(t, image, withConfig(t, imageOf(t, nil, encodings["gzip"](tt.content.Tar())), func(c *v1.ConfigFile) {
				c.Config = tt.config
				c.Config.Env = append([]string{"PATH=/bin"}, c.Config.Env...)
			}))
			tt.opts.Inspect = true
			r := check(t, image, tt.opts)
			want := ""
			if tt.code != nil {
				want = tt.code.Code
			}
			if met(r) != tt.met || codes(r) != want {
				t.Errorf("met %s, codes %q, want %s, %q: %v", met(r), codes(r), tt.met, want, r.Problems)
			}
			if known := r.User != nil; known != (tt.code != userMissing && tt.code != inspectionFailed) {
				t.Errorf("the user is known: %v", known)
			}
			for _, part := range tt.says {
				if said := fmt.Sprint(r.Problems); !strings.Contains(said, part) {
					t.Errorf("it doesn't say %q: %s", part, said)
				}
			}
		})
	}
}

// Who a container runs as follows from /etc/passwd and /etc/group.
func TestUser(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("somebody:x:1:1::/:/bin/sh\n", 5000) // 130 KB
	content := lines{"etc/passwd < root:x:0:0::/root:/bin/sh\n" + filler + "jovyan:x:1000:100::/home/jovyan:/bin/sh\n", "etc/group < users:x:100:\nextra:x:7:jovyan,other\n"}
	huge := lines{"etc/passwd < " + strings.Repeat(filler, 40)}
	for _, tt := range []struct {
		content    lines
		user, want string
	}{
		{content, "", "0 []"},
		{content, "1000", "1000 [100 7]"},
		{content, "jovyan", "1000 [100 7]"},
		{content, "jovyan:extra", "1000 [7]"},
		{content, "1001", "1001 [0]"},
		{content, "1001:5", "1001 [5]"},
		{content, "root:extra", "0 []"},
		{content, "nobody", `user_missing: The image runs as "nobody", and its /etc/passwd has no user "nobody".`},
		{content, "jovyan:nobody", `user_missing: The image runs as "jovyan:nobody", and its /etc/group has no group "nobody".`},
		{huge, "somebody", "1 [1]"},
		{huge, "jovyan", `user_unknown: The image runs as "jovyan", and its /etc/passwd is too large to read.`},
	} {
		layer := must(rootfs.Read(t.Context(), bytes.NewReader(tt.content.Tar()), ""))
		in := newInspection(&checker{}, &sight{config: &v1.ConfigFile{Config: v1.Config{User: tt.user}}}, rootfs.Stack(layer))
		var got string
		if user, p := in.findUser(); p != nil {
			got = p.Code + ": " + p.Message
		} else {
			got = fmt.Sprint(user.UID, " ", user.GIDs)
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.user, got, tt.want)
		}
	}
}

// Images of one run that share layers have each read once, and four layers are read side by side.
func TestSharedLayers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := NewClient(Credentials{})
		var reading, all atomic.Int32
		sent := make(chan struct{})
		read := func(context.Context) (*rootfs.Layer, error) {
			all.Add(1)
			reading.Add(1)
			defer reading.Add(-1)
			<-sent
			return rootfs.EmptyDir("/x"), nil
		}
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				if _, err := client.layer(t.Context(), fmt.Sprint(i%20), read); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if n := reading.Load(); n != sideBySide {
			t.Errorf("%d layers are read side by side, want %d", n, sideBySide)
		}
		close(sent)
		wg.Wait()
		if n := all.Load(); n != 20 {
			t.Errorf("20 layers were read %d times", n)
		}
	})
}

// Nothing of an image reaches a terminal that could steer it: neither its search path nor its files.
func TestUnprintable(t *testing.T) {
	t.Parallel()
	const steer = "\x1b[2J\x7f\u202e"
	host := serve(t, nil)
	layer := encodings["gzip"](append(lines{"bin" + steer + "/python3.11*", "bin" + steer + "/python3 -> python3.11", "lib/python3.11/os.py"}, others...).Tar())
	for name, config := range map[string]v1.Config{
		"path":      {Env: []string{"PATH=/bin" + steer + ":/bin"}},
		"missing":   {Env: []string{"PATH=/x" + steer}},
		"user":      {Env: []string{"PATH=/bin"}, User: "x" + steer},
		"directory": {Env: []string{"PATH=/bin"}, User: "1001", WorkingDir: "/bin" + steer},
	} {
		push(t, host+"/team/image:"+name, withConfig(t, imageOf(t, nil, layer), func(c *v1.ConfigFile) { c.Config = config }))
		r := check(t, host+"/team/image:"+name, Options{Inspect: true})
		if len(r.Problems) == 0 {
			t.Errorf("%s: no problem", name)
		}
		for _, p := range r.Problems {
			if i := strings.IndexFunc(p.Error(), func(c rune) bool { return !unicode.IsPrint(c) }); i >= 0 {
				t.Errorf("%s: %q", name, p)
			}
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Layers that containerd refuses can't be run by any cluster. One in a form that isn't read is known by its
// media type.
func TestOddLayers(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	const encrypted, bzip2 = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "application/vnd.oci.image.layer.v1.tar+bzip2"
	for i, tt := range []struct {
		media   types.MediaType
		content string
		code    *Kind
		says    string
	}{
		{types.OCIUncompressedLayer, string(lines{"bin/x = bin/sh"}.Tar()), layerRefused, "layer 1 of 2, from the top (DIGEST): it has a hard link at /bin/x"},
		{types.OCIUncompressedLayer, string(lines{"a", ".wh.a"}.Tar()), layerRefused, "layer 1 of 2, from the top (DIGEST): it deletes /a"},
		{types.OCIUncompressedLayer, string(lines{"a", "a/b"}.Tar()), layerRefused, "layer 1 of 2, from the top (DIGEST): /a/b is below"},
		{encrypted, strings.Repeat("\x93\x1c", 1000), layerUnreadable, "can't look into layer 1 of 2, from the top (DIGEST): it's encrypted. Set inspect = false"},
		{bzip2, "BZh91AY&SY" + strings.Repeat("\x93\x1c", 1000), layerUnreadable,
			"can't look into layer 1 of 2, from the top (DIGEST): it isn't a tar archive, plain or compressed with gzip or zstd. Build the image with gzip or zstd"},
	} {
		l := static.NewLayer([]byte(tt.content), tt.media)
		image := fmt.Sprintf("%s/team/image:%d", host, i)
		push(t, image, imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](complete.Tar()), mutate.Addendum{Layer: l, MediaType: tt.media}))
		r := check(t, image, Options{Inspect: true})
		want := map[Severity]string{severityError: "false", severityUnknown: "unknown"}[tt.code.Severity]
		if codes(r) != tt.code.Code || !strings.Contains(r.Problems[0].Error(), strings.Replace(tt.says, "DIGEST", must(l.Digest()).String(), 1)) || met(r) != want {
			t.Errorf("met %s: %v\nwant %s: %q", met(r), r.Problems, want, tt.says)
		}
	}
}

// The image's PATH decides where programs are. Relative directories don't count.
func TestSearchPath(t *testing.T) {
	t.Parallel()
	layer := must(rootfs.Read(t.Context(), bytes.NewReader(lines{"sh*", "bin/sh*", "usr/bin/sh*", "opt/bin/sh"}.Tar()), ""))
	for env, want := range map[string]string{
		"A=B": "/usr/bin/sh", "PATH=/": "/sh", "PATH=/opt:/bin": "/bin/sh", "PATH=:/bin::": "/bin/sh",
		"PATH=":            "The image has no executable sh in its search path ().",
		"PATH=bin:usr/bin": "The image has no executable sh in its search path (bin:usr/bin).",
		"PATH=/opt/bin":    "The image has no executable sh in its search path (/opt/bin): /opt/bin/sh is a file that isn't executable.",
	} {
		seen := &sight{Report: Report{Env: []string{env}}, config: &v1.ConfigFile{}}
		c := &checker{}
		if err := newInspection(c, seen, rootfs.Stack(layer)).run(); err != nil {
			t.Fatal(err)
		}
		got := c.problems[0].Message
		if seen.Sh != nil {
			got = seen.Sh.Path
		}
		if got != want {
			t.Errorf("%s: %q, want %q", env, got, want)
		}
	}
}

func TestPythonVersion(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	for i, tt := range []struct {
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
	} {
		image := host + "/python/version:" + strings.Repeat("x", i+1)
		push(t, image, imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](tt.layer.Tar())))
		r := check(t, image, Options{Inspect: true})
		if r.Python == nil || r.Python.Version != tt.want {
			t.Errorf("%v: %+v, met %v, want version %q", tt.layer, r.Python, r.PrerequisitesMet, tt.want)
		}
	}
}
