//go:build unix

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAccInterrupted ends an apply in its middle in every way in which one ends,
// creating and then changing: the next apply converges, and nothing is lost. A kill
// can leave instances that no state has: the message says how to get on.
func TestAccInterrupted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		// interrupt ends a running Terraform, given its process.
		interrupt func(t *testing.T, terraform *os.Process)
	}{
		{"once", func(t *testing.T, p *os.Process) { signal(t, p.Pid, syscall.SIGINT) }},
		{"twice", func(t *testing.T, p *os.Process) {
			signal(t, p.Pid, syscall.SIGINT)
			signal(t, p.Pid, syscall.SIGINT)
		}},
		{"killTerraform", func(t *testing.T, p *os.Process) {
			provider := providerOf(t, p.Pid)
			signal(t, p.Pid, syscall.SIGKILL)
			signal(t, provider, syscall.SIGKILL) // it would end by itself, later
		}},
		{"killProvider", func(t *testing.T, p *os.Process) { signal(t, providerOf(t, p.Pid), syscall.SIGKILL) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCommandLine(t)
			data := t.TempDir()
			const images = 60
			for _, tag := range []string{"1", "2"} {
				c.write(t, "main.tf", manyImages(data, "many", images, tag))
				c.interruptApply(t, data, tag, test.interrupt)
				c.restoreState(t)
				if output, err := c.try(t, apply); err != nil { // an instance that was created, and isn't in the state
					wantOutput(t, output, "already exists", overwriting)
					c.write(t, "main.tf", manyImages(data, "many", images, tag, overwriting))
					c.run(t, apply)
				}
				c.run(t, noop)
				if got := taggedImages(data, tag); got != images {
					t.Fatalf("%d files have the tag %s, want %d", got, tag, images)
				}
			}
		})
	}
}

// manyImages is a configuration of images that are numbered.
func manyImages(dataDir, label string, number int, tag string, more ...string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    elyra = { source = "elyra-ai/elyra" }
  }
}
provider "elyra" {
  data_dir = %q
}
resource "elyra_runtime_image" %q {
  count        = %d
  display_name = "Image ${count.index}"
  image_name   = "team/image-${count.index}:%s"
%s
}
`, dataDir, label, number, tag, strings.Join(more, "\n"))
}

// interruptApply starts an apply, and interrupts it when some images have the
// tag and others don't.
func (c commandLine) interruptApply(t *testing.T, dataDir, tag string, interrupt func(*testing.T, *os.Process)) {
	t.Helper()
	var output strings.Builder
	command := exec.CommandContext(t.Context(), c.terraform, "apply", "-auto-approve", "-no-color")
	command.Dir, command.Env, command.Stdout, command.Stderr = c.dir, c.environ(), &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a signal is for Terraform alone
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	for taggedImages(dataDir, tag) < 3 {
		select {
		case err := <-ended:
			t.Fatalf("the apply ended before it was interrupted: %v\n%s", err, output.String())
		case <-time.After(time.Millisecond): // what is awaited is another program's doing
		}
	}
	interrupt(t, command.Process)
	if err := <-ended; err == nil {
		t.Logf("the apply was done before it was interrupted:\n%s", output.String())
	}
}

// restoreState puts the backup instead of a state that isn't whole: Terraform writes it in
// place, and a kill may come in between.
func (c commandLine) restoreState(t *testing.T) {
	t.Helper()
	path := filepath.Join(c.dir, "terraform.tfstate")
	if data, err := os.ReadFile(path); err == nil && json.Valid(data) {
		return
	}
	t.Log("Terraform was killed while it wrote its state")
	if err := os.Rename(path+".backup", path); err != nil {
		_ = os.Remove(path) // there was none before
	}
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Logf("signal %v to %d: %v", s, pid, err) // it has ended just now
	}
}

// providerOf returns the process of the provider that a Terraform has started.
func providerOf(t *testing.T, terraform int) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-e", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[1] == strconv.Itoa(terraform) {
			pid, _ := strconv.Atoi(fields[0])
			return pid
		}
	}
	t.Fatal("Terraform has no provider running")
	return 0
}

// TestAccTwoApplies lets two configurations create the same names in one place at
// the same time: each name is made once, by one of them, and the other says so.
func TestAccTwoApplies(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	const images = 50
	both := []commandLine{newCommandLine(t), newCommandLine(t)}
	type outcome struct {
		output string
		err    error
	}
	outcomes := make([]chan outcome, len(both))
	for i, c := range both {
		c.write(t, "main.tf", manyImages(data, "many", images, strconv.Itoa(i+1)))
		outcomes[i] = make(chan outcome, 1)
		go func() {
			output, err := c.try(t, apply+" -parallelism=50")
			outcomes[i] <- outcome{output, err}
		}()
	}
	made := 0
	for i, c := range both {
		ended := <-outcomes[i]
		mine := c.stateImages(t)
		made += len(mine)
		if got := taggedImages(data, strconv.Itoa(i+1)); got != len(mine) {
			t.Errorf("configuration %d has %d images in its state, and %d files are its:\n%s", i+1, len(mine), got, ended.output)
		}
		if len(mine) < images && (ended.err == nil || !strings.Contains(ended.output, "already exists")) {
			t.Errorf("configuration %d made %d of %d images, and doesn't say that the others exist:\n%s", i+1, len(mine), images, ended.output)
		}
	}
	if made != images {
		t.Errorf("both made %d images, want %d", made, images)
	}
}

// stateImages returns the names of the images in the state, sorted.
func (c commandLine) stateImages(t *testing.T) (names []string) {
	t.Helper()
	var state struct {
		Resources []struct {
			Instances []struct{ Attributes struct{ Name string } }
		}
	}
	data, err := os.ReadFile(filepath.Join(c.dir, "terraform.tfstate"))
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range state.Resources {
		for _, instance := range resource.Instances {
			names = append(names, instance.Attributes.Name)
		}
	}
	slices.Sort(names)
	return names
}
