package filestore

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// directory is the open directory of instances that the store writes to. All writes go through it, so
// no name and no symbolic link leads out of it.
type directory struct {
	root *os.Root
	self *os.File // the directory itself, for what an os.Root can't do
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

func (d *directory) remove(file string) error {
	return d.fail("remove", file, d.root.Remove(file))
}

// sync flushes the directory's names to the disk. Without it, a power cut can undo a creation, a
// replacement, or a deletion.
func (d *directory) sync() error { return fail("flush", d.path, syncDirectory(d.self)) }

// fail is the package's fail for a file of the directory.
func (d *directory) fail(op, file string, err error) error {
	return fail(op, filepath.Join(d.path, file), err)
}

// fail gives an error of the file system the full path that it's about, instead of a path within its
// directory or of a temporary file. A nil error stays nil.
func fail(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: cause(err)}
}

// cause returns an error of the file system without its path.
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
	// leftoverAge is how much older than a new one a temporary file must be to be a leftover. A file in
	// use exists for some milliseconds.
	leftoverAge = time.Minute

	// tempMark marks this provider's temporary files.
	tempMark   = ".terraform-"
	tempSuffix = ".tmp"
)

var tempName = regexp.MustCompile(`^\..*\` + extension + `\` + tempMark + `[0-9a-z]+\` + tempSuffix + `$`)

// removeLeftovers removes the temporary files of killed processes: those that are too old at the time
// now, which is by the file system's clock. Nobody asked for it, so it never fails.
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
// upwards: that one and its parent, metadata, get the store's mode, whatever the umask, if the file
// system has modes. Others use the directories above them too, so those follow the umask.
func (s *Store) makeDirectory(dir string, depth int) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := s.makeDirectory(parent, depth+1); err != nil {
			return err
		}
	}
	ours := depth < 2
	mode := fs.FileMode(0o777)
	if ours {
		mode = cmp.Or(s.config.DirectoryPermission, elyraDirectoryPermission)
	}
	err := os.Mkdir(dir, mode)
	if errors.Is(err, fs.ErrExist) {
		// Another process was faster, or there's a file or a link to nothing.
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
		}
		return nil
	}
	if err == nil && ours {
		err = onDirectory(dir, func(f *os.File) error { return fail("set the mode of", dir, setMode(f, mode)) })
	}
	if err != nil {
		return err
	}
	return onDirectory(parent, func(f *os.File) error { return fail("flush", parent, syncDirectory(f)) })
}

// onDirectory does something with an open directory, unless this user may not read it, perhaps by
// the mode that was asked for.
func onDirectory(path string, do func(*os.File) error) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return do(f)
}

// refused reports whether err means that the file system or a policy doesn't support or allow a
// change of attributes.
func refused(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported)
}
