package containerimage

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// What Elyra needs of an image follows from the commands that it runs in the container
// (_compose_container_command_args in elyra/pipeline/kfp/kfp_processor.py, container_cmd in
// elyra/airflow/operator.py):
//
//	sh -c "mkdir -p ./jupyter-work-dir && cd ./jupyter-work-dir"
//	sh -c "curl … --output bootstrapper.py"
//	sh -c "python3 -m pip install packaging && … python3 bootstrapper.py …"
//
// and from the bootstrapper, which supports some versions of Python, installs more packages, and calls
// tar -zxvf. For Airflow this is one command, for Kubeflow it's one for each line: there, each starts in
// the image's working directory, and a failed mkdir doesn't matter.

// defaultElyraVersion is the newest release of upstream.
const defaultElyraVersion = "4.1"

const openDataHub = "odh-5.0"

// elyraPythons are the minor versions of Python 3 that the bootstrapper of an Elyra supports, from
// determine_elyra_requirements in elyra/kfp/bootstrapper.py and elyra/airflow/bootstrapper.py.
var elyraPythons = map[string][]int{
	"3.15":      {8, 9, 10, 11},
	"4.1":       {10, 11, 12, 13},
	openDataHub: {11, 12, 13},
}

// ElyraVersions lists the versions that [Options.ElyraVersion] takes.
func ElyraVersions() []string {
	var all []string
	for v := range elyraPythons {
		all = append(all, v)
	}
	slices.Sort(all)
	return all
}

// Where Elyra puts packages with CRIO_RUNTIME (CRIO_VOL_MOUNT_PATH and CRIO_VOL_PYTHON_PATH in
// elyra/pipeline/kfp/kfp_processor.py): an emptyDir volume, and a directory in it.
const (
	crioVolume = "/opt/app-root/src"
	crioPython = crioVolume + "/jupyter-work-dir/python3"
)

// odhScripts are where odh-elyra looks for its scripts before it downloads them (ELYRA_FILE_BASE_PATH).
const odhScripts = "/opt/app-root/bin/utils"

// certificateStores are where curl of the usual distributions looks for authorities: Debian and Alpine,
// Fedora and Red Hat, SUSE, Alpine's OpenSSL, Nix.
var certificateStores = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	"/etc/ssl/certs/ca-bundle.crt",
}

// inspection asks one image what Elyra needs of it. Each question is a method that notes what it finds in
// the report, with a problem if that isn't what Elyra needs.
type inspection struct {
	*checker
	config       v1.Config
	architecture string
	fs           *rootfs.FS
	path         string   // the image's PATH
	dirs         []string // the directories in it that count
	user         rootfs.User
	passwd       string // what's known of /etc/passwd
}

// run asks all questions. It fails with a [*Problem] if none can be answered.
func (in *inspection) run() error {
	if len(in.dirs) > maxDirs {
		return inspectionFailed.problem("The image's search path has more than %d directories.", maxDirs).
			cure("Set PATH in the image to the directories that hold programs (ENV PATH=…), or inspect = false to skip the inspection.")
	}
	in.findOS()
	if p := in.findUser(); p != nil {
		return p
	}
	r := in.report
	r.User = &in.user.UID
	if in.opts.CRIORuntime {
		in.fs = in.fs.Over(rootfs.EmptyDir(in.fs.Resolve(crioVolume)))
	}
	r.Sh, _ = in.find("sh", shMissing)
	r.Mkdir, _ = in.find("mkdir", mkdirMissing)
	in.findCurl()
	in.findTar()
	in.findPython()
	in.findCertificates()
	in.findDirectory()
	r.Programs = map[string]string{}
	for _, name := range in.opts.Programs {
		if f := in.fs.LookPath(in.dirs, name, in.user); f.Path != "" {
			r.Programs[name] = f.Path
		}
	}
	return nil
}

