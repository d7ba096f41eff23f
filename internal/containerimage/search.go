package containerimage

import (
	"path"
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
