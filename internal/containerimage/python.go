package containerimage

import (
	"path"
	"regexp"
	"slices"
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
func (in *inspection) findPython() (*Executable, *Problem) {
	exe, p := in.find("python3", pythonMissing)
	if p != nil {
		return exe, p
	}
	py, p := in.layout(exe)
	if p != nil {
		return exe, p
	}
	exe.Version = py.version
	if takes := elyraPythons[in.opts.ElyraVersion]; !slices.Contains(takes, py.version) {
		all := strings.Join(takes, ", ")
		in.note(pythonUnsupported.problem("%s is Python %s. Elyra %s supports %s.", clip(py.path), py.version, in.opts.ElyraVersion, all).
			cure("Use an image with Python %s, or set elyra_version to the Elyra that runs the pipelines.", all))
	}
	if home := in.env["PYTHONHOME"]; home != "" {
		return exe, pipUnknown.problem("The image sets PYTHONHOME to %s, so it isn't known where %s looks for pip.", clip(home), clip(py.path)).
			cure("Remove PYTHONHOME from the image: Python doesn't need it. Otherwise check that python3 -m pip install packaging works in a container of it.")
	}
	in.findSites(py)
	in.report.Distributions = in.distributions(py)
	if exe.Pip, p = in.findPip(py); p == nil {
		p = in.install(py)
	}
	return exe, p
}

// layout finds out which Python it is, and whether it's in a virtual environment. The version follows from
// the names on the way to the program, from the virtual environment, or from the one library next to it.
func (in *inspection) layout(exe *Executable) (*python, *Problem) {
	py := &python{path: exe.Path, prefix: path.Join(path.Dir(exe.Path), "..")}
	venv, _ := in.fs.Content(path.Join(py.prefix, "pyvenv.cfg"))
	py.venv, py.system = venv != nil, venv == nil || venvSystem.Match(venv)
	// The path's own links come before the target, and the last name that says a version counts.
	links := in.fs.LookPath([]string{path.Dir(exe.Path)}, path.Base(exe.Path), in.user).Links
	for _, p := range append(links, exe.Target) {
		if m := pythonName.FindStringSubmatch(path.Base(p)); m != nil {
			py.version = m[1]
		}
	}
	if m := venvVersion.FindSubmatch(venv); m != nil && py.version == "" {
		py.version = string(m[1])
	}
	if py.version == "" {
		lib := path.Join(path.Dir(exe.Target), "../lib")
		libraries := slices.DeleteFunc(in.fs.List(lib), func(name string) bool {
			return !pythonName.MatchString(name) || in.fs.Stat(path.Join(lib, name, "os.py")) != rootfs.File
		})
		if len(libraries) != 1 {
			return py, pythonUnknown.problem("The Python version of %s isn't known: its file names don't show it.", clip(py.path))
		}
		py.version = pythonName.FindStringSubmatch(libraries[0])[1]
	}
	start := path.Dir(exe.Target)
	if home := venvHome.FindSubmatch(venv); home != nil {
		start = path.Clean(string(home[1]))
	}
	in.findLibrary(py, start)
	return py, nil
}

// findLibrary finds the standard library, in the nearest directory above start, as CPython does
// (Modules/getpath.py). Where there's none, Python goes by what was compiled into it, or finds its library
// in another form.
func (in *inspection) findLibrary(py *python, start string) {
	py.base = path.Dir(start)
	for dir := py.base; py.library == ""; dir = path.Dir(dir) {
		for _, lib := range []string{"lib64", "lib"} {
			if library := path.Join(dir, lib, "python"+py.version); in.fs.Stat(path.Join(library, "os.py")) == rootfs.File {
				py.base, py.library = dir, library
			}
		}
		if dir == "/" {
			break
		}
	}
	if !py.venv {
		py.prefix = py.base
	}
}

// findSites finds where Python looks for modules, besides its standard library.
func (in *inspection) findSites(py *python) {
	for dir := range strings.SplitSeq(in.env["PYTHONPATH"], ":") {
		if path.IsAbs(dir) {
			py.sites = append(py.sites, dir)
		}
	}
	if bases := in.userBases(py); len(bases) == 1 {
		in.addSite(py, path.Join(bases[0], "lib/python"+py.version+"/site-packages"))
	}
	prefixes := []string{py.prefix}
	if py.system && py.base != py.prefix {
		prefixes = append(prefixes, py.base)
	}
	for _, prefix := range prefixes {
		// The second to the fourth are Debian's, and the fifth is Fedora's.
		for _, dir := range []string{
			"lib/python%s/site-packages", "local/lib/python%s/dist-packages", "lib/python3/dist-packages", "lib/python%s/dist-packages",
			"local/lib/python%s/site-packages", "lib64/python%s/site-packages",
		} {
			in.addSite(py, path.Join(prefix, strings.Replace(dir, "%s", py.version, 1)))
		}
	}
}

// addSite adds a directory, and what the .pth files in it add: each of their lines is another directory, or
// code.
func (in *inspection) addSite(py *python, site string) {
	py.sites = append(py.sites, site)
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
	if !py.system || in.env["PYTHONNOUSERSITE"] != "" {
		return nil
	}
	if base := in.env["PYTHONUSERBASE"]; base != "" {
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
	for _, site := range slices.Backward(py.sites) { // the first wins
		for _, name := range in.fs.List(site) {
			if m := distribution.FindStringSubmatch(name); m != nil {
				found[strings.ToLower(separators.ReplaceAllString(clip(m[1]), "-"))] = clip(m[2])
			}
		}
	}
	return found
}

// findPip looks for pip where Python looks for modules.
func (in *inspection) findPip(py *python) (string, *Problem) {
	shown := clip(py.path)
	for _, site := range py.sites {
		pip := path.Join(site, "pip")
		main := path.Join(pip, "__main__.py")
		if in.fs.Stat(main) != rootfs.File {
			main += "c"
		}
		if in.fs.Stat(main) != rootfs.File {
			continue
		}
		for _, p := range []string{path.Join(py.library, "os.py"), main, path.Join(pip, "__init__.py"), path.Join(pip, "_internal/__init__.py")} {
			if instead := in.fs.Readable(p, in.user); instead != "" {
				return "", pipMissing.problem("The pip of Python %s (%s) is out of reach: %s.", py.version, shown, clip(instead)).
					cure("Make its modules readable for everybody (RUN chmod -R a+rX …), or install them with umask 022.")
			}
		}
		if py.library == "" {
			return "", pipUnknown.problem("It isn't known whether %s runs pip: the program is apart from its library.", shown)
		}
		return pip, nil
	}
	switch {
	case py.library == "":
		return "", pipUnknown.problem("It isn't known whether %s has a pip: the program is apart from its library.", shown)
	case py.hooks:
		return "", pipUnknown.problem("It isn't known whether %s has a pip: a .pth file runs code when Python starts.", shown)
	case in.fs.Stat(path.Join(py.library, "ensurepip")) == rootfs.Dir:
		return "", pipMissing.problem("Python %s (%s) has no pip, though it could install one.", py.version, shown).
			cure("Install it (RUN %s -m ensurepip).", shown)
	}
	return "", pipMissing.problem("Python %s (%s) has no pip.", py.version, shown)
}
