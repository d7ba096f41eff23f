//go:build unix

package jupytertest

import (
	"os"
	"os/exec"
	"syscall"
)

// setGroup gives the process a group of its own, so that its children die with it.
func setGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

func terminate(process *os.Process) error { return process.Signal(syscall.SIGTERM) }

func kill(process *os.Process) {
	_ = syscall.Kill(-process.Pid, syscall.SIGKILL) // an error: it has ended
}
