package filestore_test

import (
	"syscall"
	"testing"
)

// dropFileAccess makes the calling thread nobody to the file system, which also
// takes root's power over files from it.
func dropFileAccess(t *testing.T) {
	for _, call := range []uintptr{syscall.SYS_SETFSGID, syscall.SYS_SETFSUID} {
		const nobody = 65534
		_, _, _ = syscall.RawSyscall(call, nobody, 0, 0)
		if now, _, _ := syscall.RawSyscall(call, nobody, 0, 0); now != nobody {
			t.Errorf("the file system user is still %d", now)
		}
	}
}
