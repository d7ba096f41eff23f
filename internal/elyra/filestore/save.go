package filestore

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// An Elyra that saves an instance renames the old file and writes the new one in its place: for some
// three milliseconds there is no document, or half of one (Elyra 4.1, elyra/metadata/storage.py,
// store_instance). If something points to a save, the store believes "gone" and "broken" only if
// they're still so a moment later.
const (
	// waitAtMost is how long the store waits for a save, even on a busy machine, and lookEvery how
	// often it looks.
	waitAtMost = 500 * time.Millisecond
	lookEvery  = 2 * time.Millisecond
	// recent is how long ago a file changed, at most, that may still be being written.
	recent = time.Second
)

// waitForSave calls look until it finds no save going on, or long enough.
func waitForSave(ctx context.Context, look func() (saving bool)) {
	deadline := time.Now().Add(waitAtMost)
	for look() && time.Now().Before(deadline) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
	}
}

// isSaving reports whether an error of looking for an instance at a level may come from a save.
func (s *Store) isSaving(level int, name string, err error) bool {
	if errors.Is(err, elyra.ErrNotFound) {
		return isBeingSaved(s.dirs[level], name)
	}
	if invalid, ok := errors.AsType[*elyra.InvalidError](err); !ok || !invalid.Unloadable {
		return false
	}
	info, err := os.Lstat(s.path(level, name))
	return err != nil || info.Mode().IsRegular() && time.Since(info.ModTime()).Abs() < recent
}

// isBeingSaved reports whether a directory has what an Elyra leaves there while it saves an
// instance, or the instance itself by now.
func isBeingSaved(dir, name string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	files, _ := f.Readdirnames(-1)
	for _, file := range files {
		if saved, ok := savedName(file); ok && saved == name || file == fileName(name) {
			return true
		}
	}
	return false
}

// savedName returns the instance that a file is the old version of: Elyra renames x.json to x.json
// and the time in seconds, such as x.json1732373640.1. If the time is long past, an interrupted save
// left the file.
func savedName(file string) (name string, ok bool) {
	i := strings.LastIndex(file, extension)
	if i < 0 {
		return "", false
	}
	seconds, err := strconv.ParseFloat(file[i+len(extension):], 64)
	if err != nil || time.Since(time.UnixMilli(int64(seconds*1000))).Abs() > time.Minute {
		return "", false
	}
	return instanceName(file[:i+len(extension)])
}
