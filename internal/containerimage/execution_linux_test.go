package containerimage

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// realistic is an image as people build them: the steps of its Dockerfile after the base, and what
// its configuration says.
type realistic struct {
	name  string
	steps []string
	env   []string
	dir   string // WORKDIR; "" is /tmp, which everybody can write

	// Whether Elyra can run it, for root, for user 1001 and for OpenShift's arbitrary user: "yes",
	// "no", or with a question mark where the answer is that nobody knows: "yes?", "no?".
	runs string

	always   bool // "make test" tries this one too; all are tried by "make faults"
	measured bool // beside crane export, by BenchmarkImages
}

// Steps that several images have in common.
var (
	withPython = []string{install("python"), install("pip")}
	withAll    = append(slices.Clone(withPython), install("curl"))
	managed    = []string{"PIP_BREAK_SYSTEM_PACKAGES=1"}
)

// s2i is what Red Hat's images do: a virtual environment that group 0 can write.
const s2i = "python3 -m venv /opt/app-root && mkdir /opt/app-root/src && chown -R 1001:0 /opt/app-root && chmod -R g=u /opt/app-root"

// conda makes a prefix as conda does: packages, whose files the prefix shares by hard links.
const conda = `p=/opt/conda/pkgs/python-3.11
mkdir -p $p/bin $p/lib && cp -a /usr/bin/python3.11 $p/bin/ && ln -s python3.11 $p/bin/python3 && cp -a /usr/lib/python3.11 $p/lib/
mkdir -p $p/lib/python3/dist-packages && rm -f $p/lib/python3.11/EXTERNALLY-MANAGED
cp -al $p/bin $p/lib /opt/conda/`

// underRoot moves a whole Python below root's home, as uv does for root.
const underRoot = `p=/root/.local/share/uv/python/cpython-3.11-linux-x86_64-gnu
mkdir -p $p/bin $p/lib && cp -a /usr/bin/python3.11 $p/bin/ && ln -s python3.11 $p/bin/python3 && cp -a /usr/lib/python3.11 $p/lib/
rm $p/lib/python3.11/EXTERNALLY-MANAGED
mkdir -p $p/lib/python3 && cp -a /usr/lib/python3/dist-packages $p/lib/python3/
ln -sf $p/bin/python3.11 /usr/local/bin/python3`

// shim is a shim of pyenv, the way pyenv writes them.
const shim = `cat >/usr/local/bin/python3 <<'EOF'
#!/usr/bin/env bash
set -e
exec "/opt/pyenv/libexec/pyenv" exec "${0##*/}" "$@"
EOF
chmod 755 /usr/local/bin/python3`

const venvPath = "PATH=/opt/venv/bin:" + defaultPath

