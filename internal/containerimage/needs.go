package containerimage

import (
	"iter"
	"maps"
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

// elyraPythons are the versions of Python that the bootstrapper of an Elyra supports, from
// determine_elyra_requirements in elyra/kfp/bootstrapper.py and elyra/airflow/bootstrapper.py.
var elyraPythons = map[string][]string{
	"3.15":      {"3.8", "3.9", "3.10", "3.11"},
	"4.1":       {"3.10", "3.11", "3.12", "3.13"},
	openDataHub: {"3.11", "3.12", "3.13"},
}

// ElyraVersions lists the versions that [Options.ElyraVersion] takes.
func ElyraVersions() []string {
	return slices.Sorted(maps.Keys(elyraPythons))
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

// defaultPath is where a container looks for programs when its image sets no PATH: what Docker,
// containerd, and CRI-O set.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxDirs bounds the directories of a search path.
const maxDirs = 256

// inspection asks one image what Elyra needs of it. Each question is a method that returns what it finds,
// and a problem if that isn't what Elyra needs.
type inspection struct {
	*checker
	report *Report
	config *v1.ConfigFile
	fs     *rootfs.FS
	env    map[string]string // the container's environment, as far as the image and Elyra set it
	dirs   []string          // the search path
	user   rootfs.User
	passwd string // what's known of /etc/passwd
}

// newInspection prepares the questions about an image with these files.
func newInspection(c *checker, seen *sight, fs *rootfs.FS) *inspection {
	in := &inspection{checker: c, report: &seen.Report, config: seen.config, fs: fs, env: map[string]string{"PATH": defaultPath}}
	for _, variable := range seen.Env {
		if name, value, ok := strings.Cut(variable, "="); ok {
			in.env[name] = value
		}
	}
	if c.opts.CRIORuntime {
		in.env["PYTHONPATH"] = crioPython
		in.fs = fs.Over(rootfs.EmptyDir(fs.Resolve(crioVolume)))
	}
	return in
}

// run asks all questions. It fails with a [*Problem] if none can be answered.
func (in *inspection) run() error {
	if strings.Count(in.env["PATH"], ":") >= maxDirs {
		return inspectionFailed.problem("The image's search path has more than %d directories.", maxDirs).
			cure("Set PATH in the image to the directories that hold programs (ENV PATH=…), or inspect = false to skip the inspection.")
	}
	for dir := range strings.SplitSeq(in.env["PATH"], ":") {
		if path.IsAbs(dir) { // others are below the working directory, where the image has no programs
			in.dirs = append(in.dirs, dir)
		}
	}
	r := in.report
	r.OS, r.OSVersion = in.findOS()
	user, p := in.findUser()
	if p != nil {
		return p
	}
	in.user, r.User = user, new(int64(user.UID))
	r.Sh = in.noted(in.find("sh", shMissing))
	r.Mkdir = in.noted(in.find("mkdir", mkdirMissing))
	r.Curl = in.noted(in.findCurl())
	r.Tar = in.noted(in.find("tar", tarMissing))
	r.Gzip = in.noted(in.findGzip())
	r.Python = in.noted(in.findPython())
	r.Certificates, p = in.findCertificates()
	in.note(p)
	in.note(in.checkDirectory())
	r.Programs = map[string]string{}
	for _, name := range in.opts.Programs {
		if exe, _ := in.find(name, programUnknown); exe != nil { // none of them is a problem
			r.Programs[name] = exe.Path
		}
	}
	return nil
}

// noted is a program that was found. It notes the problem with it.
func (in *inspection) noted(exe *Executable, p *Problem) *Executable {
	in.note(p)
	return exe
}

// find looks for a program along the search path. Without a problem, it runs for sure, libraries apart.
func (in *inspection) find(name string, missing *Kind) (*Executable, *Problem) {
	f := in.fs.LookPath(in.dirs, name, in.user)
	exe := &Executable{Path: f.Path, Target: f.Target}
	shown := clip(f.Path)
	unknown, message := programUnknown, "It isn't known whether %s works: %s."
	if missing == pythonMissing {
		unknown, message = pythonUnknown, "The version of %s isn't known: %s."
	}
	switch program := f.Program; {
	case f.Path == "" && f.Instead == "":
		return nil, missing.problem("The image has no executable %s in its search path (%s).", name, clip(in.env["PATH"]))
	case f.Path == "":
		return nil, missing.problem("The image has no executable %s in its search path (%s): %s.", name, clip(in.env["PATH"]), clip(f.Instead))
	case program.Form == rootfs.Empty:
		return nil, missing.problem("%s doesn't run: it's empty.", shown)
	case program.Interpreter != "" && in.fs.Stat(program.Interpreter) != rootfs.File:
		return nil, missing.problem("%s doesn't run: it needs %s, which the image doesn't have.", shown, clip(program.Interpreter))
	case !program.RunsOn(in.config.Architecture):
		return nil, missing.problem("%s doesn't run: it's a program for another kind of processor than %s.", shown, clip(in.config.Architecture))
	case program.Form == rootfs.Script:
		return exe, unknown.problem(message, shown, "it's a script, which may run any program")
	case program.Form == rootfs.Unknown:
		return exe, unknown.problem(message, shown, "it isn't a binary program")
	}
	return exe, nil
}

// findCurl looks for curl. Open Data Hub's Elyra does without if the image has its scripts, cp, and a shell
// that knows "[[", as Debian's dash doesn't.
func (in *inspection) findCurl() (*Executable, *Problem) {
	curl, p := in.find("curl", curlMissing)
	sh := in.report.Sh
	if p == nil || in.opts.ElyraVersion != openDataHub || sh == nil || !slices.Contains([]string{"bash", "busybox"}, path.Base(sh.Target)) {
		return curl, p
	}
	for _, name := range []string{"bootstrapper.py", "requirements-elyra.txt"} {
		if script := path.Join(odhScripts, name); in.fs.Stat(script) != rootfs.File || in.fs.Readable(script, in.user) != "" {
			return curl, p
		}
	}
	if cp, _ := in.find("cp", curlMissing); cp == nil {
		return curl, p
	}
	return curl, nil
}

// findGzip looks for the gzip that GNU tar runs. The tar of busybox and of BSD needs none.
func (in *inspection) findGzip() (*Executable, *Problem) {
	gzip, p := in.find("gzip", gzipMissing)
	if tar := in.report.Tar; tar != nil && !slices.Contains([]string{"tar", "gtar", "gnutar"}, path.Base(tar.Target)) {
		return gzip, nil
	}
	return gzip, p
}

// findCertificates looks for a certificate store. Only curl needs it.
func (in *inspection) findCertificates() (string, *Problem) {
	paths := append(slices.Clone(certificateStores), in.env["CURL_CA_BUNDLE"], in.env["SSL_CERT_FILE"])
	curl := in.report.Curl
	if curl != nil { // conda's has its own
		paths = append(paths, path.Join(path.Dir(curl.Target), "../ssl/cacert.pem"))
	}
	for _, p := range paths {
		if path.IsAbs(p) && in.fs.Stat(p) == rootfs.File {
			return p, nil
		}
	}
	if curl == nil {
		return "", nil
	}
	return "", certificatesMissing.problem("The image has no certificate store where curl looks for one, so downloads over HTTPS may fail.")
}

// checkDirectory asks whether the container's working directory can be written. Runtimes make one that
// doesn't exist, for root.
func (in *inspection) checkDirectory() *Problem {
	dir := in.workingDir()
	reason := in.fs.Writable(dir, in.user)
	if in.fs.Stat(dir) == rootfs.None {
		if in.user.UID == 0 {
			return nil
		}
		reason += ", so the runtime makes it for root"
	}
	if reason == "" {
		return nil
	}
	return directoryNotWritable.problem("Elyra can't create its files in the working directory: %s.", clip(reason))
}

func (in *inspection) workingDir() string { return path.Clean("/" + in.config.Config.WorkingDir) }

// findOS reads what the image says it is (os-release(5)).
func (in *inspection) findOS() (id, version string) {
	content, _ := in.fs.Content("/etc/os-release")
	if content == nil {
		content, _ = in.fs.Content("/usr/lib/os-release")
	}
	for line := range strings.Lines(string(content)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = clip(strings.Trim(value, `"'`)); key {
		case "ID":
			id = value
		case "VERSION_ID":
			version = value
		}
	}
	return id, version
}

// arbitraryUser is an example of the user that OpenShift runs a container as: any, of group 0.
var arbitraryUser = rootfs.User{UID: 1_000_650_000, GIDs: []uint32{0}}

// findUser finds out who the container runs as, as runtimes do: by name or number in /etc/passwd, with the
// groups of /etc/group (passwd(5), group(5)).
func (in *inspection) findUser() (rootfs.User, *Problem) {
	content, wholeUsers := in.fs.Content("/etc/passwd")
	in.passwd = string(content)
	if in.opts.ArbitraryUser {
		return arbitraryUser, nil
	}
	written := clip(in.config.Config.User)
	name, group, hasGroup := strings.Cut(in.config.Config.User, ":")
	if name == "" || name == "root" { // whatever /etc/passwd says
		name = "0"
	}
	uid, numeric := number(name)
	user := rootfs.User{UID: uid, GIDs: []uint32{0}}
	switch fields := record(in.passwd, name); {
	case fields != nil:
		user.UID, _ = number(fields[2])
		user.GIDs[0], _ = number(fields[3])
		name = fields[0]
	case !wholeUsers:
		return user, userUnknown.problem("The image runs as %q, and its /etc/passwd is too large to read.", written)
	case !numeric:
		return user, userMissing.problem("The image runs as %q, and its /etc/passwd has no user %q.", written, clip(name))
	}
	if user.UID == 0 {
		return rootfs.Root, nil
	}
	content, wholeGroups := in.fs.Content("/etc/group")
	if !hasGroup {
		for fields := range records(string(content)) {
			if gid, ok := number(fields[2]); ok && slices.Contains(strings.Split(fields[3], ","), name) {
				user.GIDs = append(user.GIDs, gid)
			}
		}
		return user, nil
	}
	if fields := record(string(content), group); fields != nil {
		group = fields[2]
	}
	gid, numeric := number(group)
	switch {
	case numeric:
		return rootfs.User{UID: user.UID, GIDs: []uint32{gid}}, nil
	case !wholeGroups:
		return user, userUnknown.problem("The image runs as %q, and its /etc/group is too large to read.", written)
	}
	return user, userMissing.problem("The image runs as %q, and its /etc/group has no group %q.", written, clip(group))
}

// homes are where HOME may lead. Images can set it. Otherwise runc takes it from /etc/passwd, or sets it
// to "/" (setupUser in libcontainer/init_linux.go); CRI-O adds a user without an entry to /etc/passwd, at
// home in the working directory (GeneratePasswd in utils/utils.go).
func (in *inspection) homes() []string {
	if home := in.env["HOME"]; home != "" {
		return []string{home}
	}
	if fields := record(in.passwd, strconv.FormatUint(uint64(in.user.UID), 10)); len(fields) > 5 && fields[5] != "" {
		return []string{fields[5]}
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

// records are the lines of passwd or group.
func records(file string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(file) {
			if fields := strings.Split(strings.TrimSpace(line), ":"); len(fields) >= 4 && !yield(fields) {
				return
			}
		}
	}
}

// record is the line whose name or number is key.
func record(file, key string) []string {
	for fields := range records(file) {
		if fields[0] == key || fields[2] == key {
			return fields
		}
	}
	return nil
}
