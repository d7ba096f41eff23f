//go:build unix

package elyra_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestGrowth: the keys of one document cost about as much to read, to change, to compare, and to add as
// the keys of sixteen documents with as many in all. If each is compared with all, that's 16 times as
// much.
func TestGrowth(t *testing.T) {
	const keys = 2_000
	for what, prepare := range map[string]func(text string) (do func()){
		"reading": func(text string) func() { return func() { parse(t, text) } },
		"changing": func(text string) func() {
			document := parse(t, text)
			return func() {
				if changed := document.With(fullImage); changed.Equal(document) || len(changed.Encode()) == 0 {
					t.Fatal("a changed document is equal")
				}
			}
		},
		"adding": func(text string) func() {
			extra := parse(t, text).Extra()
			return func() {
				if _, err := (elyra.Document{}).WithExtra(extra); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		many, one := prepare(manyKeys(keys)), prepare(manyKeys(16*keys))
		apart := processorTime(func() {
			for range 16 {
				many()
			}
		})
		if growth := processorTime(one).Seconds() / apart.Seconds(); growth > 4 {
			t.Errorf("%s: keys in one document take %.0f times as long as in sixteen", what, growth)
		}
	}
}

// processorTime is the least time that the process computes while f runs, of three times. Unlike the
// time on the clock, it doesn't depend on what else the machine does.
func processorTime(f func()) time.Duration {
	used := func() time.Duration {
		var usage syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
		return time.Duration(usage.Utime.Nano())
	}
	least := time.Hour
	for range 3 {
		before := used()
		f()
		least = min(least, used()-before)
	}
	return max(least, time.Millisecond)
}
