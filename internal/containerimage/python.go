package containerimage

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

var (
	// python3.11, and python3.13t for a build without the interpreter lock.
	pythonName = regexp.MustCompile(`^python(3\.[0-9]{1,2})t?$`)
	// cpython-3.12.4-linux-x86_64-gnu, python-3.11, python@3.11 and the like.
	pythonDir = regexp.MustCompile(`python[-@]?(3\.[0-9]{1,2})(?:[^0-9]|$)`)
	// The line of pyvenv.cfg; virtualenv writes version_info.
	venvVersion = regexp.MustCompile(`(?m)^version(?:_info)?\s*=\s*(3\.[0-9]{1,2})(?:[^0-9]|$)`)
	venvHome    = regexp.MustCompile(`(?m)^home\s*=\s*(/.*?)\s*$`)
	venvSystem  = regexp.MustCompile(`(?mi)^include-system-site-packages\s*=\s*true\s*$`)
)

// maxPythonMinor is the last 3.x that is looked for by its library.
const maxPythonMinor = 40

// findVersion says which Python was found: by the names on the way to it; by its virtual environment;
// or by the one library, lib/python3.x or libpython3.x.so, beside it. Where those do not tell, nobody
// knows: a script, such as a shim of pyenv, may run any.
func (in *inspection) findVersion() (rootfs.Found, error) {
	f := in.answers[askPython].Found
	if f.Script {
		return rootfs.Found{Path: "?"}, nil
	}
	for _, p := range slices.Backward(append(slices.Clone(f.Links), f.Target)) {
		if m := pythonName.FindStringSubmatch(path.Base(p)); m != nil {
			return rootfs.Found{Path: m[1]}, nil
		}
	}
	venv, err := in.fs.Content(venvFile(f))
	if err != nil {
		return rootfs.Found{}, err
	}
	if m := venvVersion.FindSubmatch(venv); m != nil {
		return rootfs.Found{Path: string(m[1])}, nil
	}
	if m := pythonDir.FindStringSubmatch(path.Dir(f.Target)); m != nil {
		return rootfs.Found{Path: m[1]}, nil
	}
	for _, library := range []struct {
		kind    rootfs.Kind
		pattern string
	}{
		{rootfs.Dir, "lib/python%s"}, {rootfs.Dir, "lib64/python%s"},
		{rootfs.File, "lib/libpython%s.so"}, {rootfs.File, "lib/libpython%s.so.1.0"}, {rootfs.File, "lib64/libpython%s.so.1.0"},
	} {
		version, err := in.only(library.kind, path.Join(path.Dir(f.Target), "..", library.pattern))
		if err != nil || version != "" {
			return rootfs.Found{Path: version}, err
		}
	}
	return rootfs.Found{}, nil
}

// only is the one version whose library, named by pattern, is there; "" where there is none, or more
// than one.
func (in *inspection) only(kind rootfs.Kind, pattern string) (string, error) {
	version := ""
	for minor := range maxPythonMinor {
		v := "3." + strconv.Itoa(minor)
		found, err := in.exists(kind, fmt.Sprintf(pattern, v))
		if err != nil {
			return "", err
		}
		if found.Path == "" {
			continue
		}
		if version != "" {
			return "", nil
		}
		version = v
	}
	return version, nil
}

// venvFile is where the Python that was found looks for its virtual environment (PEP 405).
func venvFile(python rootfs.Found) string { return path.Join(path.Dir(python.Path), "../pyvenv.cfg") }

// version is the version of the Python that was found, such as "3.11"; "" where it is not known.
func (in *inspection) version() string {
	if v := in.answers[askVersion]; v.err == nil && v.Path != "?" {
		return v.Path
	}
	return ""
}

// hasEnsurepip is said of a Python that could install a pip.
const hasEnsurepip = "it has ensurepip"

