package differential

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// listCase is the files of data directories, nearest first, by their names. A content that is
// aDirectory or aDanglingLink is no content.
type listCase []map[string]string

const aDirectory, aDanglingLink = "a directory", "a dangling link"

func (c listCase) String() string { return fmt.Sprintf("%q", []map[string]string(c)) }

// write makes the directories and their files, of an hour ago: a broken file that is new may be one
// that is being written.
func (c listCase) write(root string) (dataDirs []string, err error) {
	old := time.Now().Add(-time.Hour)
	for level, files := range c {
		dataDir := filepath.Join(root, fmt.Sprint("level", level))
		dataDirs = append(dataDirs, dataDir)
		directory := filepath.Join(dataDir, "metadata", "runtime-images")
		if files == nil {
			continue
		}
		err = errors.Join(err, os.MkdirAll(directory, 0o700))
		for name, content := range files {
			path := filepath.Join(directory, name)
			switch content {
			case aDirectory:
				err = errors.Join(err, os.Mkdir(path, 0o700))
			case aDanglingLink:
				err = errors.Join(err, os.Symlink("nowhere", path))
			default:
				err = errors.Join(err, os.WriteFile(path, []byte(content), 0o600), os.Chtimes(path, old, old))
			}
		}
	}
	return dataDirs, err
}

// listed is what a list has of an instance, as the script writes it.
func listed(instances []elyra.Instance) []string {
	lines := []string{}
	for _, instance := range instances {
		line := instance.Name + " at " + instance.Location
		if instance.Invalid != nil {
			line += " is invalid"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// listKind is what Elyra lists of some directories.
func listKind(t *testing.T) kind[listCase] {
	const valid = `{"display_name": "x", "metadata": {"image_name": "a/b"}, "schema_name": "runtime-image"}`
	contents := rapid.OneOf(rapid.Just(valid), documentText, rapid.SampledFrom([]string{
		"", "{", "[]", "null", "{}", "\xff", aDirectory, aDanglingLink,
		`{"display_name": "x", "metadata": {}, "schema_name": "runtime-image"}`,
		`{"display_name": "x", "metadata": {"image_name": "a/b"}, "schema_name": "kfp"}`,
		`{"display_name": "x", "metadata": {"image_name": "a/b"}}`,
		`{"display_name": "x", "metadata": {"image_name": "a/b"}, "schema_name": "runtime-image", "name": "other", "resource": "/other", "reason": ""}`,
		`{"display_name": "x", "metadata": {"image_name": "a/b"}, "schema_name": "runtime-image", "reason": "theirs"}`,
	}))
	names := rapid.SampledFrom([]string{
		"a.json", "b.json", "c.json", "Upper.json", "a.b.json", ".json", "..json", ".a.json", "a b.json", "日.json", "-.json", "a.json.json",
		"a.JSON", "a.json~", "a.json.tmp", ".a.json.terraform-1.tmp", "a.json1732373640.1", "README", "ajson", "json",
	})
	files := rapid.MapOfN(names, contents, 0, 6)
	return kind[listCase]{
		generate: rapid.Custom(func(r *rapid.T) listCase {
			return rapid.SliceOfN(rapid.OneOf(files, files, files, rapid.Just(map[string]string(nil))), 1, 3).Draw(r, "directories")
		}),
		compare: func(o *oracle, c listCase) (ours, theirs any, err error) {
			root := t.TempDir()
			dataDirs, err := c.write(root)
			if err != nil {
				return nil, nil, err
			}
			var directories []string
			for _, dataDir := range dataDirs {
				directories = append(directories, filepath.Join(dataDir, "metadata", "runtime-images"))
			}
			var their lists
			if err := o.ask("instances", map[string]any{"directories": directories}, &their); err != nil {
				return nil, nil, err
			}
			store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: dataDirs})
			valid, validErr := store.List(t.Context(), elyra.ListOptions{})
			all, allErr := store.List(t.Context(), elyra.ListOptions{Invalid: true})
			return lists{listed(valid), listed(all)}, their, errors.Join(validErr, allErr, os.RemoveAll(root))
		},
		known: knownLists,
	}
}

// lists are a list without invalid instances, and one with them.
type lists struct{ Valid, All []string }
