package containerimage

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// verdict is how an answer bears on the question whether the image will run.
type verdict int

const (
	fine    verdict = iota
	unknown         // nobody can tell
	lacking         // Elyra cannot do without
)

// settle puts what is decided into the report, with a problem for each thing that is missing.
func (in *inspection) settle(searchPath string) {
	r := in.report
	worst := max(in.settleUser(), in.settlePrograms(searchPath), in.settlePython(), in.settleDirectory())
	in.settleCertificates()
	if worst != unknown {
		met := worst == fine
		in.met = &met
	}
	for i := range in.layers {
		if in.counted[i] {
			r.InspectedLayers++
		}
	}
}

func (in *inspection) lacks(code Code, next, message string, args ...any) verdict {
	in.problem(&Problem{code, fmt.Sprintf(message, args...), next})
	return lacking
}

func (in *inspection) settleUser() verdict {
	a := in.answers[askUser]
	switch {
	case !a.sure():
		return unknown
	case a.Path == "":
		return in.lacks(CodeUserMissing, "Set USER in the image to a number (USER 1001), or add the user to the image.",
			"The image runs as %q, and %s.", clip(in.config.User), a.Instead)
	}
	in.report.User = in.user.UID
	return fine
}

// settlePrograms puts the programs into the report.
func (in *inspection) settlePrograms(searchPath string) verdict {
	worst := fine
	for _, program := range []struct {
		question
		code Code
		next string
		exe  **Executable
	}{
		{askSh, CodeShMissing, "Build the image on a base that has a shell; Elyra starts everything with sh -c.", &in.report.Sh},
		{askMkdir, CodeMkdirMissing, "Install coreutils or busybox in the image.", &in.report.Mkdir},
		{askPython, CodePythonMissing, "Install Python 3 in the image, or put its directory into PATH (ENV PATH=/opt/python/bin:$PATH).", &in.report.Python},
		{askCurl, CodeCurlMissing, "Install curl in the image (RUN apt-get install -y curl, dnf install -y curl).", &in.report.Curl},
	} {
		a, asked := in.answers[program.question]
		switch {
		case !asked || !a.sure():
			worst = max(worst, unknown)
		case a.Path != "":
			*program.exe = &Executable{Path: a.Path, Target: a.Target}
		case program.question == askMkdir && in.isBusybox():
			worst = max(worst, unknown)
			in.lacks(program.code, program.next, "The image has no executable mkdir in its search path (%s), and whether its shell, which is busybox, has one built in cannot be told.", clip(searchPath))
		default:
			worst = max(worst, in.missing(program.code, string(program.question), a.Found, searchPath, program.next))
		}
	}
	return worst
}

// isBusybox reports whether the shell is busybox, which may run its own programs without a file of
// theirs, as Debian's is built to do and Alpine's is not.
func (in *inspection) isBusybox() bool {
	sh := in.answers[askSh]
	return sh.sure() && strings.HasPrefix(path.Base(sh.Target), "busybox")
}

func (in *inspection) missing(code Code, name string, f rootfs.Found, searchPath, next string) verdict {
	instead := ""
	if f.Instead != "" {
		instead = ": " + clip(f.Instead)
	}
	return in.lacks(code, next, "The image has no executable %s in its search path (%s)%s.", name, clip(searchPath), instead)
}

// settlePython says whether the bootstrapper runs on the Python that was found, and pip with it.
func (in *inspection) settlePython() verdict {
	python := in.report.Python
	if python == nil {
		return fine // settlePrograms has said what there is to say
	}
	return max(in.settleVersion(python), in.settlePip(python))
}

