package containerimage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// The versions of Python are those that the installed Elyra's own bootstrappers take.
func TestElyraPythons(t *testing.T) {
	const script = `
import importlib.util, os, re, sys
root = os.path.dirname(importlib.util.find_spec("elyra").origin)
for engine in ("kfp", "airflow"):
    with open(os.path.join(root, engine, "bootstrapper.py")) as f:
        print(engine, re.search(r"sys\.version_info\.minor in (\[[0-9, ]+\])", f.read()).group(1))
`
	versions := map[string]string{"newest": "4.1", "oldest": "3.15", "odh": "odh-5.0"}
	jupytertest.OnEach(t, func(t *testing.T, elyra jupytertest.Elyra) {
		out, err := elyra.Command(t, nil, script).Output()
		if err != nil {
			t.Fatal(err)
		}
		takes := strings.ReplaceAll(fmt.Sprint(elyraPythons[versions[elyra.String()]]), " ", ", ")
		if want := "kfp " + takes + "\nairflow " + takes + "\n"; strings.ReplaceAll(string(out), "\r", "") != want {
			t.Errorf("the bootstrappers take %q, the table says %q", out, want)
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
	good := append(lines{"bin/python3 -> python3.11", "bin/python3.11*", "lib/python3.11/site-packages/pip/"}, others...)
	pythonless := without(without(good, "bin/python"), "lib/python")
	installed := without(pythonless, "", "bin/python3 -> ../usr/bin/python3.11", "usr/bin/python3.11*", "usr/lib/python3.11/os.py")
	underRoot := append(lines{"1777 0:0 tmp/", "0700 0:0 root/", "root/python3.11*"}, without(good, "bin/python", "bin/python3 -> /root/python3.11")...)
	python := func(version string) lines {
		return without(pythonless, "", "bin/python3 -> python"+version, "bin/python"+version+"*", "lib/python"+version+"/site-packages/pip/")
	}
	const takes = "3.10, 3.11, 3.12, 3.13"
	for i, tt := range []struct {
		name     string
		content  lines
		config   v1.Config
		opts     Options
		met      string
		code     Code
		message  string
		nextStep string // when it matters
	}{
		{name: "all", content: good, met: "true"},
		{name: "no sh", content: without(good, "bin/sh"), met: "false", code: CodeShMissing,
			message: "The image has no executable sh in its search path (/bin)."},
		{name: "no mkdir", content: without(good, "bin/mkdir"), met: "false", code: CodeMkdirMissing,
			message: "The image has no executable mkdir in its search path (/bin)."},
		{name: "no mkdir but busybox's", content: without(without(good, "bin/mkdir"), "bin/sh", "bin/sh -> busybox", "bin/busybox*"), met: "unknown", code: CodeMkdirMissing,
			message: "The image has no executable mkdir in its search path (/bin), and whether its shell, which is busybox, has one built in cannot be told."},
		{name: "no pip", content: installed, met: "false", code: CodePipMissing,
			message: "Python 3.11 (/bin/python3) has no pip."},
		{name: "ensurepip alone", content: without(installed, "", "usr/lib/python3.11/ensurepip/__init__.py"), met: "false", code: CodePipMissing,
			message: "Python 3.11 (/bin/python3) has no pip, though it could install one.", nextStep: "Install it (RUN /bin/python3 -m ensurepip)."},
		{name: "pip of another Python", content: without(installed, "", "usr/lib/python3.12/site-packages/pip/"), met: "false", code: CodePipMissing,
			message: "Python 3.11 (/bin/python3) has no pip."},
		{name: "Python without its library", content: without(good, "lib/python"), met: "unknown", code: CodePipUnknown,
			message: "Whether /bin/python3 has a pip cannot be told: the program is apart from its library, and where it looks for that cannot be seen."},
		{name: "Python deeper than its library", content: without(pythonless, "", "bin/python3 -> /opt/a/b/python3.11", "opt/a/b/python3.11*", "opt/lib/python3.11/os.py", "opt/lib/python3.11/site-packages/pip/"), met: "true"},
		{name: "library in lib64, pip beside it", content: without(installed, "usr/lib/", "usr/lib64/python3.11/os.py", "usr/lib64/python3.11/site-packages/pip/"), met: "true"},
		{name: "pip for its owner alone", content: append(lines{"1777 0:0 tmp/", "0700 0:0 lib/python3.11/site-packages/pip/"}, without(good, "lib/python")...),
			config: v1.Config{User: "1001", WorkingDir: "/tmp"}, met: "false", code: CodePipMissing,
			message: "The pip of Python 3.11 (/bin/python3) is out of reach: user 1001 of group 0 cannot enter /lib/python3.11/site-packages/pip (mode 0700, owner 0:0)."},
		{name: "library for its owner alone", content: append(lines{"1777 0:0 tmp/", "0600 0:0 usr/lib/python3.11/os.py", "usr/lib/python3.11/site-packages/pip/"}, without(installed, "usr/lib/")...),
			config: v1.Config{User: "1001", WorkingDir: "/tmp"}, met: "false", code: CodePipMissing,
			message: "The pip of Python 3.11 (/bin/python3) is out of reach: user 1001 of group 0 cannot read /usr/lib/python3.11/os.py (mode 0600, owner 0:0)."},
		{name: "virtual environment with the modules of its home", met: "true", content: without(good, "bin/python", "bin/python3.11*", "bin/python3 -> python3.11", "pyvenv.cfg < home = /opt/py/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n",
			"opt/py/lib/python3.11/os.py", "opt/py/lib/python3.11/site-packages/pip/")},
		{name: "Debian's pip", content: without(good, "lib/python", "lib/python3/dist-packages/pip/"), met: "true"},
		{name: "externally managed", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED"), met: "false", code: CodePipManaged,
			message: "The pip of /bin/python3 refuses to install what Elyra needs, because the distribution manages that Python itself (/lib/python3.11/EXTERNALLY-MANAGED)."},
		{name: "externally managed, and told to", content: without(good, "", "lib/python3.11/EXTERNALLY-MANAGED"), met: "true",
			config: v1.Config{Env: []string{"PIP_BREAK_SYSTEM_PACKAGES=1"}}},
		{name: "no certificates", content: without(good, "etc/ssl"), met: "true", code: CodeCertificatesMissing,
			message: "The image has no certificate store where curl looks for one, so that Elyra's downloads over https may fail."},

		{name: "Python too old", content: python("3.9"), met: "false", code: CodePythonUnsupported,
			message: "/bin/python3 is Python 3.9, and the bootstrapper of Elyra 4.1 refuses all but " + takes + "."},
		{name: "Python too old for 4.1, not for 3.15", content: python("3.9"), met: "true", opts: Options{ElyraVersion: "3.15"}},
		{name: "Python too new", content: python("3.14"), met: "false", code: CodePythonUnsupported,
			message: "/bin/python3 is Python 3.14, and the bootstrapper of Elyra 4.1 refuses all but " + takes + "."},
		{name: "Python of unknown version", content: without(pythonless, "", "bin/python3*"), met: "unknown", code: CodePythonUnknown,
			message: "Which version of Python /bin/python3 is cannot be determined: its file names do not show the version."},
		{name: "shim", content: without(pythonless, "", "bin/python3!"), met: "unknown", code: CodePythonUnknown,
			message: "Which version of Python /bin/python3 is cannot be determined: it is a script, which may run any Python or none."},

		{name: "user who does not exist", content: good, config: v1.Config{User: "jovyan"}, met: "false", code: CodeUserMissing,
			message: `The image runs as "jovyan", and its /etc/passwd has no user "jovyan".`},
		{name: "user by number", content: good, config: v1.Config{User: "1001", WorkingDir: "/tmp"}, met: "false", code: CodeDirectoryReadOnly,
			message: "Elyra cannot make its files in the working directory: /tmp does not exist, so that it is made for root alone."},
		{name: "user who may write", content: append(lines{"1777 0:0 tmp/"}, good...), config: v1.Config{User: "1001", WorkingDir: "/tmp"}, met: "true"},
		{name: "Python below root", content: underRoot, config: v1.Config{User: "1001", WorkingDir: "/tmp"}, met: "false", code: CodePythonMissing,
			message: "The image has no executable python3 in its search path (/bin): /bin/python3 is out of reach: user 1001 of group 0 cannot enter /root (mode 0700, owner 0:0)."},
		{name: "Python below root, for root", content: underRoot, met: "true"},
		{name: "OpenShift, nothing writable", content: good, opts: Options{OpenShift: true}, met: "false", code: CodeDirectoryReadOnly,
			message: "Elyra cannot make its files in the working directory: user 1000650000 of group 0 cannot write / (mode 0755, owner 0:0)."},
		{name: "OpenShift, writable by group 0", content: append(lines{"0775 1001:0 opt/src/"}, good...), config: v1.Config{WorkingDir: "/opt/src"}, opts: Options{OpenShift: true}, met: "true"},
		{name: "OpenShift, a program for its owner alone", content: append(lines{"0775 1001:0 opt/src/", "0700 0:0 bin/curl*"}, without(good, "bin/curl")...),
			config: v1.Config{WorkingDir: "/opt/src"}, opts: Options{OpenShift: true}, met: "false", code: CodeCurlMissing,
			message: "The image has no executable curl in its search path (/bin): /bin/curl is a file that user 1000650000 of group 0 cannot execute (mode 0700, owner 0:0)."},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			host := serve(t, nil)
			image := fmt.Sprintf("%s/team/image:%d", host, i)
			push(t, image, withConfig(t, imageOf(t, nil, encodings["gzip"](t, tt.content.tar(t))), func(c *v1.ConfigFile) {
				c.Config = tt.config
				c.Config.Env = append(c.Config.Env, "PATH=/bin")
			}))
			tt.opts.Inspect = true
			r := check(t, image, tt.opts)
			if met(r) != tt.met || codes(r) != string(tt.code) {
				t.Errorf("met %s, codes %q, want %s, %q: %v", met(r), codes(r), tt.met, tt.code, r.Problems)
			}
			if tt.code != "" && len(r.Problems) > 0 && r.Problems[0].Message != tt.message {
				t.Errorf("message %q\n   want %q", r.Problems[0].Message, tt.message)
			}
			if tt.nextStep != "" && len(r.Problems) > 0 && r.Problems[0].NextStep != tt.nextStep {
				t.Errorf("next step %q\n     want %q", r.Problems[0].NextStep, tt.nextStep)
			}
		})
	}
}

// Who a container runs as follows from /etc/passwd and /etc/group.
func TestUser(t *testing.T) {
	t.Parallel()
	content := lines{"etc/passwd < root:x:0:0::/root:/bin/sh\njovyan:x:1000:100::/home/jovyan:/bin/sh\n",
		"etc/group < users:x:100:\nextra:x:7:jovyan,other\n"}
	for _, tt := range []struct{ user, want string }{
		{"1000", "1000 [100 7]"},
		{"jovyan", "1000 [100 7]"},
		{"jovyan:extra", "1000 [7]"},
		{"1001", "1001 [0]"},
		{"1001:5", "1001 [5]"},
		{"root:extra", "0 []"},
		{"nobody", `its /etc/passwd has no user "nobody"`},
		{"jovyan:nobody", `its /etc/group has no group "nobody"`},
	} {
		in := &inspection{checker: &checker{}, config: v1.Config{User: tt.user}}
		in.fs = readFiles(t, content, "/etc/passwd", "/etc/group")
		f, err := in.findUser()
		got := f.Instead
		if got == "" {
			got = fmt.Sprint(in.user.UID, " ", in.user.GIDs)
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.user, got, err, tt.want)
		}
	}
}

