package containerimage

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// defaultPath is where a container looks for programs when its image sets no
// PATH: what Docker, containerd and CRI-O put there.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxPath bounds the PATH that is looked at: Linux runs no program whose
// environment has a longer string (MAX_ARG_STRLEN in execve(2)).
const maxPath = 128 << 10

// searchPath is the image's PATH, as the configuration's Env has it, and the
// directories in it that count. An empty element and a relative one mean a
// place below the working directory, which for Elyra is one that its own
// command makes and enters before it runs curl and python3 (kfp_processor.py,
// "mkdir -p ./jupyter-work-dir && cd ./jupyter-work-dir"): nothing of the
// image is in there, so they count for nothing.
func searchPath(env []string) (string, []string) {
	value := defaultPath
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok {
			value = v
		}
	}
	var dirs []string
	seen := map[string]bool{}
	for dir := range strings.SplitSeq(value[:min(len(value), maxPath)], ":") {
		if path.IsAbs(dir) && !seen[dir] {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
	}
	return value, dirs
}

// found is the outcome of looking for one program.
type found struct {
	exe     *Executable
	passed  []string // the links on the way to it
	instead string   // when exe is nil: what is there instead, to help the reader, or ""
}

// lookPath finds the first executable file called name along dirs, as a shell
// does. It ends in an [unreadError] when a layer that was not read could
// change the answer.
func (u *union) lookPath(dirs []string, name string) (found, error) {
	var f found
	for _, dir := range dirs {
		p := strings.TrimRight(dir, "/") + "/" + name
		r, err := u.resolve(p)
		if err != nil {
			return found{}, err
		}
		switch {
		case r.kind == kindExec:
			return found{exe: &Executable{Path: p, Target: r.path}, passed: r.passed}, nil
		case f.instead != "":
		case r.loop:
			f.instead = p + " is a loop of symbolic links"
		case r.kind == kindNone && len(r.passed) > 0 && slices.Contains(r.passed, path.Clean(p)):
			f.instead = p + " is a symbolic link that leads nowhere (" + r.path + " does not exist)"
		case r.kind != kindNone && r.path != path.Clean(p):
			f.instead = p + " leads to " + r.path + ", which is " + r.kind.String()
		case r.kind != kindNone:
			f.instead = p + " is " + r.kind.String()
		}
	}
	return f, nil
}

var (
	// python3.11, and python3.13t for a build without the interpreter lock.
	pythonName = regexp.MustCompile(`^python(3\.[0-9]{1,2})t?$`)
	// cpython-3.12.4-linux-x86_64-gnu, python-3.11, python@3.11 and the like.
	pythonDir = regexp.MustCompile(`python[-@]?(3\.[0-9]{1,2})(?:[^0-9]|$)`)
)

// maxPythonMinor is the last 3.x that is looked for by its library.
const maxPythonMinor = 40

// pythonVersion says which Python a program is by the names on the way to it,
// or by the one library directory python3.x beside it, or "" when names do not
// tell. It looks at what has been read, and asks for nothing more.
func (u *union) pythonVersion(f found) string {
	for _, p := range slices.Backward(f.passed) {
		if m := pythonName.FindStringSubmatch(path.Base(p)); m != nil {
			return m[1]
		}
	}
	if m := pythonDir.FindStringSubmatch(path.Dir(f.exe.Target)); m != nil {
		return m[1]
	}
	version := ""
	for minor := range maxPythonMinor {
		v := "3." + strconv.Itoa(minor)
		lib := path.Join(path.Dir(f.exe.Target), "../lib/python"+v)
		r, err := u.resolve(lib)
		if errors.As(err, new(unreadError)) || r.kind != kindDir {
			continue
		}
		if version != "" {
			return ""
		}
		version = v
	}
	return version
}
