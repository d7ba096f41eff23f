package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

// tempFile is a whole document, flushed to the disk, under a name that nobody takes for an
// instance.
type tempFile struct {
	dir    *directory
	file   *os.File // kept open: an event for a running Elyra comes from it
	name   string
	placed bool // it has an instance's name instead of its own
}

// writeTemp writes a document beside the place of the instance of that name. With old, the
// instance's present file, it has that one's owner, mode and attributes; without, the store's mode.
// On failure nothing is left.
func (s *Store) writeTemp(dir *directory, name string, data []byte, old *os.File) (*tempFile, error) {
	// The name is cut so that the suffix fits whatever the name's length.
	temp := "." + name[:min(len(name), 200)] + extension + tempMark + strconv.FormatUint(rand.Uint64(), 36) + tempSuffix
	mode := s.fileMode
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

// fill writes the content last: at no time may it be read by those who may not read the old file.
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

// close forgets the file, and removes it unless it has become an instance.
func (t *tempFile) close() {
	_ = t.file.Close()
	if !t.placed {
		_ = t.dir.root.Remove(t.name)
	}
}

// create gives the file an instance's name where no file has it yet; fs.ErrExist where one has. It
// tries what the system has, best first: a rename that does not replace, a hard link, and last an
// empty file, made exclusively and then replaced, which a reader can meet, and a crash leave.
func (t *tempFile) create(file string) error {
	err := renameNoReplace(t.dir.self, t.name, file)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = t.link(file)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = t.claim(file)
	}
	return t.settle(file, err)
}

func (t *tempFile) link(file string) error {
	if err := t.dir.root.Link(t.name, file); err != nil {
		return err
	}
	// An event tells the name that a file was opened by, and that is the temporary one.
	if named, err := t.dir.root.OpenFile(file, os.O_RDWR, 0); err == nil {
		_ = t.file.Close()
		t.file = named
	}
	return t.dir.root.Remove(t.name)
}

func (t *tempFile) claim(file string) error {
	f, err := t.dir.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return t.dir.fail("write", file, err)
	}
	_ = f.Close() // nothing was written to it
	err = t.dir.root.Rename(t.name, file)
	if err != nil && !t.is(file) {
		return errors.Join(t.dir.fail("write", file, err), t.dir.remove(file))
	}
	return nil
}

// replace gives the file the name of an instance that another file has.
func (t *tempFile) replace(file string) error {
	return t.settle(file, t.dir.fail("write", file, t.dir.root.Rename(t.name, file)))
}

// settle believes an error only where file is not this one: a network file system whose answer was
// lost reports the second try, for which the name is taken or the temporary file gone.
func (t *tempFile) settle(file string, err error) error {
	if err != nil && !t.is(file) {
		return err
	}
	if err != nil {
		_ = t.dir.root.Remove(t.name) // a second name, after a link
	}
	t.placed = true
	return nil
}

// is reports whether the file has that name.
func (t *tempFile) is(file string) bool {
	ours, err := t.file.Stat()
	if err != nil {
		return false
	}
	named, err := t.dir.root.Lstat(file)
	return err == nil && os.SameFile(ours, named)
}

// announce makes a running Elyra read the instance again: it writes the first byte over itself, which
// every file watcher reports as a modification. Where the disk refuses that, the modification time
// alone is set, which on Linux counts as one, too. A failure changes nothing of what the file holds,
// and is no failure of the write.
func (t *tempFile) announce(file string) {
	first := make([]byte, 1)
	if _, err := t.file.ReadAt(first, 0); err == nil {
		if _, err := t.file.WriteAt(first, 0); err == nil {
			return
		}
	}
	// A zero time leaves the time of access as it is: with both set, Linux reports no modification.
	_ = t.dir.root.Chtimes(file, time.Time{}, time.Now())
}

// tooLarge refuses a document that would never be read again.
func tooLarge(data []byte) error {
	if len(data) > maxDocumentSize {
		return fmt.Errorf("its document has %d bytes; more than %d are never read", len(data), maxDocumentSize)
	}
	return nil
}
