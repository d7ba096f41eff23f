package filestore

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// elsewhere are the places, below what is given as a data directory, where instances are found if
// something else was meant: an export of elyra-metadata or the directory metadata, the directory of
// the documents themselves, a Python environment, and a home directory.
func elsewhere(kind *elyra.Kind, dataDir string) []string {
	return []string{
		filepath.Join(dataDir, kind.Schemaspace),
		dataDir,
		instancesDir(kind, filepath.Join(dataDir, "share", "jupyter")),
		instancesDir(kind, filepath.Join(dataDir, ".local", "share", "jupyter")),
	}
}

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
		for _, place := range elsewhere(kind, dataDirs[i]) {
			if count := countValid(kind, place); count > 0 && !slices.Contains(read, place) {
				found = append(found, Elsewhere{Expected: dir, Found: place, Count: count, DataDir: dataDirOf(kind, place)})
			}
		}
	}
	return found
}

// dataDirOf returns the data directory whose instances live in dir; empty if there isn't one.
func dataDirOf(kind *elyra.Kind, dir string) string {
	if dataDir := filepath.Dir(filepath.Dir(dir)); dir == instancesDir(kind, dataDir) {
		return dataDir
	}
	return ""
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
