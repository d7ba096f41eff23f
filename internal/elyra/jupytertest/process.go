package jupytertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startTimeout is how long a server may take to answer on a machine that's busy. Idle ones need 5 s.
const startTimeout = 5 * time.Minute

// StartProcess starts a command that was made with a context, and waits until it's ready. The function
// end ends it by the command's Cancel, and so does the end of the test. If the test has failed, the end
// of what it wrote is printed.
func StartProcess(t testing.TB, command *exec.Cmd, ready func(context.Context) error) (end func()) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }() // the process has its own
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		_ = command.Wait() // how it ended is in its log
		close(exited)
	}()
	end = func() {
		_ = command.Cancel() // an error: it has ended
		<-exited
	}
	t.Cleanup(func() {
		end()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name()) // it was written above
			lines := strings.SplitAfter(string(text), "\n")
			t.Logf("end of the log of %s:\n%s", filepath.Base(command.Path), strings.Join(lines[max(0, len(lines)-40):], ""))
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return end
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-exited:
			t.Fatalf("%s ended by itself", command.Path)
		case <-ctx.Done():
			t.Fatalf("no answer of %s within %s: %v", command.Path, startTimeout, err)
		}
	}
}