func realisticImages() []realistic {
	after := func(steps []string, more ...string) []string { return append(slices.Clone(steps), more...) }
	images := []realistic{
		{name: "all", measured: true, always: true, steps: withAll, env: managed, runs: "yes yes yes"},
		{name: "managed by Debian", steps: withAll, runs: "no no no"},
		{name: "no curl", measured: true, steps: withPython, env: managed, runs: "no no no"},
		{name: "curl purged", measured: true, steps: after(withAll, "dpkg --purge curl"), env: managed, runs: "no no no"},
		{name: "curl lost with its directory", always: true, env: managed, runs: "no no no", steps: after(withAll,
			"cp -a /usr/bin /usr/new && rm /usr/new/curl && rm -rf /usr/bin && /usr/new/mv /usr/new /usr/bin")},
		{name: "curl installed again", steps: after(withAll, "dpkg --purge curl", install("curl")), env: managed, runs: "yes yes yes"},
		{name: "curl for root alone", steps: after(withAll, "chmod 700 /usr/bin/curl"), env: managed, runs: "yes no no"},
		{name: "curl that is not executable before one that is", steps: after(withAll, "echo >/usr/local/bin/curl"), env: managed, runs: "yes yes yes"},
		{name: "python3.11 only", steps: after(withAll, "rm /usr/bin/python3"), env: managed, runs: "no no no"},
		{name: "python3 leads nowhere", steps: after(withAll, "rm /usr/bin/python3.11"), env: managed, runs: "no no no"},
		{name: "no pip", steps: []string{install("python"), install("curl")}, env: managed, runs: "no no no"},
		{name: "pip for root alone", always: true, steps: after(withAll, "chmod 700 /usr/lib/python3/dist-packages/pip"), env: managed, runs: "yes no no"},
		{name: "standard library for root alone", steps: after(withAll, "chmod 700 /usr/lib/python3.11"), env: managed, runs: "yes no no"},
		{name: "s2i", measured: true, always: true, steps: after(withAll, s2i), dir: "/opt/app-root/src", runs: "yes yes yes",
			env: []string{"PATH=/opt/app-root/src/.local/bin:/opt/app-root/bin:" + defaultPath}},
		{name: "s2i, unwritable", steps: after(withAll, s2i, "chmod -R go-w /opt/app-root && chown -R root /opt/app-root"), dir: "/opt/app-root/src", runs: "yes no no",
			env: []string{"PATH=/opt/app-root/bin:" + defaultPath}},
		{name: "venv made later", measured: true, steps: after(withAll, "python3 -m venv /opt/venv"), env: []string{venvPath}, runs: "yes yes yes"},
		{name: "venv of copies", steps: after(withAll, "python3 -m venv --copies /opt/venv"), env: []string{venvPath}, runs: "yes yes yes"},
		{name: "venv without pip", steps: after(withAll, "python3 -m venv --without-pip /opt/venv"), env: []string{venvPath}, runs: "no no no"},
		{name: "venv with the system's pip", steps: after(withAll, "python3 -m venv --without-pip --system-site-packages /opt/venv"), env: []string{venvPath}, runs: "yes yes yes"},
		{name: "venv of copies with the system's pip", steps: after(withAll, "python3 -m venv --copies --without-pip --system-site-packages /opt/venv"), env: []string{venvPath}, runs: "yes yes yes"},
		{name: "venv shared by hard links", always: true, steps: after(withAll, "python3 -m venv --without-pip /opt/venv && cp -al /opt/venv /opt/env"), env: []string{venvPath, managed[0]}, runs: "no no no"},
		{name: "venv with a linked configuration", steps: after(withAll, "python3 -m venv --without-pip /opt/venv && cd /opt/venv && mv pyvenv.cfg .. && ln -s ../pyvenv.cfg"), env: []string{venvPath, managed[0]}, runs: "no no no"},
		{name: "conda", measured: true, steps: after(withAll, conda, "cp -a /usr/lib/python3/dist-packages/pip /opt/conda/lib/python3/dist-packages/",
			"mkdir -p /opt/conda/envs && cp -al /opt/conda/pkgs/python-3.11 /opt/conda/envs/pipelines"),
			env: []string{"PATH=/opt/conda/bin:" + defaultPath}, runs: "yes yes yes"},
		{name: "conda environment without pip", steps: after(withAll, conda, "cp -a /usr/lib/python3/dist-packages/pip /opt/conda/lib/python3/dist-packages/",
			"mkdir -p /opt/conda/envs && cp -al /opt/conda/pkgs/python-3.11 /opt/conda/envs/pipelines"),
			env: []string{"PATH=/opt/conda/envs/pipelines/bin:" + defaultPath}, runs: "no no no"},
		{name: "busybox", measured: true, steps: after(withAll, install("busybox"), "cd /usr/bin && ln -sf busybox mkdir && ln -sf busybox sh"), env: managed, runs: "yes yes yes"},
		{name: "busybox without mkdir", steps: after(withAll, install("busybox"), "cd /usr/bin && ln -sf busybox sh && rm mkdir"), env: managed, runs: "yes? yes? yes?"}, // Debian's has a mkdir of its own
		{name: "no shell", steps: after(withAll, "rm /usr/bin/sh /usr/bin/dash"), env: managed, runs: "no no no"},
		{name: "bin and usr/bin apart, then one again", env: managed, runs: "yes yes yes", steps: after(withAll,
			"cp -a /usr/bin /bin.new && rm /bin && /usr/bin/mv /bin.new /bin", "rm -rf /bin && /usr/bin/ln -s usr/bin /bin")},
		{name: "bin apart, curl in it alone", env: []string{managed[0], "PATH=/usr/bin"}, runs: "no no no", steps: after(withAll,
			"cp -a /usr/bin /bin.new && rm /bin /usr/bin/curl && mv /bin.new /bin")},
		{name: "Python away from its library", always: true, env: managed, runs: "yes? no no", steps: after(withAll,
			"mkdir /root/py && mv /usr/bin/python3.11 /root/py/ && ln -sf /root/py/python3.11 /usr/bin/python3")},
		{name: "Python below root", steps: after(withAll, underRoot), runs: "yes no no"},
		{name: "pyenv shim with nothing behind", steps: after(withAll, shim), env: managed, runs: "no? no? no?"},
		{name: "script that runs Python", env: managed, runs: "yes? yes? yes?", steps: after(withAll,
			`printf '#!/bin/sh\nexec /usr/bin/python3.11 "$@"\n' >/usr/local/bin/python3 && chmod 755 /usr/local/bin/python3`)},
		{name: "squashed", measured: true, steps: withAll, env: managed, runs: "yes yes yes"},
		{name: "squashed without curl", steps: withPython, env: managed, runs: "no no no"},
		{name: "100 layers", measured: true, steps: slices.Clone(withAll), env: managed, runs: "yes yes yes"},
		{name: "zstd", steps: withAll, env: managed, runs: "yes yes yes"},
		{name: "index with attestations", steps: withAll, env: managed, runs: "yes yes yes"},
	}
	return images
}

