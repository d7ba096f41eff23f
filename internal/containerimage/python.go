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
	// The lines of pyvenv.cfg (PEP 405); virtualenv writes version_info.
	venvVersion = regexp.MustCompile(`(?m)^version(?:_info)?\s*=\s*(3\.[0-9]{1,2})(?:[^0-9]|$)`)
	venvHome    = regexp.MustCompile(`(?m)^home\s*=\s*(/.*?)\s*$`)
	venvSystem  = regexp.MustCompile(`(?mi)^include-system-site-packages\s*=\s*true\s*$`)
	// papermill-2.6.0.dist-info, and six-1.16.0-py3.11.egg-info.
	distribution = regexp.MustCompile(`^(.+?)-([0-9][^-]*)(?:-py3[^-]*)?\.(?:dist|egg)-info$`)
	separators   = regexp.MustCompile(`[-_.]+`)
)

// harmlessHooks are .pth files that run code, and add nothing to where Python looks for modules:
// setuptools's and virtualenv's.
var harmlessHooks = []string{"distutils-precedence.pth", "_virtualenv.pth"}

// python is the Python that was found.
type python struct {
	path    string
	version string // such as "3.11"
	venv    bool   // it's in a virtual environment
	system  bool   // which also sees the modules outside
	prefix  string // of the virtual environment, or base
	base    string // of the installation
	library string // the directory of the standard library

	sites []string // where it looks for modules
	hooks bool     // .pth files run code, which may add more of them
}

// findPython looks for Python and its pip, and asks whether that installs what Elyra needs.
func (in *inspection) findPython() {
	r := in.report
	exe, runs := in.find("python3", pythonMissing)
	r.Python = exe
	if !runs {
		return
	}
	py := &python{path: exe.Path}
	if p := in.layout(py, exe.Target); p != nil {
		in.note(p)
		return
	}
	exe.Version = py.version
	takes := elyraPythons[in.opts.ElyraVersion]
	_, minor, _ := strings.Cut(py.version, ".")
	if n, _ := strconv.Atoi(minor); !slices.Contains(takes, n) {
		in.note(pythonUnsupported.problem("%s is Python %s. Elyra %s supports %s.", clip(py.path), py.version, in.opts.ElyraVersion, versions(takes)).
			cure("Use an image with Python %s, or set elyra_version to the Elyra that runs the pipelines.", versions(takes)))
	}
	if p := in.findSites(py); p != nil {
		in.note(p)
		return
	}
	r.Distributions = in.distributions(py)
	pip, p := in.findPip(py)
	if p == nil {
		exe.Pip = pip
		p = in.install(py)
	}
	in.note(p)
}

// layout finds out which Python it is, and whether it's in a virtual environment. The version follows from
// the names on the way to the program, from the virtual environment, or from the one library next to it.
func (in *inspection) layout(py *python, target string) *Problem {
	py.prefix = path.Join(path.Dir(py.path), "..")
	venv, _ := in.fs.Content(path.Join(py.prefix, "pyvenv.cfg"))
	py.venv, py.system = venv != nil, venv == nil || venvSystem.Match(venv)
	// The path's own links come before the target, and the last name that says a version counts.
	links := in.fs.LookPath([]string{path.Dir(py.path)}, path.Base(py.path), in.user).Links
	for _, p := range append(links, target) {
		if m := pythonName.FindStringSubmatch(path.Base(p)); m != nil {
			py.version = m[1]
		}
	}
	if m := venvVersion.FindSubmatch(venv); m != nil && py.version == "" {
		py.version = string(m[1])
	}
	beside := path.Join(path.Dir(target), "../lib")
	var libraries []string
	for _, name := range in.fs.List(beside) {
		if m := pythonName.FindStringSubmatch(name); m != nil && in.fs.Stat(path.Join(beside, name, "os.py")) == rootfs.File {
			libraries = append(libraries, m[1])
		}
	}
	if len(libraries) == 1 && py.version == "" {
		py.version = libraries[0]
	}
	if py.version == "" {
		return pythonUnknown.problem("Which version of Python %s is isn't known: its file names don't show it.", clip(py.path))
	}
	start := path.Dir(target)
	if home := venvHome.FindSubmatch(venv); home != nil {
		start = string(home[1])
	}
	return in.installation(py, start)
}

// installation finds the standard library, in the nearest directory above start, as CPython does
// (Modules/getpath.py). Where there's none, Python goes by what was compiled into it, or finds its library
// in another form.
func (in *inspection) installation(py *python, start string) *Problem {
	for dir := path.Clean(start); dir != "/"; {
		dir = path.Dir(dir)
		for _, lib := range []string{"lib", "lib64"} {
			library := path.Join(dir, lib, "python"+py.version)
			if in.fs.Stat(path.Join(library, "os.py")) == rootfs.File {
				py.base, py.library = dir, library
				if !py.venv {
					py.prefix = dir
				}
				return nil
			}
		}
	}
	py.base = path.Dir(path.Clean(start))
	if !py.venv {
		py.prefix = py.base
	}
	return nil
}

