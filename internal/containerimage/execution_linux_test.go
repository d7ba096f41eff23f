package containerimage

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
)

// realistic is an image as people build them, or as one fears them: the steps of its Dockerfile after the
// base, and what its configuration says.
type realistic struct {
	name  string
	steps []string
	env   []string
	dir   string // WORKDIR; "" is /tmp, which everybody can write
	elyra string // elyra_version; "" is the default

	always   bool // "make test" tries this one too; all are tried by "make faults"
	measured bool // by BenchmarkImages, next to crane export
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

// change replaces some bytes of a program by as many others.
func change(program, from, to string) string {
	// Linux doesn't let anybody write to a program that runs.
	return fmt.Sprintf("python3.11 - <<'EOF'\nimport os, shutil\np = '%s'; b = open(p, 'rb').read(); assert b'%s' in b; open(p + '.new', 'wb').write(b.replace(b'%s', b'%s', 1))\nshutil.copymode(p, p + '.new'); os.replace(p + '.new', p)\nEOF", program, from, from, to)
}

// inUsrLocal is a Python as python's own images have it.
const inUsrLocal = `p=/usr/local
cp -a /usr/bin/python3.11 $p/bin/ && ln -s python3.11 $p/bin/python3 && cp -a /usr/lib/python3.11 $p/lib/ && rm $p/lib/python3.11/EXTERNALLY-MANAGED
mkdir -p $p/lib/python3.11/dist-packages && cp -a /usr/lib/python3/dist-packages/pip $p/lib/python3.11/dist-packages/`

const ownVenv = "python3 -m venv /opt/venv && chown -R 1001:0 /opt/venv && chmod -R g=u /opt/venv"

const venvPath = "PATH=/opt/venv/bin:" + defaultPath

func realisticImages() []realistic {
	after := func(steps []string, more ...string) []string { return append(slices.Clone(steps), more...) }
	images := []realistic{
		{name: "all", measured: true, always: true, steps: withAll, env: managed},
		{name: "managed by Debian", steps: withAll},
		{name: "no curl", measured: true, steps: withPython, env: managed},
		{name: "curl purged", measured: true, steps: after(withAll, "dpkg --purge curl"), env: managed},
		{name: "curl lost with its directory", always: true, env: managed, steps: after(withAll,
			"cp -a /usr/bin /usr/new && rm /usr/new/curl && rm -rf /usr/bin && /usr/new/mv /usr/new /usr/bin")},
		{name: "curl installed again", steps: after(withAll, "dpkg --purge curl", install("curl")), env: managed},
		{name: "curl for root alone", steps: after(withAll, "chmod 700 /usr/bin/curl"), env: managed},
		{name: "curl that isn't executable before one that is", steps: after(withAll, "echo >/usr/local/bin/curl"), env: managed},
		{name: "python3.11 only", steps: after(withAll, "rm /usr/bin/python3"), env: managed},
		{name: "python3 leads nowhere", steps: after(withAll, "rm /usr/bin/python3.11"), env: managed},
		{name: "no pip", steps: []string{install("python"), install("curl")}, env: managed},
		{name: "pip for root alone", always: true, steps: after(withAll, "chmod 700 /usr/lib/python3/dist-packages/pip"), env: managed},
		{name: "standard library for root alone", steps: after(withAll, "chmod 700 /usr/lib/python3.11"), env: managed},
		{name: "s2i", measured: true, always: true, steps: after(withAll, s2i), dir: "/opt/app-root/src",
			env: []string{"PATH=/opt/app-root/src/.local/bin:/opt/app-root/bin:" + defaultPath}},
		{name: "s2i, unwritable", steps: after(withAll, s2i, "chmod -R go-w /opt/app-root && chown -R root /opt/app-root"), dir: "/opt/app-root/src",
			env: []string{"PATH=/opt/app-root/bin:" + defaultPath}},
		{name: "venv made later", measured: true, steps: after(withAll, "python3 -m venv /opt/venv"), env: []string{venvPath}},
		{name: "venv of copies", steps: after(withAll, "python3 -m venv --copies /opt/venv"), env: []string{venvPath}},
		{name: "venv without pip", steps: after(withAll, "python3 -m venv --without-pip /opt/venv"), env: []string{venvPath}},
		{name: "venv with the system's pip", steps: after(withAll, "python3 -m venv --without-pip --system-site-packages /opt/venv"), env: []string{venvPath}},
		{name: "venv of copies with the system's pip", steps: after(withAll, "python3 -m venv --copies --without-pip --system-site-packages /opt/venv"), env: []string{venvPath}},
		{name: "venv shared by hard links", always: true, steps: after(withAll, "python3 -m venv --without-pip /opt/venv && cp -al /opt/venv /opt/env"), env: []string{venvPath, managed[0]}},
		{name: "venv with a linked configuration", steps: after(withAll, "python3 -m venv --without-pip /opt/venv && cd /opt/venv && mv pyvenv.cfg .. && ln -s ../pyvenv.cfg"), env: []string{venvPath, managed[0]}},
		{name: "conda", measured: true, steps: after(withAll, conda, "cp -a /usr/lib/python3/dist-packages/pip /opt/conda/lib/python3/dist-packages/",
			"mkdir -p /opt/conda/envs && cp -al /opt/conda/pkgs/python-3.11 /opt/conda/envs/pipelines"),
			env: []string{"PATH=/opt/conda/bin:" + defaultPath}},
		{name: "conda environment without pip", steps: after(withAll, conda, "cp -a /usr/lib/python3/dist-packages/pip /opt/conda/lib/python3/dist-packages/",
			"mkdir -p /opt/conda/envs && cp -al /opt/conda/pkgs/python-3.11 /opt/conda/envs/pipelines"),
			env: []string{"PATH=/opt/conda/envs/pipelines/bin:" + defaultPath}},
		{name: "busybox", measured: true, steps: after(withAll, install("busybox"), "cd /usr/bin && ln -sf busybox mkdir && ln -sf busybox sh"), env: managed},
		{name: "busybox without mkdir", steps: after(withAll, install("busybox"), "cd /usr/bin && ln -sf busybox sh && rm mkdir"), env: managed}, // Debian's has a mkdir of its own
		{name: "no shell", steps: after(withAll, "rm /usr/bin/sh /usr/bin/dash"), env: managed},
		{name: "bin and usr/bin apart, then one again", env: managed, steps: after(withAll,
			"cp -a /usr/bin /bin.new && rm /bin && /usr/bin/mv /bin.new /bin", "rm -rf /bin && /usr/bin/ln -s usr/bin /bin")},
		{name: "bin apart, curl in it alone", env: []string{managed[0], "PATH=/usr/bin"}, steps: after(withAll,
			"cp -a /usr/bin /bin.new && rm /bin /usr/bin/curl && mv /bin.new /bin")},
		{name: "Python away from its library", always: true, env: managed, steps: after(withAll,
			"mkdir /root/py && mv /usr/bin/python3.11 /root/py/ && ln -sf /root/py/python3.11 /usr/bin/python3")},
		{name: "Python below root", steps: after(withAll, underRoot)},
		{name: "pyenv shim with nothing behind", steps: after(withAll, shim), env: managed},
		{name: "script that runs Python", env: managed, steps: after(withAll,
			`printf '#!/bin/sh\nexec /usr/bin/python3.11 "$@"\n' >/usr/local/bin/python3 && chmod 755 /usr/local/bin/python3`)},
		{name: "user with a home", always: true, steps: after(withAll, "echo u:x:1001:0::/home/u:/bin/sh >>/etc/passwd && install -d -o 1001 /home/u"), env: managed},
		{name: "user whose home was never made", steps: after(withAll, "echo u:x:1001:0::/home/u:/bin/sh >>/etc/passwd"), env: managed},
		{name: "home that the image sets", steps: after(withAll, "install -d -m 777 /home/all"), env: append([]string{"HOME=/home/all"}, managed...)},
		{name: "no user site", steps: after(withAll, "install -d -m 777 /home/all"), env: append([]string{"HOME=/home/all", "PYTHONNOUSERSITE=1"}, managed...)},
		{name: "another user base", steps: after(withAll, "install -d -m 777 /home/all"), env: append([]string{"PYTHONUSERBASE=/home/all"}, managed...)},
		{name: "home is root's own", steps: withAll, env: append([]string{"HOME=/root"}, managed...)},
		{name: "virtual environment of user 1001", always: true, steps: after(withAll, ownVenv), env: []string{venvPath}},
		{name: "virtual environment whose programs are root's", steps: after(withAll, ownVenv, "chown root /opt/venv/bin && chmod 755 /opt/venv/bin"), env: []string{venvPath}},
		{name: "Python in /usr/local", always: true, steps: after(withAll, inUsrLocal)},
		{name: "nothing but what everybody can read", steps: withAll, env: managed, dir: "/"},
		{name: "working directory that the runtime makes", steps: withAll, env: managed, dir: "/opt/here"},
		{name: "no tar", always: true, steps: after(withAll, "rm /usr/bin/tar"), env: managed},
		{name: "no gzip", steps: after(withAll, "rm /usr/bin/gzip"), env: managed},
		{name: "tar of busybox, no gzip", steps: after(withAll, install("busybox"), "ln -sf busybox /usr/bin/tar && rm /usr/bin/gzip"), env: managed},
		{name: "no mkdir", steps: after(withAll, "rm /usr/bin/mkdir"), env: managed},
		{name: "empty curl", steps: after(withAll, ": >/usr/bin/curl"), env: managed},
		{name: "curl for another processor", steps: after(withAll, change("/usr/bin/curl", "\\x3e\\x00\\x01\\x00\\x00\\x00", "\\xb7\\x00\\x01\\x00\\x00\\x00")), env: managed},
		{name: "curl without its interpreter", always: true, steps: after(withAll, change("/usr/bin/curl", "ld-linux-x86-64.so.2", "ld-linux-x86-64.so.9")), env: managed},
		{name: "Python without its interpreter", steps: after(withAll, change("/usr/bin/python3.11", "ld-linux-x86-64.so.2", "ld-linux-x86-64.so.9")), env: managed},
		{name: "curl in a script", steps: after(withAll, "mv /usr/bin/curl /usr/bin/curl.real && printf '#!/bin/sh\\nexec curl.real \"$@\"\\n' >/usr/bin/curl && chmod 755 /usr/bin/curl"), env: managed},
		{name: "curl in a script of nothing", steps: after(withAll, "printf '#!/bin/nothing\\n' >/usr/bin/curl"), env: managed},
		{name: "pip in root's home", steps: after(withAll, "d=/root/.local/lib/python3.11/site-packages && mkdir -p $d && mv /usr/lib/python3/dist-packages/pip $d"), env: managed},
		{name: "pip by a .pth file", steps: after(withAll, "mkdir /opt/more && mv /usr/lib/python3/dist-packages/pip /opt/more && echo /opt/more >/usr/lib/python3/dist-packages/more.pth"), env: managed},
		{name: "pip by a .pth file that runs code", steps: after(withAll, "mkdir /opt/more && mv /usr/lib/python3/dist-packages/pip /opt/more && echo 'import sys; sys.path.append(\"/opt/more\")' >/usr/lib/python3/dist-packages/more.pth"), env: managed},
		{name: "pip by PYTHONPATH", steps: after(withAll, "mkdir /opt/more && mv /usr/lib/python3/dist-packages/pip /opt/more"), env: append([]string{"PYTHONPATH=/opt/more"}, managed...)},
		{name: "pip's files for root alone", steps: after(withAll, "find /usr/lib/python3/dist-packages/pip -type f -exec chmod 600 {} +"), env: managed},
		{name: "PYTHONHOME", steps: withAll, env: append([]string{"PYTHONHOME=/usr"}, managed...)},
		{name: "PIP_BREAK_SYSTEM_PACKAGES=False", steps: withAll, env: []string{"PIP_BREAK_SYSTEM_PACKAGES=False"}},
		{name: "pip.conf that allows it", steps: after(withAll, "printf '[install]\\nbreak-system-packages = yes\\n' >/etc/pip.conf")},
		{name: "pip.conf that allows it to root", steps: after(withAll, "printf '[global]\\nbreak-system-packages: yes\\n' >/etc/pip.conf && chmod 600 /etc/pip.conf")},
		{name: "pip.conf of a virtual environment", steps: after(withAll, "python3 -m venv /opt/venv && printf '[install]\\nuser = yes\\n' >/opt/venv/pip.conf"), env: []string{venvPath}},
		{name: "virtualenv required", steps: withAll, env: append([]string{"PIP_REQUIRE_VIRTUALENV=1"}, managed...)},
		{name: "virtualenv required, and there", steps: after(withAll, "python3 -m venv /opt/venv"), env: []string{venvPath, "PIP_REQUIRE_VIRTUALENV=1"}},
		{name: "PIP_USER", steps: withAll, env: append([]string{"PIP_USER=1"}, managed...)},
		{name: "PIP_USER in a virtual environment", steps: after(withAll, "python3 -m venv /opt/venv"), env: []string{venvPath, "PIP_USER=1"}},
		{name: "PIP_TARGET", steps: after(withAll, "install -d -m 777 /opt/target"), env: append([]string{"PIP_TARGET=/opt/target"}, managed...)},
		{name: "PIP_TARGET in PYTHONPATH", steps: after(withAll, "install -d -m 777 /opt/target"), env: append([]string{"PIP_TARGET=/opt/target", "PYTHONPATH=/opt/target"}, managed...)},
		{name: "large passwd", steps: after(withAll, "i=0; while [ $i -lt 4000 ]; do echo \"user$i:x:$((i+20000)):0::/home/user$i:/bin/sh\"; i=$((i+1)); done >>/etc/passwd; echo u:x:1001:0::/home/u:/bin/sh >>/etc/passwd; install -d -o 1001 /home/u"), env: managed},
		{name: "Open Data Hub's scripts", steps: after(withAll, "ln -sf bash /usr/bin/sh", odhStep, "rm /usr/bin/curl"), env: managed, elyra: openDataHub},
		{name: "Open Data Hub's scripts, dash", steps: after(withAll, odhStep, "rm /usr/bin/curl"), env: managed, elyra: openDataHub},
		{name: "squashed", measured: true, steps: withAll, env: managed},
		{name: "squashed without curl", steps: withPython, env: managed},
		{name: "100 layers", measured: true, steps: slices.Clone(withAll), env: managed},
		{name: "zstd", steps: withAll, env: managed},
		{name: "index with attestations", steps: withAll, env: managed},
	}
	return images
}

// odhStep puts scripts where Open Data Hub's images have them.
var odhStep = fmt.Sprintf("mkdir -p %[1]s && cat >%[1]s/requirements-elyra.txt <<'EOF'\nminio==1.0\nEOF\ncat >%[1]s/bootstrapper.py <<'EOF'\n%[2]s\nEOF", odhScripts, "BOOTSTRAPPER")

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
	{opts: Options{ArbitraryUser: true, CRIORuntime: true}, chroot: fmt.Sprintf("%d:0", arbitraryUser.UID)},
}

