package containerimage

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// What Elyra needs of an image follows from the commands that it runs in the container
// (_compose_container_command_args in elyra/pipeline/kfp/kfp_processor.py; the same in Airflow's):
//
//	sh -c "mkdir -p ./jupyter-work-dir && cd ./jupyter-work-dir"
//	sh -c "curl … --output bootstrapper.py"
//	sh -c "python3 -m pip install packaging && … python3 bootstrapper.py …"
//
// and from determine_elyra_requirements in the bootstrapper, which takes some versions of Python only.

// question is one of the things that an inspection finds out.
type question string

const (
	askUser         question = "user"
	askSh           question = "sh"
	askMkdir        question = "mkdir"
	askCurl         question = "curl"
	askPython       question = "python3"
	askVersion      question = "version"
	askPip          question = "pip"
	askManaged      question = "externally managed"
	askCertificates question = "certificates"
	askDirectory    question = "working directory"
)

// programs are what is looked for in the search path.
var programs = []question{askSh, askMkdir, askCurl, askPython}

// DefaultElyraVersion is the newest release of upstream.
const DefaultElyraVersion = "4.1"

// elyraPythons are the minor versions of Python 3 that the bootstrapper of an Elyra takes, as
// determine_elyra_requirements in elyra/kfp/bootstrapper.py and elyra/airflow/bootstrapper.py has them.
var elyraPythons = map[string][]int{
	"3.15":    {8, 9, 10, 11},
	"4.1":     {10, 11, 12, 13},
	"odh-5.0": {11, 12, 13},
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

// announce asks for everything that will be looked up for certain, so that layers are read far enough
// at once.
func (in *inspection) announce() {
	for _, dir := range in.dirs {
		for _, program := range programs {
			in.fs.Ask(dir + "/" + string(program))
		}
		in.fs.AskContent(path.Join(dir, "../pyvenv.cfg"))
	}
	for _, p := range certificateStores {
		in.fs.Ask(p)
	}
	if !in.opts.OpenShift && needsPasswd(in.config.User) {
		in.fs.AskContent(usersFile)
		in.fs.AskContent(groupsFile)
	}
}

// next asks all questions of what has been read. It reports whether a layer must be read on.
func (in *inspection) next(ctx context.Context) bool {
	in.need, in.end = -1, false
	if !in.ask(askUser, in.findUser) {
		return in.need >= 0
	}
	for _, program := range programs {
		in.ask(program, func() (rootfs.Found, error) {
			return in.fs.LookPath(ctx, in.dirs, string(program), in.user)
		})
	}
	if python := in.answers[askPython]; python.err == nil && python.Path != "" {
		in.ask(askVersion, in.findVersion)
		in.ask(askPip, in.findPip)
		in.ask(askManaged, in.findManaged)
	}
	in.ask(askCertificates, in.findCertificates)
	in.ask(askDirectory, in.findDirectory)
	return in.need >= 0
}

// ask notes the answer to one question, and which layer it needs. It reports whether something was
// found.
func (in *inspection) ask(q question, find func() (rootfs.Found, error)) bool {
	_ = in.fs.Assumed() // of the question before
	var a answer
	a.Found, a.err = find()
	a.assumed = in.fs.Assumed()
	in.answers[q] = a
	var unread rootfs.UnreadError
	switch {
	case errors.As(a.err, &unread):
		if in.need < 0 || in.end || unread.Layer < in.need {
			in.need, in.end = unread.Layer, false
		}
	case a.err == nil && !a.sure() && in.need < 0:
		in.need, in.end = a.assumed[0], true
	}
	return a.err == nil && a.Path != ""
}

// here is an answer that something is as it should be.
var here = rootfs.Found{Path: "."}

// exists finds one of some paths that leads to something of that kind. Any will do, so that one that
// was found needs no more to be known of the others.
func (in *inspection) exists(want rootfs.Kind, paths ...string) (rootfs.Found, error) {
	var unread error
	for _, p := range paths {
		in.fs.Ask(p)
	}
	for _, p := range paths {
		kind, err := in.fs.Stat(p)
		if err == nil && kind == want {
			return rootfs.Found{Path: p}, nil
		}
		if unread == nil {
			unread = err
		}
	}
	return rootfs.Found{}, unread
}

// findCertificates looks for a certificate store.
func (in *inspection) findCertificates() (rootfs.Found, error) {
	paths := certificateStores
	for _, name := range []string{"CURL_CA_BUNDLE", "SSL_CERT_FILE"} {
		if p := in.env(name); path.IsAbs(p) {
			paths = append(slices.Clone(paths), p)
		}
	}
	if curl := in.answers[askCurl]; curl.Path != "" { // conda's has its own
		paths = append(slices.Clone(paths), path.Join(path.Dir(curl.Target), "../ssl/cacert.pem"))
	}
	return in.exists(rootfs.File, paths...)
}

// findDirectory finds out whether the container's working directory can be written.
func (in *inspection) findDirectory() (rootfs.Found, error) {
	dir := path.Clean("/" + in.config.WorkingDir)
	reason, err := in.fs.Writable(dir, in.user)
	if err != nil || reason != "" {
		return rootfs.Found{Instead: reason}, err
	}
	return here, nil
}

// env is a variable of the image's environment.
func (in *inspection) env(name string) string {
	value := ""
	for _, kv := range in.config.Env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

// openShiftUser stands for the user that OpenShift runs a container as: any, of group 0.
var openShiftUser = rootfs.User{UID: 1_000_650_000, GIDs: []uint32{0}}

// needsPasswd reports whether the image's user has to be looked up in /etc/passwd.
func needsPasswd(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name != "" && name != "0" && name != "root"
}

// Who there is in an image, as in passwd(5) and group(5).
const (
	usersFile  = "/etc/passwd"
	groupsFile = "/etc/group"
)

// findUser finds out who the container runs as, as runtimes do: by name or number in /etc/passwd,
// with the groups of /etc/group.
func (in *inspection) findUser() (rootfs.Found, error) {
	name, group, hasGroup := strings.Cut(in.config.User, ":")
	switch {
	case in.opts.OpenShift:
		in.user = openShiftUser
		return here, nil
	case !needsPasswd(in.config.User):
		in.user = rootfs.Root
		return here, nil
	}
	passwd, err := in.fs.Content(usersFile)
	if err != nil {
		return rootfs.Found{}, err
	}
	groups, err := in.fs.Content(groupsFile)
	if err != nil {
		return rootfs.Found{}, err
	}
	uid, numeric := number(name)
	in.user = rootfs.User{UID: uid, GIDs: []uint32{0}}
	if line := record(string(passwd), name); line != nil {
		in.user.UID, _ = number(line[2])
		in.user.GIDs[0], _ = number(line[3])
		name = line[0]
	} else if !numeric {
		return rootfs.Found{Instead: fmt.Sprintf("its /etc/passwd has no user %q", clip(name))}, nil
	}
	if !hasGroup {
		in.user.GIDs = append(in.user.GIDs, memberships(string(groups), name)...)
		return here, nil
	}
	if line := record(string(groups), group); line != nil {
		group = line[2]
	}
	gid, numeric := number(group)
	if !numeric {
		return rootfs.Found{Instead: fmt.Sprintf("its /etc/group has no group %q", clip(group))}, nil
	}
	in.user.GIDs = []uint32{gid}
	return here, nil
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