// user is who a container runs as, for the image's configuration and for chroot.
type user struct {
	config string
	opts   Options
	chroot string
}

var users = []user{
	{chroot: "0:0"},
	{config: "1001", chroot: "1001:0"},
	{opts: Options{ArbitraryUser: true}, chroot: fmt.Sprintf("%d:0", arbitraryUser.UID)},
}

// TestAgainstExecution holds every answer against what happens when a user of a container runs it.
func TestAgainstExecution(t *testing.T) {
	b := newBuilder(t)
	if b == nil {
		return
	}
	host := runRegistry(t, "http: {addr: '127.0.0.1:0'}\n")
	client := NewClient(Credentials{}) // reads each layer once for all images, as in one run of Terraform
	for i, image := range realisticImages() {
		if !image.always && os.Getenv("ELYRA_FAULT_RUNS") == "" {
			continue
		}
		t.Run(strings.ReplaceAll(image.name, " ", "_"), func(t *testing.T) {
			layers := b.image(t, image)
			want := strings.Fields(image.runs)
			for j, u := range users {
				config := v1.Config{Env: image.env, User: u.config, WorkingDir: image.dir}
				if config.WorkingDir == "" {
					config.WorkingDir = "/tmp"
				}
				ref := must(name.ParseReference(fmt.Sprintf("%s/team/image:%d-%d", host, i, j)))
				image.write(t, b, ref, layers, config)
				u.opts.Inspect, u.opts.MaxBytes = true, 1<<40
				got := answersOf(checkWith(t, client, ref.String(), u.opts))
				truth := b.try(t, layers, config, u.chroot)
				if truth["runs"] != strings.TrimSuffix(want[j], "?") {
					t.Errorf("%s: Elyra can run it: %s, and %s was meant: %v", u.chroot, truth["runs"], want[j], truth)
				}
				if (got["runs"] == "unknown") != strings.HasSuffix(want[j], "?") {
					t.Errorf("%s: the answer is %s, want %s", u.chroot, got["runs"], want[j])
				}
				for _, question := range slices.Sorted(maps.Keys(truth)) {
					builtIn := truth[question] == question // in the shell
					if got[question] != truth[question] && got[question] != "unknown" && !builtIn {
						t.Errorf("%s: %s is %q, and running it says %q", u.chroot, question, got[question], truth[question])
					}
				}
			}
		})
	}
}

// image builds an image's layers, the bottom first.
func (b *builder) image(t testing.TB, image realistic) []*builtLayer {
	t.Helper()
	steps := image.steps
	if image.name == "100 layers" {
		for n := len(steps) + 1; n < 100; n++ {
			steps = append(steps, fmt.Sprintf("echo %d >/etc/layer", n))
		}
	}
	return b.build(t, steps)
}