// TestAgainstExecution holds every answer against what happens when a user of a container runs what Elyra
// runs: its own command, and its own bootstrapper, which installs a wheel, unpacks an archive, and runs the
// script in it. No answer may be wrong, and few unknown.
func TestAgainstExecution(t *testing.T) {
	b := newBuilder(t)
	if b == nil {
		return
	}
	commands := elyraCommands(t)
	mnt := b.elyraFiles(t)
	host := runRegistry(t, "http: {addr: '127.0.0.1:0'}\n")
	client := NewClient(Credentials{}) // reads each layer once for all images, as in one run of Terraform
	tally := map[string]int{}
	for i, image := range realisticImages() {
		if !image.always && os.Getenv("ELYRA_FAULT_RUNS") == "" {
			continue
		}
		t.Run(strings.ReplaceAll(image.name, " ", "_"), func(t *testing.T) {
			for k, step := range image.steps {
				image.steps[k] = strings.Replace(step, "BOOTSTRAPPER", string(must(os.ReadFile(filepath.Join(mnt, "bootstrapper.py")))), 1)
			}
			layers := b.image(t, image)
			for j, u := range users {
				if u.opts.CRIORuntime && commands[cmp.Or(image.elyra, defaultElyraVersion)]["crio"] == nil {
					continue
				}
				config := v1.Config{Env: image.env, User: u.config, WorkingDir: cmp.Or(image.dir, "/tmp")}
				ref := must(name.ParseReference(fmt.Sprintf("%s/team/image:%d-%d", host, i, j)))
				image.write(t, b, ref, layers, config)
				u.opts.Inspect, u.opts.MaxBytes, u.opts.ElyraVersion = true, 1<<40, image.elyra
				report := checkWith(t, client, ref.String(), u.opts)
				got := answersOf(report)
				r := run{b, mnt, layers, config, u, commands[cmp.Or(image.elyra, defaultElyraVersion)]}
				truth := r.answers(t)
				for _, question := range slices.Sorted(maps.Keys(truth)) {
					switch {
					case got[question] == truth[question]:
						tally["right"]++
					case truth[question] == question: // built into the shell
					case question == "pip" && strings.TrimPrefix(got[question], "/usr") == strings.TrimPrefix(truth[question], "/usr"):
						tally["right"]++ // Debian's /lib is a link to /usr/lib
					case got[question] == "unknown":
						tally["unknown"]++
						t.Logf("%s: %s is unknown, and running it says %q", u.chroot, question, truth[question])
					default:
						t.Errorf("%s: %s is %q, and running it says %q: %v", u.chroot, question, got[question], truth[question], report.Problems)
					}
				}
			}
		})
	}
	if tally["unknown"]*5 > tally["right"] {
		t.Errorf("%d answers are right, and %d unknown", tally["right"], tally["unknown"])
	}
	t.Logf("%d answers are right, and %d unknown", tally["right"], tally["unknown"])
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
	attestation := withConfig(t, imageOf(t, nil, encodings["tar"](lines{"x"}.Tar())), func(c *v1.ConfigFile) { c.OS, c.Architecture = "unknown", "unknown" })
	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex),
		mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: attestation, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}})
	pushIndex(t, ref.String(), index)
}