// Images of one run that share layers have each read once, manifests too, and at most four layers are
// read side by side.
func TestSharedLayers(t *testing.T) {
	t.Parallel()
	const images = 40
	var layers sync.Map
	var log recorder
	var reading, most atomic.Int32
	client := NewClient(Credentials{})
	all := make(chan struct{}) // closed when all checks are under way
	host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		if _, isLayer := layers.Load(path.Base(r.URL.Path)); isLayer && r.Method == http.MethodGet {
			n := reading.Add(1)
			defer reading.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			<-all
		}
		return log.note(w, r)
	})
	base := encodings["gzip"](t, append(lines{"bin/", "lib/python3.11/site-packages/pip/"}, others...).tar(t))
	python := encodings["gzip"](t, lines{"bin/python3.11*"}.tar(t))
	for i := range images {
		img := imageOf(t, []string{"PATH=/bin"}, base, python, encodings["gzip"](t, lines{"bin/python3 -> python3.11", fmt.Sprintf("opt/%d", i%20)}.tar(t)))
		push(t, fmt.Sprintf("%s/team/image:%d", host, i), img)
	}
	for i := range images {
		img := must(remote.Image(must(name.ParseReference(fmt.Sprintf("%s/team/image:%d", host, i))), remote.WithContext(t.Context())))
		for _, l := range must(img.Manifest()).Layers {
			layers.Store(l.Digest.String(), true)
		}
	}
	log.take()
	var wg sync.WaitGroup
	for i := range images {
		wg.Go(func() {
			r, err := client.Check(t.Context(), fmt.Sprintf("%s/team/image:%d", host, i), Options{Inspect: true})
			if err != nil || met(r) != "true" {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	for client.checks() < images || reading.Load() < sideBySide {
		runtime.Gosched()
	}
	close(all)
	wg.Wait()
	times := map[string]int{}
	for _, line := range log.take() {
		times[line]++
	}
	blobs := 0
	for line, n := range times {
		if n > 1 && !strings.HasPrefix(line, "HEAD ") {
			t.Errorf("%d times %s", n, line)
		}
		if strings.Contains(line, "/blobs/") {
			blobs++
		}
	}
	if want := 2 + 20 + 20; blobs != want { // shared layers, layers on top, configurations
		t.Errorf("%d layers and configurations were read, want %d", blobs, want)
	}
	if most.Load() != sideBySide {
		t.Errorf("up to %d layers were read side by side, want %d", most.Load(), sideBySide)
	}
}

// checks is how many are under way.
func (c *Client) checks() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running
}

// What one image has no question about is asked of the same layer by another: the content of files,
// which is not kept where nobody has asked, as much as names.
func TestSharedLayersAskedLater(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	layer := encodings["gzip"](t, append(lines{
		"etc/passwd < root:x:0:0::/root:/bin/sh\njovyan:x:1000:100::/home/jovyan:/bin/sh\n", "1777 0:0 tmp/",
		"bin/python3*", "venv/bin/python3 -> /bin/python3", "venv/pyvenv.cfg < version = 3.11.2\n",
		"venv/lib/python3.11/site-packages/pip/", "lib/python3.12/os.py", "lib/python3.12/site-packages/pip/",
	}, others...).tar(t))
	configs := map[string]v1.Config{
		"root":   {Env: []string{"PATH=/bin"}},
		"jovyan": {Env: []string{"PATH=/bin"}, User: "jovyan", WorkingDir: "/tmp"},
		"venv":   {Env: []string{"PATH=/venv/bin:/bin"}},
	}
	for name, config := range configs {
		push(t, host+"/team/image:"+name, withConfig(t, imageOf(t, nil, layer), func(c *v1.ConfigFile) { c.Config = config }))
	}
	versions := map[string]string{"root": "3.12", "jovyan": "3.12", "venv": "3.11"}
	for first := range configs {
		client := NewClient(Credentials{})
		for i, name := range []string{first, "root", "jovyan", "venv"} {
			r, err := client.Check(t.Context(), host+"/team/image:"+name, Options{Inspect: true})
			if err != nil {
				t.Fatal(err)
			}
			if r.Python == nil || met(r) != "true" || r.Python.Version != versions[name] {
				t.Errorf("after %s, %s: met %s, Python %+v, want %s; %s", first, name, met(r), r.Python, versions[name], codes(r))
			}
			if i > 0 && name == "jovyan" && r.Inspected > 0 {
				t.Errorf("after %s, the layer is read again for its users", first)
			}
		}
	}
}

// Nothing of an image reaches a terminal that could steer it: neither its search path nor its files.
func TestUnprintable(t *testing.T) {
	t.Parallel()
	const steer = "\x1b[2J\x7f\u202e"
	host := serve(t, nil)
	layer := encodings["gzip"](t, append(lines{"bin" + steer + "/python3.11*", "bin" + steer + "/python3 -> python3.11", "lib/python3.11/os.py"}, others...).tar(t))
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
			if i := strings.IndexFunc(p.String(), func(c rune) bool { return !unicode.IsPrint(c) }); i >= 0 {
				t.Errorf("%s: %q", name, p)
			}
		}
	}
}

