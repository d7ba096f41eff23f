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

// An Elyra that saves an instance renames the old file away and writes the new one in its place:
// for some three milliseconds nothing is there, or half a document (Elyra 4.1,
// elyra/metadata/storage.py, store_instance). So where something points to a save, "gone" and
// "broken" are believed only if a moment later they are still so.
const (
	// lookAgainFor is how long a save is waited for, on a machine that is busy too, and lookAgainEvery
	// how often.
	lookAgainFor   = 500 * time.Millisecond
	lookAgainEvery = 2 * time.Millisecond
	// recent is how long ago a file changed, at most, that may still be being written.
	recent = time.Second
)

// settled calls look again until it reports nothing that a save would explain, or long enough.
func settled(ctx context.Context, look func() (passing bool)) {
	deadline := time.Now().Add(lookAgainFor)
	for look() && time.Now().Before(deadline) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAgainEvery):
		}
	}
}

// findSettled is find, but for an instance that is being saved.
func (s *Store) findSettled(ctx context.Context, name string) (level int, err error) {
	settled(ctx, func() bool {
		level, err = s.find(name)
		// While it is being saved, one that it hides shows through.
		hidden := err == nil && level > 0
		return (hidden || errors.Is(err, elyra.ErrNotFound)) && beingSaved(s.dirs[0], name)
	})
	return level, err
}

// readSettled is read, but for an instance that is being saved.
func (s *Store) readSettled(ctx context.Context, level int, name string) (instance elyra.Instance, err error) {
	settled(ctx, func() bool {
		instance, err = s.read(level, name)
		if errors.Is(err, elyra.ErrNotFound) {
			return beingSaved(s.dirs[level], name)
		}
		var invalid *elyra.InvalidError
		return errors.As(err, &invalid) && invalid.Unloadable && changedRecently(instance.Location)
	})
	return instance, err
}

// beingSaved reports whether a directory has what an Elyra that saves an instance leaves beside it,
// or the instance itself by now.
func beingSaved(dir, name string) bool {
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
// and the time in seconds, such as x.json1732373640.1. A time long past is what a save left that
// did not come to its end.
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

func changedRecently(path string) bool {
	info, err := os.Stat(path)
	return err != nil || time.Since(info.ModTime()).Abs() < recent
}