// answersOf are the answers of a report by their questions, "" for what isn't there and "unknown" for
// what nobody knows.
func answersOf(r *Report) map[string]string {
	got := map[string]string{"runs": map[string]string{"true": "yes", "false": "no", "unknown": "unknown"}[met(r)]}
	for question, exe := range map[string]*Executable{"sh": r.Sh, "mkdir": r.Mkdir, "curl": r.Curl, "python3": r.Python, "tar": r.Tar, "gzip": r.Gzip} {
		got[question] = ""
		if exe != nil {
			got[question] = exe.Path
			if hasObstacle := strings.Contains(fmt.Sprint(r.Problems), "It isn't known whether "+exe.Path+" works"); hasObstacle {
				got[question] = "unknown"
			}
		}
	}
	if r.Python != nil {
		got["version"], got["pip"] = r.Python.Version, r.Python.Pip
	}
	if strings.Contains(codes(r), pythonUnknown.Code) {
		got["python3"], got["version"], got["pip"] = "unknown", "unknown", "unknown"
	}
	if strings.Contains(codes(r), pipUnknown.Code) && got["pip"] == "" {
		got["pip"] = "unknown"
	}
	return got
}

// elyraScripts prints, as JSON, what the container of a pipeline's node runs: for Kubeflow, with and without
// CRIO_RUNTIME, and for Airflow.
const elyraScripts = `
import json, jinja2, os, sys, unittest.mock, yaml
import elyra
root = os.path.dirname(elyra.__file__)
def processor():
    try:
        from elyra.pipeline.kfp.kfp_processor import KfpPipelineProcessor
    except ModuleNotFoundError as e:
        if e.name != "elyra.pipeline.kfp.kfp_processor":
            raise
        from elyra.pipeline.kfp.processor_kfp import KfpPipelineProcessor
    return KfpPipelineProcessor
while True:
    try:
        Processor = processor()
        break
    except ImportError as e: # of an engine, which isn't installed
        sys.modules[e.name] = unittest.mock.MagicMock()
from elyra.airflow.operator import BootscriptBuilder
node = dict(pipeline_name="p", cos_endpoint="http://store", cos_bucket="b", cos_directory="d", cos_dependencies_archive="archive.tar.gz", filename="script.py")
def kubeflow(crio):
    version = "v2" if os.path.isdir(root + "/templates/kubeflow/v2") else "v1"
    template = jinja2.Environment(loader=jinja2.FileSystemLoader(root + "/templates/kubeflow/" + version)).get_template("generic_component_definition_template.jinja2")
    commands = Processor._compose_container_command_args(None, is_crio_runtime=crio, **node)
    component = yaml.safe_load(template.render(container_image="i", task_parameters=[], command_args=commands))
    container = component["implementation"]["container"]
    return container["command"] + container["args"]
def airflow():
    return ["sh", "-c", BootscriptBuilder(**node).container_cmd]
commands = {"kubeflow": kubeflow(False), "airflow": airflow()}
try:
    commands["crio"] = kubeflow(True)
except TypeError: # odh-elyra 5.0.3 can't submit pipelines with CRIO_RUNTIME
    pass
print(json.dumps(commands))
`

