//go:build !linux && !darwin

package filestore

import (
	"errors"
	"os"
)

// renameNoReplace isn't supported here.
func renameNoReplace(*os.File, string, string) error { return errors.ErrUnsupported }

// copyAttributes copies none: they aren't supported here.
func copyAttributes(_, _ *os.File) error { return nil }