// find looks for a program along the search path. It reports whether the program runs for sure, libraries
// apart.
func (in *inspection) find(name string, missing *Kind) (exe *Executable, runs bool) {
	f := in.fs.LookPath(in.dirs, name, in.user)
	if f.Path == "" {
		instead := ""
		if f.Instead != "" {
			instead = ": " + clip(f.Instead)
		}
		in.note(missing.problem("The image has no executable %s in its search path (%s)%s.", name, clip(in.path), instead))
		return nil, false
	}
	exe = &Executable{Path: f.Path, Target: f.Target}
	obstacle, known := in.obstacle(f.Program)
	switch {
	case obstacle == "":
		return exe, true
	case known:
		in.note(missing.problem("%s doesn't run: %s.", clip(f.Path), obstacle))
		return nil, false
	case missing == pythonMissing:
		in.note(pythonUnknown.problem("Which Python %s is isn't known: %s.", clip(f.Path), obstacle))
	default:
		in.note(programUnknown.problem("Whether %s works isn't known: %s.", clip(f.Path), obstacle))
	}
	return exe, false
}

// obstacle says why a program doesn't run, or may not; "" where nothing is known against it.
func (in *inspection) obstacle(p rootfs.Program) (reason string, known bool) {
	missing := p.Interpreter != "" && in.fs.Stat(p.Interpreter) != rootfs.File
	switch {
	case p.Form == rootfs.Empty:
		return "it's empty", true
	case missing:
		return fmt.Sprintf("it needs %s, which the image doesn't have", clip(p.Interpreter)), true
	case !p.RunsOn(in.architecture):
		return "it's a program for another kind of processor than " + clip(in.architecture), true
	case p.Form == rootfs.Script:
		return "it's a script, which may run any program", false
	case p.Form == rootfs.Unknown:
		return "it isn't a binary program", false
	}
	return "", true
}

// findCurl looks for curl. Open Data Hub's Elyra does without if the image has its scripts, and a shell
// that knows "[[", as Debian's dash doesn't.
func (in *inspection) findCurl() {
	if sh := in.report.Sh; in.opts.ElyraVersion == openDataHub && sh != nil && slices.Contains([]string{"bash", "busybox"}, path.Base(sh.Target)) {
		scripts := true
		for _, name := range []string{"bootstrapper.py", "requirements-elyra.txt"} {
			p := path.Join(odhScripts, name)
			scripts = scripts && in.fs.Stat(p) == rootfs.File && in.fs.Readable(p, in.user) == ""
		}
		if scripts && in.fs.LookPath(in.dirs, "cp", in.user).Path != "" {
			if f := in.fs.LookPath(in.dirs, "curl", in.user); f.Path != "" {
				in.report.Curl = &Executable{Path: f.Path, Target: f.Target}
			}
			return
		}
	}
	in.report.Curl, _ = in.find("curl", curlMissing)
}

// findTar looks for tar, and for the gzip that GNU tar runs. Those of busybox and BSD need none.
func (in *inspection) findTar() {
	r := in.report
	r.Tar, _ = in.find("tar", tarMissing)
	if r.Tar != nil && !slices.Contains([]string{"tar", "gtar", "gnutar"}, path.Base(r.Tar.Target)) {
		if f := in.fs.LookPath(in.dirs, "gzip", in.user); f.Path != "" {
			r.Gzip = &Executable{Path: f.Path, Target: f.Target}
		}
		return
	}
	r.Gzip, _ = in.find("gzip", gzipMissing)
}

// findCertificates looks for a certificate store.
func (in *inspection) findCertificates() {
	paths := slices.Clone(certificateStores)
	for _, name := range []string{"CURL_CA_BUNDLE", "SSL_CERT_FILE"} {
		if p := in.env(name); path.IsAbs(p) {
			paths = append(paths, p)
		}
	}
	curl := in.report.Curl
	if curl != nil { // conda's has its own
		paths = append(paths, path.Join(path.Dir(curl.Target), "../ssl/cacert.pem"))
	}
	for _, p := range paths {
		if in.fs.Stat(p) == rootfs.File {
			in.report.Certificates = p
			return
		}
	}
	if curl != nil {
		in.note(certificatesMissing.problem("The image has no certificate store where curl looks for one, so downloads over HTTPS may fail."))
	}
}

// findDirectory asks whether the container's working directory can be written. Runtimes make one that
// doesn't exist, for root.
func (in *inspection) findDirectory() {
	dir := in.workingDir()
	reason := in.fs.Writable(dir, in.user)
	if in.fs.Stat(dir) == rootfs.None {
		if in.user.UID == 0 {
			return
		}
		reason += ", so the runtime makes it for root"
	}
	if reason != "" {
		in.note(directoryNotWritable.problem("Elyra can't create its files in the working directory: %s.", clip(reason)))
	}
}

