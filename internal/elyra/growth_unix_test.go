//go:build unix

package elyra_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// manyKeys is a document of metadata with that many keys.
func manyKeys(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"display_name":"x","schema_name":"runtime-image","metadata":{"image_name":"a/b:1"`)
	for i := range n {
		fmt.Fprintf(&b, `,"key_%d":%d`, i, i)
	}
	b.WriteString("}}")
	return []byte(b.String())
}

// TestGrowth: the keys of one document cost about as much to read, to change, to compare, and to add as
// the keys of sixteen documents with as many in all. If each is compared with all, that's 16 times as
// much.
func TestGrowth(t *testing.T) {
	const keys = 2_000
	parse := func(n int) elyra.Document {
		document, err := elyra.ParseDocument(manyKeys(n))
		if err != nil {
			t.Fatal(err)
		}
		return document
	}
	for what, do := range map[string]func(int) func(){
		"reading": func(n int) func() { return func() { parse(n) } },
		"changing": func(n int) func() {
			document := parse(n)
			image := elyra.RuntimeImage{Name: "x", DisplayName: "x", ImageName: "a/b:2"}
			return func() {
				if changed := document.With(image); changed.Equal(document) || len(changed.Encode()) == 0 {
					t.Fatal("a changed document is equal")
				}
			}
		},
		"adding": func(n int) func() {
			extra := parse(n).Extra()
			return func() {
				if _, err := (elyra.Document{}).WithExtra(extra); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		many, one := do(keys), do(16*keys)
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
