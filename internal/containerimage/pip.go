package containerimage

import (
	"cmp"
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
	if own := in.env["PIP_CONFIG_FILE"]; own != "/dev/null" {
		for dir := range strings.SplitSeq(cmp.Or(in.env["XDG_CONFIG_DIRS"], "/etc/xdg"), ":") {
			files = append(files, path.Join(dir, "pip/pip.conf"))
		}
		files = append(files, "/etc/pip.conf")
		for _, home := range in.homes() {
			user := cmp.Or(in.env["XDG_CONFIG_HOME"], path.Join(home, ".config"))
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
	for _, kv := range in.report.Env {
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
		return pipUnknown.problem("It isn't known whether pip installs packages: its configuration file is too large to read.")
	}
	if i := slices.IndexFunc(undecided, func(option string) bool { return config[option] != "" && !config.is(option, false) }); i >= 0 {
		return pipUnknown.problem("It isn't known whether pip installs packages: the image sets its option %s.", undecided[i])
	}
	target := config["target"]
	if in.opts.CRIORuntime { // Elyra gives one in a volume
		target = crioPython
	}
	user := config.is("user", true)
	switch {
	case config.is("require-virtualenv", true) && !py.venv:
		return pipRefuses.problem("The image sets pip's option require-virtualenv, and %s isn't in a virtual environment.", clip(py.path))
	case user && target != "":
		return pipRefuses.problem("The image sets pip's option user, which pip doesn't combine with a target directory.")
	case user && (!py.system || in.env["PYTHONNOUSERSITE"] != ""):
		return pipRefuses.problem("The image sets pip's option user, and %s doesn't look for modules in the user's home directory.", clip(py.path))
	case target != "" && !slices.Contains(py.sites, path.Clean(target)):
		return pipUnknown.problem("The image sets pip's option target, and %s doesn't look for modules there.", clip(py.path)).
			cure("Add that directory to PYTHONPATH in the image, or remove the option.")
	case target != "":
		return notWritable(in.fs.Creatable(target, in.user))
	}
	mark := path.Join(py.library, "EXTERNALLY-MANAGED")
	if !py.venv && !config.is("break-system-packages", true) && in.fs.Stat(mark) == rootfs.File {
		return pipManaged.problem("The pip of %s refuses to install what Elyra needs, because the distribution manages that Python itself (%s).", clip(py.path), clip(mark))
	}
	return in.installable(py, user, config.is("user", false))
}

// installable asks whether the user can write where pip installs: where Python's modules are, or else, as
// decide_user_install in pip has it, below the user's home directory.
func (in *inspection) installable(py *python, user, neverUser bool) *Problem {
	site := "lib/python" + py.version + "/site-packages"
	places := []string{path.Join(py.prefix, site)}
	switch {
	case py.prefix != "/usr":
	case in.fs.Stat("/usr/lib/python3/dist-packages") == rootfs.Dir: // Debian
		places = []string{"/usr/local/lib/python" + py.version + "/dist-packages"}
	default: // Fedora installs into /usr/local, and others into /usr
		places = append(places, path.Join("/usr/local", site))
	}
	into := func(modules string) string { // programs are next to them
		return cmp.Or(in.fs.Creatable(modules, in.user), in.fs.Creatable(path.Join(modules, "../../../bin"), in.user))
	}
	var reasons []string // why pip can't, each way it may go; "" where it can
	bases := in.userBases(py)
	for _, place := range places {
		reason := in.fs.Creatable(place, in.user)
		if !user && (reason == "" || neverUser || len(bases) == 0) {
			reasons = append(reasons, into(place))
			continue
		}
		for _, base := range bases {
			own := into(path.Join(base, site))
			if own != "" && reason != "" {
				own = reason + ", and " + own
			}
			reasons = append(reasons, own)
		}
	}
	why := cmp.Or(reasons...)
	if why != "" && slices.Contains(reasons, "") {
		return pipUnknown.problem("Whether pip can write where it installs packages depends on the container runtime: %s.", clip(why)).
			cure("Set HOME in the image to a directory that its user can write (ENV HOME=/home/user), or use a virtual environment.")
	}
	return notWritable(why)
}

func notWritable(reason string) *Problem {
	if reason == "" {
		return nil
	}
	return pipNotWritable.problem("pip can't install packages: %s.", clip(reason))
}
