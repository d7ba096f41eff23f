package filestore

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Elsewhere is a directory with instances that no store on the data directories reads.
type Elsewhere struct {
	// Expected is the directory that is read instead, and has none.
	Expected string
	// Found is the directory that has them, and Count how many.
	Found string
	Count int
	// DataDir is the data directory that they belong to; empty if they'd have to be moved.
	DataDir string
}

// FoundElsewhere looks for instances around those of the data directories that have none.
func FoundElsewhere(kind *elyra.Kind, dataDirs []string) (found []Elsewhere) {
	read := New(kind, Config{DataDirs: dataDirs}).dirs
	for i, dir := range read {
		if len(documents(dir)) > 0 {
			continue
		}
		// Where they are if something else was given than a data directory: an export of elyra-metadata or
		// the directory metadata, the directory of the documents themselves, a Python environment, a home.
		for _, place := range []string{
			filepath.Join(dataDirs[i], kind.Schemaspace),
			dataDirs[i],
			instancesDir(kind, filepath.Join(dataDirs[i], "share", "jupyter")),
			instancesDir(kind, filepath.Join(dataDirs[i], ".local", "share", "jupyter")),
		} {
			count := countValid(kind, place)
			if count == 0 || slices.Contains(read, place) {
				continue
			}
			dataDir := filepath.Dir(filepath.Dir(place))
			if instancesDir(kind, dataDir) != place {
				dataDir = ""
			}
			found = append(found, Elsewhere{Expected: dir, Found: place, Count: count, DataDir: dataDir})
		}
	}
	return found
}

// countValid counts the documents in a directory that Elyra could list. What can't be read counts as
// nothing.
func countValid(kind *elyra.Kind, dir string) (count int) {
	for _, path := range documents(dir) {
		data, _, err := readFile(path)
		if err != nil {
			continue
		}
		if document, err := elyra.ParseDocument(data); err == nil && kind.Check(document) == nil {
			count++
		}
	}
	return count
}

// documents returns the paths of all files in a directory that have the name of an instance.
func documents(dir string) (paths []string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if _, ok := instanceName(entry.Name()); ok {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths
}
