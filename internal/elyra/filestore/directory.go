package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// directory is the directory of instances that is written to, open. All writes go through it: no
// name, and no symbolic link, leads one of them out of it.
type directory struct {
	root *os.Root
	self *os.File // the directory itself, for what an os.Root cannot do
	path string
}

func openDirectory(path string) (*directory, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fail("open", path, err)
	}
	self, err := root.Open(".")
	if err != nil {
		return nil, errors.Join(fail("open", path, err), root.Close())
	}
	return &directory{root: root, self: self, path: path}, nil
}

func (d *directory) close() {
	_ = d.self.Close()
	_ = d.root.Close()
}

func (d *directory) lstat(file string) (fs.FileInfo, error) {
	info, err := d.root.Lstat(file)
	return info, d.fail("look at", file, err)
}

func (d *directory) open(file string) (*os.File, error) {
	f, err := d.root.Open(file)
	return f, d.fail("open", file, err)
}

func (d *directory) remove(file string) error {
	return d.fail("remove", file, d.root.Remove(file))
}

// sync flushes the directory's names to the disk: without it, a power cut takes back what was
// created, replaced or removed.
func (d *directory) sync() error { return fail("flush", d.path, syncDirectory(d.self)) }

// fail is the package's fail for a file of the directory.
func (d *directory) fail(op, file string, err error) error {
	return fail(op, filepath.Join(d.path, file), err)
}

// fail gives an error of the file system the full path that it is about, in place of a path within
// its directory or of a temporary file. A nil error stays nil.
func fail(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: cause(err)}
}

// cause is an error of the file system without the path that it names.
func cause(err error) error {
	switch err := err.(type) { //nolint:errorlint // what wraps one of these says more than its path
	case *fs.PathError:
		return err.Err
	case *os.LinkError:
		return err.Err
	}
	return err
}

const (
	// leftoverAge is how much older than a new one a temporary file must be to be a leftover. Between
	// its creation and its end lie some milliseconds.
	leftoverAge = time.Minute

	// tempMark tells this provider's temporary files from those of others.
	tempMark   = ".terraform-"
	tempSuffix = ".tmp"
)

var tempName = regexp.MustCompile(`^\..*\` + extension + `\` + tempMark + `[0-9a-z]+\` + tempSuffix + `$`)

// removeLeftovers removes what writers left that were killed: temporary files that are older than
// now by the clock of the file system. It is no write that anybody asked for, so it never fails.
func (d *directory) removeLeftovers(now time.Time) {
	entries, _ := os.ReadDir(d.path)
	for _, entry := range entries {
		if !tempName.MatchString(entry.Name()) || !entry.Type().IsRegular() {
			continue
		}
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > leftoverAge {
			_ = d.root.Remove(entry.Name())
		}
	}
}

// makeDirectory makes dir and its missing parents. depth counts from the directory of instances
// upwards: that one and the one above it, metadata, get the store's mode, whatever the umask, as
// far as the file system has modes; what is above belongs to others too and follows the umask.
func (s *Store) makeDirectory(dir string, depth int) error {
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
	parent := filepath.Dir(dir)
	if err := s.makeDirectory(parent, depth+1); err != nil {
		return err
	}
	ours := depth < 2
	mode := fs.FileMode(0o777)
	if ours {
		mode = s.directoryMode
	}
	switch err := os.Mkdir(dir, mode); {
	case errors.Is(err, fs.ErrExist):
		return nil // another process was faster
	case err != nil:
		return err
	}
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a mode that keeps its owner out, as asked for
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if ours {
		if err := setMode(f, mode); err != nil {
			return fail("set the mode of", dir, err)
		}
	}
	return flushParent(parent)
}

// flushParent makes a new directory's name last.
func flushParent(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil // may be written and not read: its names cannot be flushed by us
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return fail("flush", path, syncDirectory(f))
}

// setMode sets a mode where the file does not have it. A mount with fixed modes refuses that, and
// has its way.
func setMode(f *os.File, mode fs.FileMode) error {
	info, err := f.Stat()
	if err != nil || info.Mode().Perm() == mode {
		return err
	}
	if err := f.Chmod(mode); err != nil && !refused(err) {
		return err
	}
	return nil
}

// refused reports whether err means that the file system, or the system's policy, does not allow
// or not know a change of attributes.
func refused(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported)
}
