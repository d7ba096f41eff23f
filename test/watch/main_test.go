//go:build unix

package main

import (
	"testing"
	"time"
)

// A test counts while it runs and none of its subtests does.
func TestRunning(t *testing.T) {
	t.Parallel()
	start := time.Now()
	r := running{since: map[event]time.Time{}}
	for second, e := range []event{
		{Action: "run", Test: "A"},
		{Action: "run", Test: "A/one"},
		{Action: "run", Test: "B"},
		{Action: "pause", Test: "B"},
		{Action: "pass", Test: "A/one"},
		{Action: "cont", Test: "B"},
		{Action: "output", Test: "B"},
		{Action: "pass", Test: "B"},
		{Action: "pass"},
	} {
		r.note(e, start.Add(time.Duration(second)*time.Second))
		hung, is := r.hung(start.Add(time.Second + time.Millisecond))
		want := []string{"A", "A/one", "A/one", "A/one", "", "", "", "", ""}[second]
		if is != (want != "") || hung.Test != want {
			t.Errorf("after event %d, %q is hung, want %q", second, hung.Test, want)
		}
	}
	if hung, is := r.hung(start.Add(time.Minute)); !is || hung.Test != "A" {
		t.Errorf("after a minute, %q is hung: %t", hung.Test, is)
	}
	r.note(event{Action: "pass", Test: "A"}, start)
	if hung, is := r.hung(start.Add(time.Hour)); is {
		t.Errorf("after the end, %q is hung", hung.Test)
	}
}

// A command whose test hangs is stopped, with all that it has started.
func TestRun(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	go func() {
		ended <- run(100*time.Millisecond, []string{"sh", "-c", `echo '{"Action":"run","Package":"p","Test":"A"}'; sleep 600`})
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a hung test is no error")
		}
	case <-time.After(time.Minute):
		t.Error("it waits for a test that hangs")
	}
	if err := run(time.Minute, []string{"sh", "-c", `echo '{"Action":"run","Package":"p","Test":"A"}'; echo no JSON; exit 0`}); err != nil {
		t.Error(err)
	}
}
