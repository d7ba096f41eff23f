package filestore

import (
	"bufio"
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
// first.
//
// The rules are FileMetadataStore.metadata_path (Elyra 4.1,
// elyra/metadata/storage.py), jupyter_data_dir and SYSTEM_JUPYTER_PATH
// (jupyter_core 5.9, jupyter_core/paths.py) and, with JUPYTER_PLATFORM_DIRS,
// platformdirs.
func SearchPath(env Environment) []string {
	env = env.withDefaults()
	var dirs []string
	if list := env.get("ELYRA_METADATA_PATH"); list != "" {
		for _, dir := range strings.Split(list, string(os.PathListSeparator)) {
			// An empty entry is the working directory, for Elyra too.
			dirs = append(dirs, strings.TrimRight(dir, string(os.PathSeparator)))
		}
	}
	dirs = append(dirs, env.userDataDir())
	system := env.systemDataDirs()
	dirs = append(dirs, system...)
	if factory := FactoryDir(env); factory != "" && !slices.Contains(system, factory) {
		dirs = append(dirs, factory)
	}
	return dirs
}

// FactoryDir returns the data directory of the Python that runs Elyra, which has
// the images that Elyra ships; empty if that Python isn't known.
func FactoryDir(env Environment) string {
	env = env.withDefaults()
	if env.Prefix == "" {
		return ""
	}
	return filepath.Join(env.Prefix, "share", "jupyter")
}

func (e Environment) withDefaults() Environment {
	if e.GOOS == "" {
		e.GOOS = runtime.GOOS
	}
	if e.LookupEnv == nil {
		e.LookupEnv = os.LookupEnv
	}
	if e.Prefix == "" {
		e.Prefix = e.pythonPrefix()
	}
	return e
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
	if e.GOOS == "windows" || e.GOOS == "darwin" && !strings.HasPrefix(e.Prefix, "/opt/homebrew") {
		return "Jupyter"
	}
	return "jupyter"
}

// userDataDir is jupyter_core.paths.jupyter_data_dir.
func (e Environment) userDataDir() string {
	if dir := e.get("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	if e.flag("JUPYTER_PLATFORM_DIRS") {
		switch {
		case e.GOOS == "windows":
			return filepath.Join(e.get("LOCALAPPDATA"), e.appName())
		case filepath.IsAbs(e.get("XDG_DATA_HOME")):
			return filepath.Join(e.get("XDG_DATA_HOME"), e.appName())
		case e.GOOS == "darwin":
			return filepath.Join(e.platformHome(), "Library", "Application Support", e.appName())
		default:
			return filepath.Join(e.platformHome(), ".local", "share", e.appName())
		}
	}
	switch e.GOOS {
	case "darwin":
		return filepath.Join(realPath(e.home()), "Library", "Jupyter")
	case "windows":
		if dir := e.get("APPDATA"); dir != "" {
			return filepath.Join(realPath(dir), "jupyter")
		}
		if dir := e.get("JUPYTER_CONFIG_DIR"); dir != "" {
			return filepath.Join(dir, "data")
		}
		return filepath.Join(realPath(e.home()), ".jupyter", "data")
	default:
		if dir := e.get("XDG_DATA_HOME"); dir != "" {
			return filepath.Join(dir, "jupyter")
		}
		return filepath.Join(realPath(e.home()), ".local", "share", "jupyter")
	}
}

// systemDataDirs is jupyter_core.paths.SYSTEM_JUPYTER_PATH.
func (e Environment) systemDataDirs() []string {
	if e.GOOS == "windows" {
		// Anyone can write to %PROGRAMDATA%, so Jupyter uses it only if asked to.
		data := e.get("PROGRAMDATA")
		switch {
		case e.flag("JUPYTER_USE_PROGRAMDATA") && data != "" && e.flag("JUPYTER_PLATFORM_DIRS"):
			return []string{filepath.Join(data, "Jupyter")}
		case e.flag("JUPYTER_USE_PROGRAMDATA") && data != "":
			return []string{filepath.Join(data, "jupyter")}
		case e.Prefix != "":
			return []string{filepath.Join(e.Prefix, "share", "jupyter")}
		}
		return nil
	}
	bases := []string{"/usr/local/share", "/usr/share"}
	name := "jupyter"
	if e.flag("JUPYTER_PLATFORM_DIRS") {
		name = e.appName()
		if e.GOOS == "darwin" {
			bases = []string{"/Library/Application Support"}
			if strings.HasPrefix(e.Prefix, "/opt/homebrew") {
				bases = []string{"/opt/homebrew/share", "/Library/Application Support"}
			}
		}
		isRelative := func(dir string) bool { return !filepath.IsAbs(dir) }
		if xdg := slices.DeleteFunc(filepath.SplitList(e.get("XDG_DATA_DIRS")), isRelative); len(xdg) > 0 {
			bases = xdg
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
	return userHome()
}

// platformHome is platformdirs' expand_user("~"): outside Windows, a HOME that isn't absolute doesn't
// count.
func (e Environment) platformHome() string {
	if e.GOOS == "windows" || filepath.IsAbs(e.get("HOME")) {
		return e.home()
	}
	return userHome()
}

// userHome is the user's home directory by the system's records.
func userHome() string {
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return "~" // as Python does
}

// realPath resolves symbolic links as far as the path exists, as pathlib's resolve does.
func realPath(path string) string {
	resolved, err := filepath.EvalSymlinks(path)
	if err == nil {
		return resolved
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(realPath(parent), filepath.Base(path))
	}
	return path
}

// interpreter finds Python's path in the first lines of a script that pip
// installed: after #!, or, if that line would be too long, after exec.
var interpreter = regexp.MustCompile(`^(?:#!|'''exec' "?)(/[^" ]*/python[0-9.]*)"?(?: |$)`)

// pythonPrefix guesses sys.prefix of the Python that runs Elyra, without
// running it.
func (e Environment) pythonPrefix() string {
	if script := e.lookPath("elyra-metadata"); script != "" {
		f, err := os.Open(script)
		if err == nil {
			defer f.Close()
			lines := bufio.NewScanner(f)
			for range 2 {
				if lines.Scan() {
					if m := interpreter.FindStringSubmatch(lines.Text()); m != nil {
						return filepath.Dir(filepath.Dir(m[1]))
					}
				}
			}
		}
		return filepath.Dir(filepath.Dir(script))
	}
	if venv := e.get("VIRTUAL_ENV"); venv != "" {
		return venv
	}
	return e.get("CONDA_PREFIX")
}

// lookPath is exec.LookPath in this environment's PATH.
func (e Environment) lookPath(command string) string {
	for _, dir := range filepath.SplitList(e.get("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, command)); err == nil && filepath.IsAbs(path) {
			return path
		}
	}
	return ""
}
