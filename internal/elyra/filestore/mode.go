package filestore

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// modeDrift returns the file of an instance and the directories it is in, as far as
// they have other modes than the configuration asks for. Windows has no modes.
func (s *Store) modeDrift(path string) (drifts []elyra.ModeDrift) {
	if runtime.GOOS == "windows" {
		return nil
	}
	look := func(path string, want fs.FileMode) {
		if want == 0 {
			return
		}
		if info, err := os.Stat(path); err == nil && info.Mode().Perm() != want {
			drifts = append(drifts, elyra.ModeDrift{Path: path, Directory: info.IsDir(), Mode: info.Mode().Perm(), Want: want})
		}
	}
	directory := filepath.Dir(path)
	look(filepath.Dir(directory), s.asked.DirectoryPermission)
	look(directory, s.asked.DirectoryPermission)
	look(path, s.asked.FilePermission)
	return drifts
}
