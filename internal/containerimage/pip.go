package containerimage

import (
	"path"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// pipConfig is pip's configuration in an image: options by their long names.
type pipConfig map[string]string

// is reads an option as pip does (strtobool), and reports whether it's set to that.
func (c pipConfig) is(option string, want bool) bool {
	words := []string{"n", "no", "f", "false", "off", "0"}
	if want {
		words = []string{"y", "yes", "t", "true", "on", "1"}
	}
	return slices.Contains(words, strings.ToLower(c[option]))
}

// undecided are options that change where pip installs, or whether, in ways that aren't followed.
var undecided = []string{"prefix", "root", "no-index", "dry-run", "require-hashes", "python"}

// pipConfig reads pip's configuration files and variables, the later before the earlier
// (https://pip.pypa.io/en/stable/topics/configuration/). It reports false if a file can't be read.
func (in *inspection) pipConfig(py *python) (pipConfig, bool) {
	config, known := pipConfig{}, true
	var files []string
	if own := in.env("PIP_CONFIG_FILE"); own != "/dev/null" {
		system := in.env("XDG_CONFIG_DIRS")
		if system == "" {
			system = "/etc/xdg"
		}
		for dir := range strings.SplitSeq(system, ":") {
			files = append(files, path.Join(dir, "pip/pip.conf"))
		}
		files = append(files, "/etc/pip.conf")
		for _, home := range in.homes() {
			user := in.env("XDG_CONFIG_HOME")
			if user == "" {
				user = path.Join(home, ".config")
			}
			files = append(files, path.Join(home, ".pip/pip.conf"), path.Join(user, "pip/pip.conf"))
		}
		files = append(files, path.Join(py.prefix, "pip.conf"), own)
	}
	for _, section := range []string{"[global]", "[install]"} {
		for _, file := range files {
			if in.fs.Readable(file, in.user) != "" { // pip passes over it, too
				continue
			}
			content, whole := in.fs.Content(file)
			known = known && whole
			current := ""
			for line := range strings.Lines(string(content)) {
				line = strings.TrimSpace(line)
				at := strings.IndexAny(line, "=:")
				switch {
				case strings.HasPrefix(line, "["):
					current = line
				case current == section && at > 0 && line[0] != '#' && line[0] != ';':
					config.set(line[:at], line[at+1:])
				}
			}
		}
	}
	for _, kv := range in.config.Env {
		if option, ok := strings.CutPrefix(kv, "PIP_"); ok {
			key, value, _ := strings.Cut(option, "=")
			config.set(key, value)
		}
	}
	return config, known
}

// set sets an option. pip ignores empty values.
func (c pipConfig) set(key, value string) {
	if value = strings.TrimSpace(value); value != "" {
		c[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "_", "-")] = value
	}
}

// install asks whether pip may install packages.
func (in *inspection) install(py *python) *Problem {
	config, known := in.pipConfig(py)
	if !known {
		return pipUnknown.problem("Whether pip installs packages isn't known: its configuration file is too large to read.")
	}
	for _, option := range undecided {
		if config[option] != "" && !(config.is(option, false)) {
			return pipUnknown.problem("Whether pip installs packages isn't known: the image sets its option %s.", option)
		}
	}
	target := config["target"]
	user := config.is("user", true)
	switch {
	case config.is("require-virtualenv", true) && !py.venv:
		return pipRefuses.problem("The image sets pip's option require-virtualenv, and %s isn't in a virtual environment.", clip(py.path))
	case user && (in.opts.CRIORuntime || target != ""):
		return pipRefuses.problem("The image sets pip's option user, which pip doesn't combine with a target directory.")
	case user && (!py.system || in.env("PYTHONNOUSERSITE") != ""):
		return pipRefuses.problem("The image sets pip's option user, and %s doesn't look for modules in the user's home directory.", clip(py.path))
	case in.opts.CRIORuntime: // Elyra gives a target in a volume
		return in.notWritable(in.fs.Creatable(crioPython, in.user))
	case target != "":
		return in.installInto(py, path.Clean(target))
	}
	mark := path.Join(py.library, "EXTERNALLY-MANAGED")
	if !py.venv && !config.is("break-system-packages", true) && in.fs.Stat(mark) == rootfs.File {
		return pipManaged.problem("The pip of %s refuses to install what Elyra needs, because the distribution manages that Python itself (%s).", clip(py.path), clip(mark))
	}
	return in.installable(py, user, config.is("user", false))
}

// installInto asks whether pip installs into a directory that the image names.
func (in *inspection) installInto(py *python, target string) *Problem {
	if !slices.Contains(py.sites, target) {
		return pipUnknown.problem("The image sets pip's option target, and %s doesn't look for modules there.", clip(py.path)).
			cure("Add that directory to PYTHONPATH in the image, or remove the option.")
	}
	return in.notWritable(in.fs.Creatable(target, in.user))
}

// installable asks whether the user can write where pip installs: where Python's modules are, or else, as
// decide_user_install in pip has it, below the user's home directory.
func (in *inspection) installable(py *python, user, neverUser bool) *Problem {
	lib := "lib/python" + py.version
	var places [][2]string // for modules and for programs
	debian := in.fs.Stat(path.Join(py.prefix, "lib/python3/dist-packages")) == rootfs.Dir
	switch {
	case py.prefix != "/usr":
		places = append(places, [2]string{path.Join(py.prefix, lib, "site-packages"), path.Join(py.prefix, "bin")})
	case debian:
		places = append(places, [2]string{"/usr/local/" + lib + "/dist-packages", "/usr/local/bin"})
	default: // Fedora installs into /usr/local, and others into /usr
		places = append(places, [2]string{"/usr/local/" + lib + "/site-packages", "/usr/local/bin"}, [2]string{"/usr/" + lib + "/site-packages", "/usr/bin"})
	}
	var first string
	works, fails := false, false
	note := func(reason string) {
		works, fails = works || reason == "", fails || reason != ""
		if first == "" {
			first = reason
		}
	}
	bases := in.userBases(py)
	for _, place := range places {
		reason := in.fs.Creatable(place[0], in.user)
		if !user && (reason == "" || neverUser || len(bases) == 0) {
			if reason == "" {
				reason = in.fs.Creatable(place[1], in.user)
			}
			note(reason)
			continue
		}
		for _, base := range bases {
			if own := in.fs.Creatable(path.Join(base, lib, "site-packages"), in.user); own == "" {
				note(in.fs.Creatable(path.Join(base, "bin"), in.user))
			} else if reason == "" {
				note(own)
			} else {
				note(reason + ", and " + own)
			}
		}
	}
	if works && fails {
		return pipUnknown.problem("Whether pip can write where it installs packages depends on the container runtime: %s.", clip(first)).
			cure("Set HOME in the image to a directory that its user can write (ENV HOME=/home/user), or use a virtual environment.")
	}
	return in.notWritable(first)
}

func (in *inspection) notWritable(reason string) *Problem {
	if reason == "" {
		return nil
	}
	return pipNotWritable.problem("pip can't install packages: %s.", clip(reason))
}
