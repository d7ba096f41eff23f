package filestore

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// createFile makes the file of a new instance. It fails with an ExistsError where another process
// was faster. A directory that is removed meanwhile is made again.
func (s *Store) createFile(name string, data []byte) error {
	err := s.tryCreateFile(name, data)
	if errors.Is(err, fs.ErrNotExist) {
		err = s.tryCreateFile(name, data)
	}
	return err
}

func (s *Store) tryCreateFile(name string, data []byte) error {
	if err := s.makeDirectory(s.dirs[0], 0); err != nil {
		return err
	}
	dir, err := openDirectory(s.dirs[0])
	if err != nil {
		return err
	}
	defer dir.close()

	temp, err := s.writeTemp(dir, name, data, nil)
	if err != nil {
		return err
	}
	defer temp.close()
	file := fileName(name)
	switch err := temp.create(file); {
	case errors.Is(err, fs.ErrExist):
		return s.existsError(name, 0)
	case err != nil:
		return err
	}
	if err := dir.sync(); err != nil {
		// What failed is not there afterwards: else it would be nobody's.
		return errors.Join(err, dir.remove(file))
	}
	temp.announce(file)
	return nil
}

// replaceFile puts a document in the place of an instance's file. It fails with ErrNotFound where
// the file, or its directory, is gone by then.
func (s *Store) replaceFile(name string, data []byte) error {
	err := s.tryReplaceFile(name, data)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", elyra.ErrNotFound, err.Error()) // not fs.ErrNotExist as well
	}
	return err
}

func (s *Store) tryReplaceFile(name string, data []byte) error {
	dir, err := openDirectory(s.dirs[0])
	if err != nil {
		return err
	}
	defer dir.close()

	file := fileName(name)
	info, err := dir.lstat(file)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return s.linkError(dir, name)
	}
	old, err := dir.open(file)
	if err != nil {
		return err
	}
	defer old.Close()

	temp, err := s.writeTemp(dir, name, data, old)
	if err != nil {
		return err
	}
	defer temp.close()
	if err := temp.replace(file); err != nil {
		return err
	}
	// Flushed first: a reader that has read the old document by now remembers it before it hears of
	// the new one, not after.
	err = dir.sync()
	temp.announce(file)
	return err
}

// linkError refuses to replace a symbolic link.
func (s *Store) linkError(dir *directory, name string) error {
	target, err := dir.root.Readlink(fileName(name))
	if err != nil {
		return dir.fail("read", fileName(name), err)
	}
	return &elyra.ReadOnlyError{
		Name:     name,
		Location: s.Location(name),
		Reason:   "is a symbolic link to " + elyra.Printable(target) + ", which is never written through",
	}
}

// removeFile removes an instance's file, or its symbolic link. One that is gone by then is removed.
func (s *Store) removeFile(name string) error {
	dir, err := openDirectory(s.dirs[0])
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.close()

	file := fileName(name)
	info, err := dir.lstat(file)
	if err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory", s.Location(name))
	}
	if err == nil {
		err = dir.remove(file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return dir.sync()
}
