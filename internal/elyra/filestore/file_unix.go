//go:build unix

package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// chown gives f the owner and group of like.
func chown(f *os.File, like fs.FileInfo) error {
	want, ok := like.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if have, ok := info.Sys().(*syscall.Stat_t); ok && have.Uid == want.Uid && have.Gid == want.Gid {
		return nil
	}
	if err := f.Chown(int(want.Uid), int(want.Gid)); err != nil {
		return fmt.Errorf("the file belongs to user %d and group %d, which an update must keep and this user can't set; run as that user: %w", want.Uid, want.Gid, cause(err))
	}
	return nil
}

// isNotDirectory reports whether err means that a part of the path isn't a directory.
func isNotDirectory(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// syncDirectory flushes an open directory. Not every file system can.
func syncDirectory(dir *os.File) error {
	err := dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// isWritable reports whether this user may make and remove files in a directory.
func isWritable(dir string) bool {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS) == nil
}
