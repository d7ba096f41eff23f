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

	temp, err := writeTemp(root, name, document.Encode(), s.fileMode, nil)
	if err != nil {
		return err
	}
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
	if err := touch(root, file); err != nil {
		return errors.Join(err, root.Remove(file)) // else it would be there, and nobody's
	}
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
	temp, err := writeTemp(root, name, document.Encode(), info.Mode().Perm(), info)
	if err != nil {
		return err
	}
	if err := root.Rename(temp, file); err != nil {
		return errors.Join(err, root.Remove(temp))
	}
	return touch(root, file)
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
// the disk, with exactly that mode and, where like is given, like's owner. On
// failure nothing is left.
func writeTemp(root *os.Root, name string, data []byte, mode fs.FileMode, like fs.FileInfo) (string, error) {
	// The name is cut so that the suffix fits whatever the name's length.
	temp := "." + name[:min(len(name), 200)] + extension + "." + strconv.FormatUint(rand.Uint64(), 36) + ".tmp"
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	err = fill(f, data, mode, like)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, root.Remove(temp))
	}
	return temp, nil
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

// touch sets a file's times, which is what makes a running Elyra read it anew.
func touch(root *os.Root, file string) error {
	now := time.Now()
	return root.Chtimes(file, now, now)
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
