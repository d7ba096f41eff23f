package jupytertest

import (
	"io"
	"os"
	"os/exec"
	"time"
)

// child is a process that tests have started. It has a group and a log of its own, and it can see
// the tests die, however they do: its standard input ends.
type child struct {
	process *os.Process
	stdin   io.Closer
	exited  chan struct{} // closed when the process has ended
}

// startChild starts a command, whose output is appended to the file log.
func startChild(command *exec.Cmd, log string) (*child, error) {
	output, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = output.Close() }() // the process has its own
	command.Stdout, command.Stderr = output, output
	setGroup(command)
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	go func() {
		_ = command.Wait() // how it ended is in its log
		close(exited)
	}()
	return &child{command.Process, stdin, exited}, nil
}

// stop asks the process to end and waits until it has; one that takes too long is killed.
func (c *child) stop() {
	if err := terminate(c.process); err == nil {
		select {
		case <-c.exited:
		case <-time.After(10 * time.Second):
		}
	}
	c.kill()
}

// kill ends the process, and what it started, with SIGKILL.
func (c *child) kill() {
	kill(c.process)
	<-c.exited
	_ = c.stdin.Close() // the reader is gone
}