// findSites finds where Python looks for modules, besides its standard library.
func (in *inspection) findSites(py *python) *Problem {
	if home := in.env("PYTHONHOME"); home != "" {
		return pipUnknown.problem("The image sets PYTHONHOME to %s, so where %s looks for pip isn't known.", clip(home), clip(py.path)).
			cure("Remove PYTHONHOME from the image: Python doesn't need it. Otherwise check that python3 -m pip install packaging works in a container of it.")
	}
	for dir := range strings.SplitSeq(in.env("PYTHONPATH"), ":") {
		if path.IsAbs(dir) {
			py.sites = append(py.sites, dir)
		}
	}
	var sites []string
	if bases := in.userBases(py); len(bases) == 1 {
		sites = append(sites, path.Join(bases[0], "lib/python"+py.version+"/site-packages"))
	}
	for _, prefix := range slices.Compact([]string{py.prefix, py.base}) {
		if prefix != py.prefix && !py.system {
			break
		}
		// The second to the fourth are Debian's, and the fifth is Fedora's.
		for _, dir := range []string{
			"lib/python%s/site-packages", "local/lib/python%s/dist-packages", "lib/python3/dist-packages", "lib/python%s/dist-packages",
			"local/lib/python%s/site-packages", "lib64/python%s/site-packages",
		} {
			sites = append(sites, path.Join(prefix, strings.Replace(dir, "%s", py.version, 1)))
		}
	}
	for _, site := range sites {
		py.sites = append(py.sites, site)
		in.readHooks(py, site)
	}
	return nil
}

// readHooks follows the .pth files in a directory: each line is a directory with modules, or code.
func (in *inspection) readHooks(py *python, site string) {
	for _, name := range in.fs.List(site) {
		file := path.Join(site, name)
		if !strings.HasSuffix(name, ".pth") || in.fs.Readable(file, in.user) != "" {
			continue
		}
		content, whole := in.fs.Content(file)
		py.hooks = py.hooks || !whole
		for line := range strings.Lines(string(content)) {
			line = strings.TrimSpace(line)
			switch {
			case line == "", strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t"):
				py.hooks = py.hooks || !slices.Contains(harmlessHooks, name)
			case path.IsAbs(line):
				py.sites = append(py.sites, line)
			default:
				py.sites = append(py.sites, path.Join(site, line))
			}
		}
	}
}

// userBases are where the user's own modules may be: none if Python doesn't look there (site.py).
func (in *inspection) userBases(py *python) []string {
	if !py.system || in.env("PYTHONNOUSERSITE") != "" {
		return nil
	}
	if base := in.env("PYTHONUSERBASE"); base != "" {
		return []string{base}
	}
	var bases []string
	for _, home := range in.homes() {
		bases = append(bases, path.Join(home, ".local"))
	}
	return bases
}

// distributions are the installed Python distributions and their versions. Names are normalized as PEP 503
// says.
func (in *inspection) distributions(py *python) map[string]string {
	found := map[string]string{}
	for _, site := range py.sites {
		for _, name := range in.fs.List(site) {
			m := distribution.FindStringSubmatch(name)
			if m == nil {
				continue
			}
			name := strings.ToLower(separators.ReplaceAllString(clip(m[1]), "-"))
			if _, ok := found[name]; !ok {
				found[name] = clip(m[2])
			}
		}
	}
	return found
}

// findPip looks for pip where Python looks for modules.
func (in *inspection) findPip(py *python) (string, *Problem) {
	for _, site := range py.sites {
		pip := path.Join(site, "pip")
		for _, main := range []string{"__main__.py", "__main__.pyc"} {
			if in.fs.Stat(path.Join(pip, main)) != rootfs.File {
				continue
			}
			for _, p := range []string{path.Join(py.library, "os.py"), path.Join(pip, main), path.Join(pip, "__init__.py"), path.Join(pip, "_internal/__init__.py")} {
				if instead := in.fs.Readable(p, in.user); instead != "" {
					return "", pipMissing.problem("The pip of Python %s (%s) is out of reach: %s.", py.version, clip(py.path), clip(instead)).
						cure("Make its modules readable for everybody (RUN chmod -R a+rX …), or install them with umask 022.")
				}
			}
			if py.library == "" {
				return "", pipUnknown.problem("Whether %s runs pip isn't known: the program is apart from its library.", clip(py.path))
			}
			return pip, nil
		}
	}
	switch {
	case py.library == "":
		return "", pipUnknown.problem("Whether %s has a pip isn't known: the program is apart from its library.", clip(py.path))
	case py.hooks:
		return "", pipUnknown.problem("Whether %s has a pip isn't known: a .pth file runs code when Python starts.", clip(py.path))
	case in.fs.Stat(path.Join(py.library, "ensurepip")) == rootfs.Dir:
		return "", pipMissing.problem("Python %s (%s) has no pip, though it could install one.", py.version, clip(py.path)).
			cure("Install it (RUN %s -m ensurepip).", clip(py.path))
	}
	return "", pipMissing.problem("Python %s (%s) has no pip.", py.version, clip(py.path))
}

// versions lists minor versions of Python 3.
func versions(minors []int) string {
	var all []string
	for _, m := range minors {
		all = append(all, fmt.Sprint("3.", m))
	}
	return strings.Join(all, ", ")
}
