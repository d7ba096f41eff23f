package filestore

import (
	"os"

	"golang.org/x/sys/unix"
)

// renameNoReplace renames a file within a directory, and fails with EEXIST if the name is taken.
func renameNoReplace(dir *os.File, from, to string) error {
	fd := int(dir.Fd())
	return unix.RenameatxNp(fd, from, fd, to, unix.RENAME_EXCL)
}

// copyAttributes copies none. On macOS, a mode means the same with and without an access control list,
// so leaving the list out grants nobody more rights.
func copyAttributes(_, _ *os.File) error { return nil }

// isWritable reports whether this user may make and remove files in a directory.
func isWritable(dir string) bool {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS) == nil
}