// findPip looks for the pip of the Python that was found: where that Python, or Debian's, looks for
// modules. Without the version, or its library, nobody knows where that is.
func (in *inspection) findPip() (rootfs.Found, error) {
	f, version := in.answers[askPython].Found, in.version()
	if version == "" {
		return rootfs.Found{Path: "?"}, nil
	}
	prefixes, known, err := in.prefixes(f)
	if err != nil {
		return rootfs.Found{}, err
	}
	var paths []string
	for _, prefix := range prefixes {
		for _, dir := range []string{
			"lib/python" + version + "/site-packages", "lib64/python" + version + "/site-packages",
			"local/lib/python" + version + "/dist-packages", "local/lib/python" + version + "/site-packages",
			"lib/python3/dist-packages", "lib/python" + version + "/dist-packages",
		} {
			paths = append(paths, path.Join(prefix, dir, "pip"))
		}
	}
	for dir := range strings.SplitSeq(in.env("PYTHONPATH"), ":") {
		if path.IsAbs(dir) {
			paths = append(paths, path.Join(dir, "pip"))
		}
	}
	found, err := in.exists(rootfs.Dir, paths...)
	switch {
	case err != nil:
		return found, err
	case found.Path != "":
		return in.readable(found)
	case !known:
		return rootfs.Found{Path: "?"}, nil
	}
	bundled, err := in.exists(rootfs.Dir, path.Join(prefixes[len(prefixes)-1], "lib/python"+version+"/ensurepip"))
	if bundled.Path != "" {
		return rootfs.Found{Instead: hasEnsurepip}, err
	}
	return rootfs.Found{}, err
}

// readable is found, if the user can read it, and the standard library with it.
func (in *inspection) readable(found rootfs.Found) (rootfs.Found, error) {
	for _, p := range []string{found.Path, in.library} {
		instead, err := in.fs.Readable(p, in.user)
		if err != nil || instead != "" {
			return rootfs.Found{Instead: instead}, err
		}
	}
	return found, nil
}

// prefixes are the directories that the modules of a Python are below: its virtual environment, if it
// has one, and its installation, unless the environment keeps that out. Known is false where the
// installation is a guess.
func (in *inspection) prefixes(f rootfs.Found) (all []string, known bool, err error) {
	in.library = ""
	venv, err := in.fs.Content(venvFile(f))
	if err != nil {
		return nil, false, err
	}
	start := path.Dir(f.Target)
	if venv != nil {
		all = append(all, path.Dir(venvFile(f)))
		if !venvSystem.Match(venv) {
			return all, true, nil
		}
		if home := venvHome.FindSubmatch(venv); home != nil {
			start = string(home[1])
		}
	}
	base, err := in.installation(start)
	return append(all, base), in.library != "", err
}

// installation is the nearest directory above the program's, start, with a standard library, as CPython
// looks for it (Modules/getpath.py), which leaves out the root. CPython looks below start first, where
// none is ever kept, and lower layers would have to be read to see that. Where there is none, Python goes
// by what was compiled into it, which nobody can see; or its library is in another form (os.pyc,
// python311.zip), beside the program as ever.
func (in *inspection) installation(start string) (string, error) {
	for dir := path.Dir(path.Clean(start)); dir != "/"; dir = path.Dir(dir) {
		library, err := in.exists(rootfs.File, path.Join(dir, "lib/python"+in.version(), "os.py"), path.Join(dir, "lib64/python"+in.version(), "os.py"))
		if err != nil {
			return "", err
		}
		if in.library = library.Path; in.library != "" {
			return dir, nil
		}
	}
	return path.Join(start, ".."), nil
}

// findManaged finds out whether pip installs into this Python: it refuses where the distribution keeps
// packages by itself (PEP 668), as Debian does since version 12.
func (in *inspection) findManaged() (rootfs.Found, error) {
	f, version := in.answers[askPython].Found, in.version()
	switch in.env("PIP_BREAK_SYSTEM_PACKAGES") {
	case "", "0", "false", "no", "off":
	default:
		return here, nil
	}
	venv, err := in.fs.Content(venvFile(f))
	if err != nil || venv != nil || version == "" {
		return here, err
	}
	prefixes, _, err := in.prefixes(f)
	if err != nil {
		return here, err
	}
	library := path.Join(prefixes[0], "lib/python"+version)
	if in.library != "" {
		library = path.Dir(in.library)
	}
	mark, err := in.exists(rootfs.File, path.Join(library, "EXTERNALLY-MANAGED"))
	if err != nil || mark.Path == "" {
		return here, err
	}
	return rootfs.Found{Instead: mark.Path}, nil
}
