package filestore

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// misplaced are the places, below what is given as a data directory, where runtime images are found
// instead when something else was meant: an export of elyra-metadata or the directory metadata, the
// directory of the documents themselves, a Python environment, and a home directory.
var misplaced = []string{
	"runtime-images",
	".",
	filepath.Join("share", "jupyter", "metadata", "runtime-images"),
	filepath.Join(".local", "share", "jupyter", "metadata", "runtime-images"),
}

// Overlooked implements [elyra.Store]. It looks around data directories that have no instances.
func (s *Store) Overlooked() (overlooked []elyra.Overlooked) {
	for _, dir := range s.dirs {
		if len(documents(dir)) > 0 {
			continue
		}
		dataDir := filepath.Dir(filepath.Dir(dir))
		for _, place := range misplaced {
			found := filepath.Join(dataDir, place)
			if count := countImages(found); count > 0 && !slices.Contains(s.dirs, found) {
				overlooked = append(overlooked, elyra.Overlooked{Looked: dir, Found: found, Count: count, DataDir: dataDirOf(found)})
			}
		}
	}
	return overlooked
}

// dataDirOf returns the data directory whose instances live in dir; empty where there is none.
func dataDirOf(dir string) string {
	if dataDir, ok := strings.CutSuffix(dir, string(filepath.Separator)+filepath.Join("metadata", "runtime-images")); ok {
		return dataDir
	}
	return ""
}

// countImages counts the documents in a directory that Elyra could list. What cannot be read
// counts as nothing.
func countImages(dir string) (count int) {
	for _, path := range documents(dir) {
		data, err := readFile(path)
		if err != nil {
			continue
		}
		if document, err := elyra.ParseDocument(data); err == nil {
			if _, err := document.Image(""); err == nil {
				count++
			}
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
