package filestore

import (
	"cmp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Environment decides where Elyra looks for instances. The zero value is the
// environment of this process.
type Environment struct {
	// GOOS is the operating system, by Go's name. Default: this one.
	GOOS string
	// LookupEnv reads an environment variable. Default: os.LookupEnv.
	LookupEnv func(string) (string, bool)
	// Prefix is sys.prefix of the Python that runs Elyra. Default: that of the
	// elyra-metadata on PATH, else VIRTUAL_ENV, else CONDA_PREFIX; none of
	// these, there's no such level.
	Prefix string
}

// SearchPath returns the Jupyter data directories that Elyra reads, nearest
// first: those of ELYRA_METADATA_PATH, the user's, the system's, and the one of
// the Python environment with the images that Elyra ships. Elyra writes to the
// first. Factory is the one with those images, empty if that Python isn't known.
//
// The rules are FileMetadataStore.metadata_path (Elyra 4.1,
// elyra/metadata/storage.py), jupyter_data_dir and SYSTEM_JUPYTER_PATH
// (jupyter_core 5.9, jupyter_core/paths.py) and, with JUPYTER_PLATFORM_DIRS,
// platformdirs.
func SearchPath(env Environment) (dirs []string, factory string) {
	env.GOOS = cmp.Or(env.GOOS, runtime.GOOS)
	if env.LookupEnv == nil {
		env.LookupEnv = os.LookupEnv
	}
	env.Prefix = cmp.Or(env.Prefix, env.pythonPrefix())
	if list := env.get("ELYRA_METADATA_PATH"); list != "" {
		for _, dir := range strings.Split(list, string(os.PathListSeparator)) {
			// An empty entry is the working directory, for Elyra too.
			dirs = append(dirs, strings.TrimRight(dir, string(os.PathSeparator)))
		}
	}
	dirs = append(dirs, env.userDataDir())
	system := env.systemDataDirs()
	dirs = append(dirs, system...)
	if env.Prefix == "" {
		return dirs, ""
	}
	factory = filepath.Join(env.Prefix, "share", "jupyter")
	if !slices.Contains(system, factory) {
		dirs = append(dirs, factory)
	}
	return dirs, factory
}

func (e Environment) get(key string) string {
	value, _ := e.LookupEnv(key)
	return value
}

// flag reads a boolean as jupyter_core.paths.envset does.
func (e Environment) flag(key string) bool {
	value, ok := e.LookupEnv(key)
	return ok && !slices.Contains([]string{"no", "n", "false", "off", "0", "0.0"}, strings.ToLower(value))
}

// appName is jupyter_core.paths.APPNAME.
func (e Environment) appName() string {
	if e.GOOS == "windows" || e.GOOS == "darwin" && !e.isHomebrew() {
		return "Jupyter"
	}
	return "jupyter"
}

func (e Environment) isHomebrew() bool { return strings.HasPrefix(e.Prefix, "/opt/homebrew") }

// userDataDir is jupyter_core.paths.jupyter_data_dir.
func (e Environment) userDataDir() string {
	platform, xdg := e.flag("JUPYTER_PLATFORM_DIRS"), e.get("XDG_DATA_HOME")
	switch dir := e.get("JUPYTER_DATA_DIR"); {
	case dir != "":
		return dir
	case platform && e.GOOS == "windows":
		return filepath.Join(e.get("LOCALAPPDATA"), e.appName())
	case platform && filepath.IsAbs(xdg):
		return filepath.Join(xdg, e.appName())
	case platform && e.GOOS == "darwin":
		return filepath.Join(e.home(), "Library", "Application Support", e.appName())
	case platform:
		return filepath.Join(e.home(), ".local", "share", e.appName())
	case e.GOOS == "darwin":
		return filepath.Join(realPath(e.home()), "Library", "Jupyter")
	case e.GOOS == "windows" && e.get("APPDATA") != "":
		return filepath.Join(realPath(e.get("APPDATA")), "jupyter")
	case e.GOOS == "windows" && e.get("JUPYTER_CONFIG_DIR") != "":
		return filepath.Join(e.get("JUPYTER_CONFIG_DIR"), "data")
	case e.GOOS == "windows":
		return filepath.Join(realPath(e.home()), ".jupyter", "data")
	case xdg != "":
		return filepath.Join(xdg, "jupyter")
	}
	return filepath.Join(realPath(e.home()), ".local", "share", "jupyter")
}

// systemDataDirs is jupyter_core.paths.SYSTEM_JUPYTER_PATH.
func (e Environment) systemDataDirs() []string {
	platform, name := e.flag("JUPYTER_PLATFORM_DIRS"), "jupyter"
	if platform {
		name = e.appName()
	}
	if e.GOOS == "windows" {
		// Anyone can write to %PROGRAMDATA%, so Jupyter uses it only if asked to.
		switch data := e.get("PROGRAMDATA"); {
		case e.flag("JUPYTER_USE_PROGRAMDATA") && data != "":
			return []string{filepath.Join(data, name)}
		case e.Prefix != "":
			return []string{filepath.Join(e.Prefix, "share", "jupyter")}
		}
		return nil
	}
	bases := []string{"/usr/local/share", "/usr/share"}
	if platform {
		isRelative := func(dir string) bool { return !filepath.IsAbs(dir) }
		switch xdg := slices.DeleteFunc(filepath.SplitList(e.get("XDG_DATA_DIRS")), isRelative); {
		case len(xdg) > 0:
			bases = xdg
		case e.GOOS == "darwin" && e.isHomebrew():
			bases = []string{"/opt/homebrew/share", "/Library/Application Support"}
		case e.GOOS == "darwin":
			bases = []string{"/Library/Application Support"}
		}
	}
	for i, base := range bases {
		bases[i] = filepath.Join(base, name)
	}
	return bases
}

// home is Python's os.path.expanduser("~").
func (e Environment) home() string {
	if e.GOOS == "windows" {
		if home, ok := e.LookupEnv("USERPROFILE"); ok {
			return home
		}
	} else if home, ok := e.LookupEnv("HOME"); ok {
		return cmp.Or(strings.TrimRight(home, "/"), "/")
	}
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return "~" // as Python does
}

// realPath resolves symbolic links, as pathlib's resolve does, in a path that exists.
func realPath(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}

// interpreter finds Python's path in the first or second line of a script that pip
// installed: after #!, or, if that line would be too long, after exec.
var interpreter = regexp.MustCompile(`^(?:.*\n)??(?:#!|'''exec' "?)(/[^" \n]*/python[0-9.]*)"?(?: |\n|$)`)

// pythonPrefix guesses sys.prefix of the Python that runs Elyra, without
// running it.
func (e Environment) pythonPrefix() string {
	if script, err := exec.LookPath("elyra-metadata"); err == nil {
		text, _ := os.ReadFile(script)
		if match := interpreter.FindSubmatch(text); match != nil {
			script = string(match[1])
		}
		return filepath.Dir(filepath.Dir(script))
	}
	return cmp.Or(e.get("VIRTUAL_ENV"), e.get("CONDA_PREFIX"))
}
