package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// All writes go through an os.Root of the first directory: no name, and no
// symbolic link, leads one of them out of it.

// createFile makes the file of a new instance. It fails with an ExistsError
// where another process was faster.
func (s *Store) createFile(name string, document elyra.Document) error {
	if err := mkdirAll(s.dirs[0], s.directoryMode); err != nil {
		return err
	}
	root, err := os.OpenRoot(s.dirs[0])
	if err != nil {
		return err
	}
	defer root.Close()

	f, temp, err := writeTemp(root, name, document.Encode(), s.fileMode, nil)
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() { _ = root.Remove(temp) }() // a second name after a link, gone after a rename
	file := fileName(name)
	err = root.Link(temp, file)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = claim(root, temp, file) // no hard links on this file system
	}
	if errors.Is(err, fs.ErrExist) {
		return s.existsError(name, 0)
	}
	if err != nil {
		return err
	}
	// A link leaves f its old name, and an event would tell that one.
	if named, err := root.OpenFile(file, os.O_RDWR, 0); err == nil {
		defer named.Close()
		f = named
	}
	announce(root, f, file)
	return nil
}

// claim gives temp the name file where no file has it yet, on file systems
// without hard links: who creates the file first, empty, may rename over it.
func claim(root *os.Root, temp, file string) error {
	f, err := root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := root.Rename(temp, file); err != nil {
		return errors.Join(err, root.Remove(file))
	}
	return nil
}

// replaceFile puts a document in the place of an instance's file.
func (s *Store) replaceFile(name string, document elyra.Document) error {
	root, err := os.OpenRoot(s.dirs[0])
	if err != nil {
		return err
	}
	defer root.Close()

	file := fileName(name)
	info, err := root.Lstat(file)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := root.Readlink(file)
		if err != nil {
			return err
		}
		return &elyra.ReadOnlyError{
			Name:     name,
			Location: s.Location(name),
			Reason:   "is a symbolic link to " + target + ", which is never written through",
		}
	}
	f, temp, err := writeTemp(root, name, document.Encode(), info.Mode().Perm(), info)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := root.Rename(temp, file); err != nil {
		return errors.Join(err, root.Remove(temp))
	}
	announce(root, f, file)
	return nil
}

// removeFile removes an instance's file, or its symbolic link.
func (s *Store) removeFile(name string) error {
	root, err := os.OpenRoot(s.dirs[0])
	if err != nil {
		return err
	}
	defer root.Close()

	file := fileName(name)
	info, err := root.Lstat(file)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a directory", s.Location(name))
	}
	return root.Remove(file)
}

// writeTemp writes a file that Elyra does not take for an instance, flushed to
// the disk, with exactly that mode and, where like is given, like's owner, and
// returns it open. On failure nothing is left.
func writeTemp(root *os.Root, name string, data []byte, mode fs.FileMode, like fs.FileInfo) (f *os.File, temp string, err error) {
	// The name is cut so that the suffix fits whatever the name's length.
	temp = "." + name[:min(len(name), 200)] + extension + "." + strconv.FormatUint(rand.Uint64(), 36) + ".tmp"
	f, err = root.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, "", err
	}
	if err := fill(f, data, mode, like); err != nil {
		return nil, "", errors.Join(err, f.Close(), root.Remove(temp))
	}
	return f, temp, nil
}

func fill(f *os.File, data []byte, mode fs.FileMode, like fs.FileInfo) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if like != nil {
		if err := chown(f, like); err != nil {
			return err
		}
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	return f.Sync()
}

// announce makes a running Elyra read file, which f is open on, anew: it writes the first byte over
// itself, which every file watcher reports as a modification. Where the disk refuses that, the
// modification time alone is set, which on Linux counts as one, too. A failure changes nothing of
// what the file holds, and is no failure of the write.
func announce(root *os.Root, f *os.File, file string) {
	first := make([]byte, 1)
	if _, err := f.ReadAt(first, 0); err == nil {
		if _, err := f.WriteAt(first, 0); err == nil {
			return
		}
	}
	// A zero time leaves the time of access as it is: with both set, Linux reports no modification.
	_ = root.Chtimes(file, time.Time{}, time.Now())
}

// mkdirAll creates dir and its missing parents, all with exactly that mode.
func mkdirAll(dir string, mode fs.FileMode) error {
	switch info, err := os.Stat(dir); {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return fmt.Errorf("%s is not a directory", dir)
	// Where a parent is missing, Windows says the same as where it is no directory.
	case isNotDirectory(err) && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("a part of %s is not a directory: %w", dir, err)
	case !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir:
		return err
	}
	if err := mkdirAll(filepath.Dir(dir), mode); err != nil {
		return err
	}
	switch err := os.Mkdir(dir, mode); {
	case errors.Is(err, fs.ErrExist):
		return nil // another process was faster
	case err != nil:
		return err
	}
	return os.Chmod(dir, mode)
}