func (in *inspection) workingDir() string { return path.Clean("/" + in.config.WorkingDir) }

// findOS reads what the image says it is (os-release(5)).
func (in *inspection) findOS() {
	content, _ := in.fs.Content("/etc/os-release")
	if content == nil {
		content, _ = in.fs.Content("/usr/lib/os-release")
	}
	for line := range strings.Lines(string(content)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = clip(strings.Trim(value, `"'`)); key {
		case "ID":
			in.report.OS = value
		case "VERSION_ID":
			in.report.OSVersion = value
		}
	}
}

// env is a variable of the container's environment, as far as the image and Elyra set it.
func (in *inspection) env(name string) string {
	if in.opts.CRIORuntime && name == "PYTHONPATH" {
		return crioPython
	}
	value := ""
	for _, kv := range in.config.Env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

// arbitraryUser stands for the user that OpenShift runs a container as: any, of group 0.
var arbitraryUser = rootfs.User{UID: 1_000_650_000, GIDs: []uint32{0}}

// findUser finds out who the container runs as, as runtimes do: by name or number in /etc/passwd, with the
// groups of /etc/group (passwd(5), group(5)).
func (in *inspection) findUser() *Problem {
	content, wholeUsers := in.fs.Content("/etc/passwd")
	in.passwd = string(content)
	if in.opts.ArbitraryUser {
		in.user = arbitraryUser
		return nil
	}
	name, group, hasGroup := strings.Cut(in.config.User, ":")
	if name == "" || name == "root" { // whatever /etc/passwd says
		name = "0"
	}
	content, wholeGroups := in.fs.Content("/etc/group")
	groups := string(content)
	uid, numeric := number(name)
	in.user = rootfs.User{UID: uid, GIDs: []uint32{0}}
	switch line := record(in.passwd, name); {
	case line != nil:
		in.user.UID, _ = number(line[2])
		in.user.GIDs[0], _ = number(line[3])
		name = line[0]
	case !wholeUsers:
		return userUnknown.problem("The image runs as %q, and its /etc/passwd is too large to read.", clip(in.config.User))
	case !numeric:
		return userMissing.problem("The image runs as %q, and its /etc/passwd has no user %q.", clip(in.config.User), clip(name))
	}
	if in.user.UID == 0 {
		in.user = rootfs.Root
		return nil
	}
	if !hasGroup {
		in.user.GIDs = append(in.user.GIDs, memberships(groups, name)...)
		return nil
	}
	if line := record(groups, group); line != nil {
		group = line[2]
	}
	gid, numeric := number(group)
	switch {
	case !numeric && !wholeGroups:
		return userUnknown.problem("The image runs as %q, and its /etc/group is too large to read.", clip(in.config.User))
	case !numeric:
		return userMissing.problem("The image runs as %q, and its /etc/group has no group %q.", clip(in.config.User), clip(group))
	}
	in.user.GIDs = []uint32{gid}
	return nil
}

// homes are where HOME may lead. Images can set it. Otherwise runc takes it from /etc/passwd, or sets it
// to "/" (setupUser in libcontainer/init_linux.go); CRI-O adds a user without an entry to /etc/passwd, at
// home in the working directory (GeneratePasswd in utils/utils.go).
func (in *inspection) homes() []string {
	if home := in.env("HOME"); home != "" {
		return []string{home}
	}
	if line := record(in.passwd, strconv.FormatUint(uint64(in.user.UID), 10)); len(line) > 5 && line[5] != "" {
		return []string{line[5]}
	}
	if dir := in.workingDir(); dir != "/" {
		return []string{"/", dir}
	}
	return []string{"/"}
}

// number reads the number of a user or group.
func number(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil
}

// record is the line of passwd or group whose name or number is key.
func record(file, key string) []string {
	for line := range strings.Lines(file) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) >= 4 && (fields[0] == key || fields[2] == key) {
			return fields
		}
	}
	return nil
}

// memberships are the groups that list a user.
func memberships(file, user string) []uint32 {
	var gids []uint32
	for line := range strings.Lines(file) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 4 || !slices.Contains(strings.Split(fields[3], ","), user) {
			continue
		}
		if gid, ok := number(fields[2]); ok {
			gids = append(gids, gid)
		}
	}
	return gids
}
