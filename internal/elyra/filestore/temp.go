package filestore

import (
	"cmp"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

// tempFile is a whole document, flushed to the disk, under a name that nobody takes for an
// instance's.
type tempFile struct {
	dir    *directory
	file   *os.File // kept open: an event for a running Elyra comes from it
	name   string
	placed bool // it has an instance's name by now
}

// writeTemp writes a document next to the place of the instance of that name. It gets the owner, mode,
// and attributes of old, the instance's current file, or the store's mode if old is nil. A failure
// leaves nothing behind.
func (s *Store) writeTemp(dir *directory, name string, data []byte, old *os.File) (*tempFile, error) {
	// Long names are cut, so that the suffix fits.
	temp := "." + name[:min(len(name), 200)] + extension + tempMark + strconv.FormatUint(rand.Uint64(), 36) + tempSuffix
	mode := cmp.Or(s.config.FilePermission, elyraFilePermission)
	if old != nil {
		mode = 0o600 // until it has its owner
	}
	f, err := dir.root.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, fail("write to", dir.path, err)
	}
	t := &tempFile{dir: dir, file: f, name: temp}
	if err := t.fill(data, mode, old); err != nil {
		t.close()
		return nil, dir.fail("write", fileName(name), err)
	}
	s.clean.Do(func() {
		if info, err := f.Stat(); err == nil {
			dir.removeLeftovers(info.ModTime())
		}
	})
	return t, nil
}

// fill writes the content last, so that nobody who may not read the old file can read the new one.
func (t *tempFile) fill(data []byte, mode fs.FileMode, old *os.File) error {
	if old != nil {
		info, err := old.Stat()
		if err != nil {
			return err
		}
		if err := chown(t.file, info); err != nil {
			return err
		}
		if err := copyAttributes(t.file, old); err != nil {
			return err
		}
		mode = info.Mode().Perm()
	}
	if err := setMode(t.file, mode); err != nil {
		return err
	}
	if _, err := t.file.Write(data); err != nil {
		return err
	}
	return t.file.Sync()
}

// close removes the file unless it has become an instance's.
func (t *tempFile) close() {
	_ = t.file.Close()
	if !t.placed {
		_ = t.dir.root.Remove(t.name)
	}
}

// create gives the file an instance's name, or fails with fs.ErrExist if another file has it. It tries
// what the system has, best first: a rename that doesn't replace, a hard link, and an empty file, made
// exclusively and then replaced. A reader can find that empty file, and a crash can leave it.
func (t *tempFile) create(file string) error {
	err := renameNoReplace(t.dir.self, t.name, file)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = t.link(file)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = t.claim(file)
	}
	t.placed = err == nil
	return err
}

func (t *tempFile) link(file string) error {
	if err := t.dir.root.Link(t.name, file); err != nil {
		return err
	}
	// An event has the name that the file was opened with, which is the temporary one.
	if named, err := t.dir.root.OpenFile(file, os.O_RDWR, 0); err == nil {
		_ = t.file.Close()
		t.file = named
	}
	_ = t.dir.root.Remove(t.name) // its other name, which a later write removes otherwise
	return nil
}

func (t *tempFile) claim(file string) error {
	f, err := t.dir.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return t.dir.fail("write", file, err)
	}
	_ = f.Close() // nothing was written to it
	if err := t.dir.root.Rename(t.name, file); err != nil {
		return errors.Join(t.dir.fail("write", file, err), t.dir.remove(file))
	}
	return nil
}

// replace gives the file the name of an instance, instead of another file.
func (t *tempFile) replace(file string) error {
	err := t.dir.root.Rename(t.name, file)
	t.placed = err == nil
	return t.dir.fail("write", file, err)
}

// announce makes a running Elyra read the instance again: it writes the first byte over itself, which
// every file watcher reports as a modification. If the disk refuses that, it sets the modification
// time, which Linux reports too. A failure doesn't change the file's content, so the write succeeded
// anyway.
func (t *tempFile) announce(file string) {
	first := make([]byte, 1)
	if _, err := t.file.ReadAt(first, 0); err == nil {
		if _, err := t.file.WriteAt(first, 0); err == nil {
			return
		}
	}
	// A zero time leaves the time of access as it is: if both are set, Linux reports no modification.
	_ = t.dir.root.Chtimes(file, time.Time{}, time.Now())
}
