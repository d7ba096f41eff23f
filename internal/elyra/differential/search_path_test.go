package differential

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// searchPathCase is an operating system, by Go's name, and the environment variables there.
type searchPathCase struct {
	system      string
	environment map[string]string
}

func (c searchPathCase) String() string { return fmt.Sprintf("on %s with %q", c.system, c.environment) }

// searchPathKind is the data directories that Elyra reads.
func searchPathKind(t *testing.T) kind[searchPathCase] {
	home, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(home, link); err != nil {
		t.Fatal(err)
	}
	directories := []string{"", "/one", "/two/", "relative", "/a b", "~/x", "/x/../y", "//z", link + "/x"}
	lists := []string{"", "/one", "/one:/two", "/one/::/two", "relative:/one", ":", "/", "/one//:/one"}
	flags := []string{"", "0", "1", "no", "No", "off", "true", "yes", "0.0", "2"}
	variables := map[string][]string{
		"HOME": {home, link, "/nowhere", "", home + "/", "relative"}, "ELYRA_METADATA_PATH": lists, "JUPYTER_DATA_DIR": directories,
		"JUPYTER_PLATFORM_DIRS": flags, "XDG_DATA_HOME": directories, "XDG_DATA_DIRS": lists, "JUPYTER_PATH": lists, "JUPYTER_CONFIG_DIR": directories,
		"JUPYTER_PREFER_ENV_PATH": flags, "JUPYTER_USE_PROGRAMDATA": flags, "JUPYTER_NO_CONFIG": flags,
	}
	windows := map[string]string{"APPDATA": "/C/Roaming", "PROGRAMDATA": "/C/ProgramData", "LOCALAPPDATA": "/C/Local", "USERPROFILE": home}
	generate := rapid.Custom(func(r *rapid.T) searchPathCase {
		c := searchPathCase{rapid.SampledFrom([]string{"linux", "linux", "darwin", "windows"}).Draw(r, "system"), map[string]string{"HOME": home}}
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			if rapid.Bool().Draw(r, name+" is set") {
				c.environment[name] = rapid.SampledFrom(variables[name]).Draw(r, name)
			}
		}
		if c.system == "windows" {
			maps.Copy(c.environment, windows)
		}
		return c
	})
	return kind[searchPathCase]{
		generate: generate,
		compare: func(o *oracle, c searchPathCase) (ours, theirs any, err error) {
			var got []string
			if err := o.ask("search_path", map[string]any{"system": c.system, "environment": c.environment}, &got); err != nil {
				return nil, nil, err
			}
			path, _ := filestore.SearchPath(filestore.Environment{
				GOOS:      c.system,
				LookupEnv: func(key string) (string, bool) { value, ok := c.environment[key]; return value, ok },
				Prefix:    o.prefix,
			})
			return cleaned(path), cleaned(got), nil
		},
		known: knownSearchPaths,
	}
}

// cleaned spells paths in one way: how they are put together doesn't matter.
func cleaned(paths []string) (clean []string) {
	for _, path := range paths {
		clean = append(clean, filepath.Clean(path))
	}
	return clean
}
