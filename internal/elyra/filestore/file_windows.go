package filestore

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// chown does nothing: on Windows, a new file inherits its directory's access rules.
func chown(*os.File, fs.FileInfo) error { return nil }

// isNotDirectory reports whether err means that a part of the path isn't a directory.
func isNotDirectory(err error) bool { return errors.Is(err, syscall.ERROR_PATH_NOT_FOUND) }

// syncDirectory does nothing: Windows doesn't flush a directory that is open for reading.
func syncDirectory(*os.File) error { return nil }

// isWritable can't find out here.
func isWritable(string) bool { return true }
