package filestore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

const (
	extension = ".json"

	// maxDocumentSize is the most that is read of one file, in bytes. Real documents
	// have some hundred.
	maxDocumentSize = 4 << 20
)

// createFile makes the file of a new instance. It fails with an ExistsError if another process was
// faster.
func (s *Store) createFile(name string, data []byte) error {
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
		return s.existsError(0, name)
	case err != nil:
		return err
	}
	if err := dir.sync(); err != nil {
		// After a failure the file must not be there: no state would record it.
		return errors.Join(err, dir.remove(file))
	}
	temp.announce(file)
	return nil
}

// replaceFile puts a document instead of an instance's file, or of a symbolic link, whose
// target stays as it is. It calls check right before. Only the rename comes after that: what another
// program writes in between is lost.
func (s *Store) replaceFile(name string, data []byte, check func() error) error {
	dir, err := openDirectory(s.dirs[0])
	if err != nil {
		return err
	}
	defer dir.close()

	file := fileName(name)
	info, err := dir.root.Lstat(file)
	if err != nil {
		return dir.fail("look at", file, err)
	}
	var old *os.File
	if info.Mode().IsRegular() {
		if old, err = dir.root.Open(file); err != nil {
			return dir.fail("open", file, err)
		}
		defer old.Close()
	}
	temp, err := s.writeTemp(dir, name, data, old)
	if err != nil {
		return err
	}
	defer temp.close()
	if err := check(); err != nil {
		return err
	}
	if err := temp.replace(file); err != nil {
		return err
	}
	// Flushed before it's announced: a reader that is just reading the old document must hear of the
	// new one afterward.
	err = dir.sync()
	temp.announce(file)
	return err
}

// removeFile removes an instance's file, or its symbolic link. It succeeds if the file is already
// gone.
func (s *Store) removeFile(name string) error {
	dir, err := openDirectory(s.dirs[0])
	if err == nil {
		defer dir.close()
		err = dir.remove(fileName(name))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return dir.sync()
}

// readFile reads a regular file, and reports whether the path is a symbolic link. If a link leads to
// no file, the error is an InvalidError: the link can be replaced and removed.
func readFile(path string) (data []byte, isLink bool, err error) {
	// This comes before opening: opening a named pipe would wait for its writer.
	info, err := os.Lstat(path)
	isLink = err == nil && info.Mode()&fs.ModeSymlink != 0
	if isLink {
		info, err = os.Stat(path)
		if isAbsent(err) || errors.Is(err, syscall.ELOOP) || err == nil && !info.Mode().IsRegular() {
			target, _ := os.Readlink(path)
			return nil, true, &elyra.InvalidError{Reasons: []string{"it's a symbolic link to " + elyra.Printable(target) + ", where there's no file"}, Unloadable: true}
		}
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s isn't a regular file", path)
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, isLink, fmt.Errorf("%s: %w", path, elyra.ErrNotFound)
	case errors.Is(err, fs.ErrPermission):
		return nil, isLink, fmt.Errorf("%w: %w", elyra.ErrUnreadable, err)
	case err != nil:
		return nil, isLink, err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, maxDocumentSize+1))
	if err == nil && len(data) > maxDocumentSize {
		err = fmt.Errorf("%s has more than %d bytes, the most that is read of a document", path, maxDocumentSize)
	}
	return data, isLink, err
}

// isAbsent reports whether err means that the path, or a directory on the way to it, doesn't exist.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || isNotDirectory(err)
}

// fileName and instanceName convert between an instance's name and its file's, by the rule of
// Python's os.path.splitext: leading dots belong to the stem.
func fileName(name string) string {
	if strings.Trim(strings.TrimSuffix(name, extension), ".") == "" && strings.HasSuffix(name, extension) {
		return name
	}
	return name + extension
}

func instanceName(file string) (name string, ok bool) {
	stem, ok := strings.CutSuffix(file, extension)
	if ok && strings.Trim(stem, ".") == "" {
		return file, true
	}
	return stem, ok
}