// write pushes an image in the form that its name says.
func (image realistic) write(t testing.TB, b *builder, ref name.Reference, layers []*builtLayer, config v1.Config) {
	t.Helper()
	var stored []mutate.Addendum
	switch {
	case strings.HasPrefix(image.name, "squashed"):
		stored = append(stored, b.squash(t, layers).addendum())
	case image.name == "zstd":
		for _, l := range layers {
			stored = append(stored, l.zstd(t))
		}
	default:
		for _, l := range layers {
			stored = append(stored, l.addendum())
		}
	}
	img := withConfig(t, imageOf(t, nil, stored...), func(c *v1.ConfigFile) { c.Config = config })
	if image.name != "index with attestations" {
		push(t, ref.String(), img)
		return
	}
	attestation := withConfig(t, imageOf(t, nil, encodings["tar"](t, lines{"x"}.tar(t))), func(c *v1.ConfigFile) { c.OS, c.Architecture = "unknown", "unknown" })
	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex),
		mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: attestation, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}})
	if err := remote.WriteIndex(ref, index, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// answersOf are the answers of a report by their questions, "" for what is not there and "unknown" for
// what nobody knows.
func answersOf(r *Report) map[string]string {
	got := map[string]string{"runs": map[string]string{"true": "yes", "false": "no", "unknown": "unknown"}[met(r)]}
	for question, exe := range map[string]*Executable{"sh": r.Sh, "mkdir": r.Mkdir, "curl": r.Curl, "python3": r.Python} {
		got[question] = ""
		if exe != nil {
			got[question] = exe.Path
		}
	}
	if r.Python != nil {
		got["version"], got["pip"] = r.Python.Version, r.Python.Pip
	}
	if r.Has(pythonUnknown) {
		got["python3"], got["version"], got["pip"] = "unknown", "unknown", "unknown"
	}
	if r.Has(pipUnknown) {
		got["pip"] = "unknown"
	}
	return got
}

// elyra runs what Elyra's container command runs, each part of it apart, and says what became of it.
const elyra = `
answer() { echo "answer $1=$2"; }
answer sh "$(command -v sh)"
cd "$1" && mkdir -p ./jupyter-work-dir && cd ./jupyter-work-dir && writable=yes
mkdir --help && answer mkdir "$(command -v mkdir)"
curl --version && curl=yes && answer curl "$(command -v curl)"
python3 -V && answer python3 "$(command -v python3)"
python3 -V | sed -n 's/^Python \(3\.[0-9]*\).*/answer version=\1/p'
python3 -c 'import os, pip; print("answer pip=" + os.path.dirname(pip.__file__))'
python3 -m pip install --disable-pip-version-check --no-index packaging-99 2>&1 | grep 'No matching distribution' && pip=yes
[ "$writable$curl$pip" = yesyesyes ] && answer runs yes
`

// try runs the layers as a user, and returns the answers to the same questions.
func (b *builder) try(t *testing.T, layers []*builtLayer, config v1.Config, user string) map[string]string {
	t.Helper()
	b.host(t, "mkdir", "-p", "try/upper", "try/work")
	defer b.host(t, "rm", "-r", "try")
	args := append([]string{"env", "-i", "PATH=" + defaultPath}, config.Env...)
	args = append(args, must(exec.LookPath("chroot")), "--userspec="+user, "--groups=", "root", "sh", "-c", elyra, "sh", config.WorkingDir)
	out, err := b.within(t, ",upperdir=try/upper,workdir=try/work", layers, args...).CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	truth := map[string]string{"runs": "no", "sh": ""}
	if strings.Contains(string(out), "answer sh=") {
		truth = map[string]string{"runs": "no", "sh": "", "mkdir": "", "curl": "", "python3": "", "version": "", "pip": ""}
	}
	for line := range strings.Lines(string(out)) {
		if answer, ok := strings.CutPrefix(strings.TrimSpace(line), "answer "); ok {
			question, value, _ := strings.Cut(answer, "=")
			truth[question] = value
		}
	}
	if t.Failed() {
		t.Logf("%s: %s", user, out)
	}
	return truth
}
