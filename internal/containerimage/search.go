package containerimage

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
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

var (
	// python3.11, and python3.13t for a build without the interpreter lock.
	pythonName = regexp.MustCompile(`^python(3\.[0-9]{1,2})t?$`)
	// cpython-3.12.4-linux-x86_64-gnu, python-3.11, python@3.11 and the like.
	pythonDir = regexp.MustCompile(`python[-@]?(3\.[0-9]{1,2})(?:[^0-9]|$)`)
)

// maxPythonMinor is the last 3.x that is looked for by its library.
const maxPythonMinor = 40

// pythonVersion says which Python was found by the names on the way to it, or by the one library
// directory python3.x beside it, or "" when names do not tell. It looks at what has been read, and
// asks for nothing more.
func (in *inspection) pythonVersion(f rootfs.Found) string {
	for _, p := range slices.Backward(append(f.Links, f.Target)) {
		if m := pythonName.FindStringSubmatch(path.Base(p)); m != nil {
			return m[1]
		}
	}
	if m := pythonDir.FindStringSubmatch(path.Dir(f.Target)); m != nil {
		return m[1]
	}
	version := ""
	for minor := range maxPythonMinor {
		v := "3." + strconv.Itoa(minor)
		kind, err := in.fs.Stat(path.Join(path.Dir(f.Target), "../lib/python"+v))
		if err != nil || kind != rootfs.Dir {
			continue
		}
		if version != "" {
			return ""
		}
		version = v
	}
	return version
}
