package provider

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

// TestNextStepOfDisks: each way in which a disk refuses a write has its next step, and none claims
// that nothing was changed.
func TestNextStepOfDisks(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "The disk is full. Make room and apply again.",
		syscall.EDQUOT: "The quota of the user that Terraform runs as is used up. Make room, or have it raised, and apply again.",
		syscall.EIO:    "The disk, or the server behind it, failed. See the system's log (dmesg), and apply again once the disk works.",
		syscall.ESTALE: "The network file system no longer knows the directory. Mount it again, and apply again.",
	} {
		err := fmt.Errorf("create runtime image %q: %w", "x", errors.Join(errno))
		if got := nextStep(err); got != want {
			t.Errorf("%v: got\n%s\nwant\n%s", errno, got, want)
		}
	}
}
