//go:build unix

package provider_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestAccInterrupted ends an apply in its middle in every way in which one ends,
// creating and then changing: the next apply converges, and nothing is lost. A kill
// can leave instances that no state has: the message says how to get on.
func TestAccInterrupted(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]string{ // a command of a shell, given Terraform's process
		"once":          "kill -INT $1",
		"twice":         "kill -INT $1; kill -INT $1",
		"killTerraform": "provider=$(pgrep -P $1); kill -KILL $1; kill -KILL $provider", // it would end by itself, later
		"killProvider":  "pkill -KILL -P $1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFilesWorkspace(t)
			const images = 60
			for _, tag := range []string{"one", "two"} {
				w.write(manyImages(images, tag))
				w.interruptApply(tag, interrupt)
				w.restoreState()
				if output, err := w.try(apply); err != nil { // an instance that was created, and isn't in the state
					wantOutput(t, output, "already exists", overwriting)
					w.applies(manyImages(images, tag, overwriting))
				}
				w.run(noop)
				if got := taggedImages(w.a.near, tag); got != images {
					t.Fatalf("%d files have the tag %s, want %d", got, tag, images)
				}
			}
		})
	}
}

// interruptApply starts an apply, and interrupts it when some images have the
// tag and others don't.
func (w workspace) interruptApply(tag, interrupt string) {
	w.t.Helper()
	var output strings.Builder
	command := exec.CommandContext(w.t.Context(), w.terraform, "apply", "-auto-approve", "-no-color")
	command.Dir, command.Env, command.Stdout, command.Stderr = w.dir, w.environ(), &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a signal is for Terraform alone
	must(w.t, command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case err := <-ended:
		w.t.Fatalf("the apply ended before it was interrupted: %v\n%s", err, output.String())
	case <-someTagged(w.t, w.a.near, tag):
	}
	if out, err := exec.CommandContext(w.t.Context(), "sh", "-c", interrupt, "sh", strconv.Itoa(command.Process.Pid)).CombinedOutput(); err != nil {
		w.t.Logf("%s: %v\n%s", interrupt, err, out) // it has ended just now
	}
	if err := <-ended; err == nil {
		w.t.Logf("the apply was done before it was interrupted:\n%s", output.String())
	}
}

// restoreState puts the backup instead of a state that isn't whole: Terraform writes it in
// place, and a kill may come in between.
func (w workspace) restoreState() {
	w.t.Helper()
	path := filepath.Join(w.dir, "terraform.tfstate")
	if data, err := os.ReadFile(path); err == nil && json.Valid(data) {
		return
	}
	w.t.Log("Terraform was killed while it wrote its state")
	if err := os.Rename(path+".backup", path); err != nil {
		_ = os.Remove(path) // there was none before
	}
}

// TestAccTwoApplies lets two configurations create the same names in one place at
// the same time: each name is made once, by one of them, and the other says so.
func TestAccTwoApplies(t *testing.T) {
	t.Parallel()
	const images = 50
	first := newFilesWorkspace(t)
	both := []workspace{first, first.module()}
	type outcome struct {
		output string
		err    error
	}
	outcomes := make([]chan outcome, len(both))
	for i, w := range both {
		w.write(manyImages(images, strconv.Itoa(i)))
		outcomes[i] = make(chan outcome, 1)
		go func() {
			output, err := w.try(apply + " -parallelism=50")
			outcomes[i] <- outcome{output, err}
		}()
	}
	made := 0
	for i, w := range both {
		ended := <-outcomes[i]
		mine := strings.Count(w.run("terraform state list"), "\n")
		made += mine
		if got := taggedImages(w.a.near, strconv.Itoa(i)); got != mine {
			t.Errorf("configuration %d has %d images in its state, and %d files are its:\n%s", i, mine, got, ended.output)
		}
		if mine < images && (ended.err == nil || !strings.Contains(ended.output, "already exists")) {
			t.Errorf("configuration %d made %d of %d images, and doesn't say that the others exist:\n%s", i, mine, images, ended.output)
		}
	}
	if made != images {
		t.Errorf("both made %d images, want %d", made, images)
	}
}
