//go:build unix

// Command watch runs a command that prints test events, as "go test -json" does, prints them, and stops it
// when one test makes no progress for too long:
//
//	watch 15m go test -json ./...
//
// go test's own -timeout counts the time of a whole package, which depends on the machine, and then prints
// every goroutine. This names the test.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

type event struct {
	Action  string
	Package string
	Test    string `json:",omitempty"`
	Output  string `json:",omitempty"`
}

// running has the tests that run, and since when they have made no progress. A test that waits for its turn,
// or for its subtests, isn't in it.
type running struct {
	mu    sync.Mutex
	since map[event]time.Time
}

func (r *running) note(e event, now time.Time) {
	if e.Test == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	test := event{Package: e.Package, Test: e.Test}
	parent := test
	if i := strings.LastIndexByte(test.Test, '/'); i > 0 {
		parent.Test = test.Test[:i]
	}
	switch e.Action {
	case "run", "cont":
		delete(r.since, parent)
		r.since[test] = now
	case "pause", "pass", "fail", "skip":
		delete(r.since, test)
		if parent != test {
			r.since[parent] = now
		}
	}
}

// hung returns a test that has made no progress since then.
func (r *running) hung(then time.Time) (event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for test, since := range r.since {
		if since.Before(then) {
			return test, true
		}
	}
	return event{}, false
}

func main() {
	limit, err := time.ParseDuration(os.Args[1])
	if err == nil {
		err = run(limit, os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "watch:", err)
		os.Exit(1)
	}
}

func run(limit time.Duration, args []string) error {
	command := exec.CommandContext(context.Background(), args[0], args[1:]...)
	command.Stderr = os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to stop go test and its tests
	stdout, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	tests, ended := running{since: map[event]time.Time{}}, make(chan struct{})
	go func() {
		tick := time.NewTicker(min(limit/2, 5*time.Second))
		for {
			select {
			case <-ended:
				return
			case s := <-signals:
				_ = syscall.Kill(-command.Process.Pid, s.(syscall.Signal))
			case now := <-tick.C:
				if test, is := tests.hung(now.Add(-limit)); is {
					fmt.Fprintf(os.Stderr, "\nHUNG: %s in %s made no progress for %s. All tests are stopped. Run it alone to see where it waits:\n\n    make test TESTARGS=\"-timeout 5m -run '^%s$' %s\"\n\n",
						test.Test, test.Package, limit, strings.ReplaceAll(test.Test, "/", "$/^"), test.Package)
					_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
					return
				}
			}
		}
	}()
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			tests.note(e, time.Now())
		}
		_, _ = fmt.Fprintln(os.Stdout, lines.Text())
	}
	close(ended)
	return command.Wait()
}
