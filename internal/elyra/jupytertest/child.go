package jupytertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// startTimeout is how long a server may take to answer on a machine that's busy. Idle ones need 5 s.
const startTimeout = 5 * time.Minute

// child is a process that tests have started. It has a group and a log of its own. Its standard input
// ends when the tests do, for whatever reason.
type child struct {
	process *os.Process
	stdin   io.Closer
	exited  chan struct{} // closed when the process has ended
}

// startChild starts a command and appends its output to the file log.
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

// await waits until the process is ready.
func (c *child) await(ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-c.exited:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return fmt.Errorf("no answer within %s: %w", startTimeout, err)
		}
	}
}

// stop asks the process to end and waits until it has. If that takes too long, the process is killed.
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

// logEnd prints the end of a log.
func logEnd(t testing.TB, what, path string) {
	t.Helper()
	log, err := os.ReadFile(path)
	if err != nil {
		t.Log(err)
	}
	lines := strings.SplitAfter(string(log), "\n")
	t.Logf("end of the log of %s:\n%s", what, strings.Join(lines[max(0, len(lines)-40):], ""))
}