func (in *inspection) settleVersion(python *Executable) verdict {
	takes := elyraPythons[in.opts.ElyraVersion]
	a := in.answers[askVersion]
	python.Version = in.version()
	_, minor, _ := strings.Cut(python.Version, ".")
	n, _ := strconv.Atoi(minor)
	switch {
	case !a.sure():
		return unknown
	case python.Version == "":
		reason := "its file names do not show the version"
		if a.Path == "?" {
			reason = "it is a script, which may run any Python or none"
		}
		in.lacks(CodePythonUnknown, fmt.Sprintf("Check that python3 --version in a container of it is one of %s, which Elyra %s takes.", versions(takes), in.opts.ElyraVersion),
			"Which version of Python %s is cannot be determined: %s.", python.Path, reason)
		return unknown
	case !slices.Contains(takes, n):
		return in.lacks(CodePythonUnsupported, fmt.Sprintf("Use an image with Python %s, or set elyra_version to the Elyra that runs the pipelines.", versions(takes)),
			"%s is Python %s, and the bootstrapper of Elyra %s refuses all but %s.", python.Path, python.Version, in.opts.ElyraVersion, versions(takes))
	}
	return fine
}

func (in *inspection) settlePip(python *Executable) verdict {
	a, managed := in.answers[askPip], in.answers[askManaged]
	switch {
	case !a.sure() || managed.err != nil:
		return unknown
	case a.Path == "?" && python.Version == "":
		return unknown // settleVersion has said why
	case a.Path == "?":
		in.lacks(CodePipUnknown, fmt.Sprintf("Check that %s -m pip --version works in a container of it.", python.Path),
			"Whether %s has a pip cannot be told: the program is apart from its library, and where it looks for that cannot be seen.", python.Path)
		return unknown
	case a.Path == "" && a.Instead == hasEnsurepip:
		return in.lacks(CodePipMissing, fmt.Sprintf("Install it (RUN %s -m ensurepip).", python.Path),
			"Python %s (%s) has no pip, though it could install one.", python.Version, python.Path)
	case a.Path == "" && a.Instead != "":
		return in.lacks(CodePipMissing, "Make its modules readable for everybody (RUN chmod -R a+rX …), or install them with umask 022.",
			"The pip of Python %s (%s) is out of reach: %s.", python.Version, python.Path, a.Instead)
	case a.Path == "":
		return in.lacks(CodePipMissing, "Install pip in the image (RUN apt-get install -y python3-pip, dnf install -y python3-pip).",
			"Python %s (%s) has no pip.", python.Version, python.Path)
	}
	python.Pip = a.Path
	if managed.Path == "" {
		return in.lacks(CodePipManaged, "Set ENV PIP_BREAK_SYSTEM_PACKAGES=1 in the image, or put a virtual environment first in its PATH.",
			"The pip of %s refuses to install what Elyra needs, because the distribution manages that Python itself (%s).", python.Path, managed.Instead)
	}
	return fine
}

func (in *inspection) settleDirectory() verdict {
	a, asked := in.answers[askDirectory]
	switch {
	case !asked || !a.sure():
		return unknown
	case a.Path == "":
		return in.lacks(CodeDirectoryReadOnly, "Set WORKDIR in the image to a directory that its user can write; for OpenShift, one that group 0 can write (RUN chgrp 0 /work && chmod g=u /work).",
			"Elyra cannot make its files in the working directory: %s.", a.Instead)
	}
	return fine
}

// settleCertificates warns: an image may bring its authorities in another way.
func (in *inspection) settleCertificates() {
	a, asked := in.answers[askCertificates]
	switch {
	case !asked || !a.sure():
	case a.Path != "":
		in.report.Certificates = a.Path
	default:
		in.lacks(CodeCertificatesMissing, "Install ca-certificates in the image, unless it gets its certificates in another way.",
			"The image has no certificate store where curl looks for one, so that Elyra's downloads over https may fail.")
	}
}

// versions lists the minor versions of Python 3.
func versions(minors []int) string {
	var all []string
	for _, m := range minors {
		all = append(all, "3."+strconv.Itoa(m))
	}
	return strings.Join(all, ", ")
}
