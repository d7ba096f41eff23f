package filestore

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// TestSetMode: a mode that couldn't be set is an error, unless the file system doesn't allow it.
func TestSetMode(t *testing.T) {
	const reachOnly = 0x200000 // O_PATH: no access to the file, only to what stat shows
	f, err := os.OpenFile(t.TempDir(), os.O_RDONLY|reachOnly, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := setMode(f, 0o710); !errors.Is(err, syscall.EBADF) {
		t.Errorf("%v, want %v", err, syscall.EBADF)
	}
}