// An image may have no layer at all, as one that a Dockerfile makes of FROM scratch and ENV alone.
func TestNoLayers(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	for _, user := range []string{"", "1001", "jovyan"} {
		push(t, host+"/team/image:1", withConfig(t, imageOf(t, nil), func(c *v1.ConfigFile) { c.Config.User = user }))
		r := check(t, host+"/team/image:1", Options{Inspect: true})
		if met(r) != "false" || !r.Has(CodeShMissing) && !r.Has(CodeUserMissing) {
			t.Errorf("as %q: met %s, %s", user, met(r), codes(r))
		}
	}
}

// readFiles is a file system of one layer with that content, of which the files were announced.
func readFiles(t *testing.T, content lines, files ...string) *rootfs.FS {
	t.Helper()
	index := rootfs.New(0, 0)
	layer := index.Layer("")
	fs := index.Stack(layer)
	for _, file := range files {
		fs.AskContent(file)
	}
	open := func(_ context.Context, offset int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.tar(t)[offset:])), nil
	}
	if err := layer.Read(t.Context(), nil, open, nil); err != nil {
		t.Fatal(err)
	}
	return fs
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// A search path beyond reason ends the inspection at once.
func TestLongSearchPath(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	var dirs []string
	for i := range 8000 {
		dirs = append(dirs, fmt.Sprintf("/a/%d", i))
	}
	push(t, host+"/team/image:1", imageOf(t, []string{"PATH=" + strings.Join(dirs, ":")}, encodings["gzip"](t, lines{"x"}.tar(t))))
	start := time.Now()
	r := check(t, host+"/team/image:1", Options{Inspect: true})
	want := "The image's search path has 8000 directories, more than the 256 that an inspection looks into."
	if codes(r) != "inspection_failed" || r.Problems[0].Message != want || met(r) != "unknown" {
		t.Errorf("%v, want %s", r.Problems, want)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// A layer in a form that is not read is told by its media type.
func TestUnreadableLayers(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	for i, tt := range []struct {
		media             types.MediaType
		content           string
		message, nextStep string
	}{
		{"application/vnd.oci.image.layer.v1.tar+gzip+encrypted", strings.Repeat("\x93\x1c", 1000),
			"layer 1 of 1, from the top (DIGEST), is encrypted (application/vnd.oci.image.layer.v1.tar+gzip+encrypted)",
			"Nothing can look into an encrypted image; set inspect = false, and note that the nodes need its key."},
		{"application/vnd.oci.image.layer.v1.tar+bzip2", "BZh91AY&SY" + strings.Repeat("\x93\x1c", 1000),
			"layer 1 of 1, from the top (DIGEST), is neither a tar archive nor one compressed with gzip or zstd (application/vnd.oci.image.layer.v1.tar+bzip2)",
			"Build the image with gzip or zstd, which every runtime unpacks; set inspect = false to skip it."},
	} {
		l := static.NewLayer([]byte(tt.content), tt.media)
		image := fmt.Sprintf("%s/team/image:%d", host, i)
		push(t, image, imageOf(t, []string{"PATH=/bin"}, mutate.Addendum{Layer: l, MediaType: tt.media}))
		r := check(t, image, Options{Inspect: true})
		want := "The inspection cannot look into the image: " + strings.Replace(tt.message, "DIGEST", must(l.Digest()).String(), 1) + "."
		if codes(r) != "layer_unreadable" || r.Problems[0].Message != want || r.Problems[0].NextStep != tt.nextStep || met(r) != "unknown" {
			t.Errorf("%s: %v\nwant %q %q", codes(r), r.Problems, want, tt.nextStep)
		}
	}
}
