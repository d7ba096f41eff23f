//go:build !linux && !darwin

package filestore

import (
	"errors"
	"os"
)

// renameNoReplace is not known here.
func renameNoReplace(*os.File, string, string) error { return errors.ErrUnsupported }

// copyAttributes copies none: they are not known here.
func copyAttributes(_, _ *os.File) error { return nil }