// elyraCommands are what Elyra runs, by its version: the same as the installed ones do.
func elyraCommands(t *testing.T) map[string]map[string][]string {
	t.Helper()
	env := []string{"ELYRA_BOOTSTRAP_SCRIPT_URL=file:///mnt/bootstrapper.py", "ELYRA_REQUIREMENTS_URL=file:///mnt/requirements-elyra.txt", "ELYRA_PIP_CONFIG_URL=file:///mnt/pip.conf"}
	commands := map[string]map[string][]string{}
	for version, elyra := range map[string]jupytertest.Elyra{defaultElyraVersion: jupytertest.Newest, openDataHub: jupytertest.ODH} {
		out, err := elyra.Command(t, env, elyraScripts).Output()
		var these map[string][]string
		if err == nil {
			err = json.Unmarshal(out, &these)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		commands[version] = these
	}
	return commands
}

// elyraFiles makes a directory with what Elyra's commands get: the bootstrapper of the installed Elyra, and
// wheels that stand for what it installs. The one called minio delivers the pipeline's archive.
func (b *builder) elyraFiles(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(b.dir, "elyra")
	out := must(jupytertest.Newest.Command(t, nil, "import elyra.kfp, os; print(open(os.path.dirname(elyra.kfp.__file__) + '/bootstrapper.py').read())").Output())
	archive := layertest.Gzip(lines{"script.py < print('it runs')"}.Tar())
	for name, content := range map[string]string{
		"bootstrapper.py": string(out), "requirements-elyra.txt": "minio==1.0\n", "pip.conf": "", "archive.tar.gz": string(archive),
		"packaging-99-py3-none-any.whl": wheel(t, "packaging", "99", map[string]string{"packaging/__init__.py": "", "packaging/version.py": "class InvalidVersion(Exception): pass\nVersion = str\n"}),
		"minio-1.0-py3-none-any.whl": wheel(t, "minio", "1.0", map[string]string{"minio/__init__.py": `import shutil
class Minio:
    def __init__(self, **kwargs): pass
    def fget_object(self, bucket_name, object_name, file_path): shutil.copyfile("/mnt/archive.tar.gz", file_path)
    def fput_object(self, bucket_name, object_name, file_path): open(file_path).close()
`, "minio/credentials.py": "class providers:\n    EnvAWSProvider = object\n", "minio-1.0.dist-info/entry_points.txt": "[console_scripts]\nminio = minio:Minio\n"}),
	} {
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// wheel is a Python distribution (PEP 427).
func wheel(t *testing.T, name, version string, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	info := name + "-" + version + ".dist-info/"
	files[info+"METADATA"] = "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n"
	files[info+"WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
	files[info+"RECORD"] = "" // pip writes it anew
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_, _ = io.WriteString(must(w.Create(name)), files[name])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// run is one container to run.
type run struct {
	*builder
	mnt      string
	layers   []*builtLayer
	config   v1.Config
	user     user
	commands map[string][]string
}

// programs says what a shell of the container runs.
const programs = `
answer() { echo "answer $1=$2"; }
answer sh "$(command -v sh)"
cd /tmp
mkdir --help && answer mkdir "$(command -v mkdir)"
curl --version | grep -q . && answer curl "$(command -v curl)"
tar --help && answer tar "$(command -v tar)"
gzip --help && answer gzip "$(command -v gzip)"
python3 -V && answer python3 "$(command -v python3)"
python3 -V | sed -n 's/^Python \(3\.[0-9]*\).*/answer version=\1/p'
python3 -m pip --version && python3 -c 'import os, pip; print("answer pip=" + os.path.dirname(pip.__file__))'
`

// answers runs the container, and returns the answers to the same questions as a report's. Where it depends
// on the runtime or the pipeline's engine whether Elyra's commands work, nobody knows.
func (r run) answers(t *testing.T) map[string]string {
	t.Helper()
	out, _ := r.exec(t, "/", []string{"sh", "-c", programs})
	truth := map[string]string{"sh": ""}
	if strings.Contains(out, "answer sh=") {
		truth = map[string]string{"sh": "", "mkdir": "", "curl": "", "python3": "", "version": "", "pip": "", "tar": "", "gzip": ""}
	}
	for line := range strings.Lines(out) {
		if answer, ok := strings.CutPrefix(strings.TrimSpace(line), "answer "); ok {
			question, value, _ := strings.Cut(answer, "=")
			truth[question] = value
		}
	}
	homes := []string{"/", r.config.WorkingDir} // runc's and CRI-O's, for a user who isn't in /etc/passwd
	engines := []string{"kubeflow"}
	switch {
	case r.user.opts.CRIORuntime:
		engines = []string{"crio"}
	case truth["mkdir"] == "": // Airflow's commands need that, and are the same otherwise
		engines = append(engines, "airflow")
	}
	if r.user.chroot == "0:0" || r.user.opts.CRIORuntime || strings.Contains(strings.Join(r.config.Env, "\n"), "HOME=") {
		homes = homes[:1]
	}
	outcomes := map[string]bool{}
	for _, home := range homes {
		for _, engine := range engines {
			out, ok := r.exec(t, home, r.commands[engine])
			ok = ok && strings.Contains(out, "it runs")
			outcomes[map[bool]string{true: "yes", false: "no"}[ok]] = true
			t.Logf("%s, home %s, %s: %v\n%s", r.user.chroot, home, engine, ok, lastLines(out))
		}
	}
	truth["runs"] = "unknown"
	for outcome := range outcomes {
		if len(outcomes) == 1 {
			truth["runs"] = outcome
		}
	}
	return truth
}

// lastLines is the end of what a program printed.
func lastLines(out string) string {
	all := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(all[max(0, len(all)-3):], "\n")
}

// exec runs a command in the container. HOME is what the image sets, or what /etc/passwd has, or else home.
func (r run) exec(t *testing.T, home string, command []string) (string, bool) {
	t.Helper()
	r.host(t, "mkdir", "-p", "try/upper", "try/work")
	defer r.host(t, "rm", "-r", "try")
	prepare := `mkdir -p "root/$DIR"; uid=${WHO%%:*}; home=$(awk -F: -v u="$uid" '$3 == u {print $6; exit}' root/etc/passwd); export HOME="${home:-$FALLBACK}"`
	environment := []string{"DIR=" + r.config.WorkingDir, "WHO=" + r.user.chroot, "FALLBACK=" + home, "PATH=" + os.Getenv("PATH")}
	// What pods set: where pip finds wheels instead of a network, and the store's credentials.
	args := []string{"env", "-u", "DIR", "-u", "WHO", "-u", "FALLBACK", "PATH=" + defaultPath, "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/mnt", "PIP_DISABLE_PIP_VERSION_CHECK=1",
		"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x"}
	args = append(args, r.config.Env...)
	if r.user.opts.CRIORuntime {
		prepare += "; mkdir -p root" + crioVolume + " && mount -t tmpfs -o mode=777 tmpfs root" + crioVolume
		args = append(args, "PYTHONPATH="+crioPython)
	}
	args = append(args, must(exec.LookPath("chroot")), "--userspec="+r.user.chroot, "--groups=", "root", "sh", "-c", `cd "$0" && exec "$@"`, r.config.WorkingDir)
	cmd := r.container(t, r.mnt, prepare, ",upperdir=try/upper,workdir=try/work", r.layers, append(args, command...)...)
	cmd.Env = environment
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return string(out), err == nil
}
