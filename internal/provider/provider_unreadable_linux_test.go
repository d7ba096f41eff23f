package provider

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestUnreadableDirectory: directories later in the search path that may not be read are passed
// over with one warning, which names them.
func TestUnreadableDirectory(t *testing.T) {
	base, err := os.MkdirTemp("/tmp", "elyra") //nolint:usetesting // TMPDIR may be private
	check(t, err, nil)
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	near, far := filepath.Join(base, "near"), filepath.Join(base, "far")
	images, runtimes := filepath.Join(far, "metadata", "runtime-images"), filepath.Join(far, "metadata", "runtimes")
	check(t, errors.Join(os.Chmod(base, 0o755), os.Mkdir(near, 0o755), os.MkdirAll(images, 0o755), os.Mkdir(runtimes, 0o755)), nil)
	warnings := func() (warnings []*tfprotov6.Diagnostic) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread() // never unlocked: the thread dies with the goroutine
			if os.Geteuid() == 0 {
				// Nobody to the file system, without root's power over files.
				for _, call := range []uintptr{syscall.SYS_SETFSGID, syscall.SYS_SETFSUID} {
					_, _, _ = syscall.RawSyscall(call, 65534, 0, 0)
				}
			}
			_, warnings = configure(t, set("data_dir", near, "search_path", texts(listOfStrings, far)))
		}()
		<-done
		return warnings
	}
	if got := warnings(); len(got) > 0 {
		t.Errorf("of directories that may be read: %+v", got)
	}
	check(t, errors.Join(os.Chmod(images, 0), os.Chmod(runtimes, 0)), nil)
	t.Cleanup(func() { _ = errors.Join(os.Chmod(images, 0o700), os.Chmod(runtimes, 0o700)) })
	got := warnings()
	if len(got) != 1 || got[0].Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(got[0].Detail, images+", "+runtimes) {
		t.Errorf("got %+v, want one warning of %s and %s", got, images, runtimes)
	}
}
