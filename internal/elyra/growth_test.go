package elyra_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// cost counts what a function allocates.
func cost(f func()) (allocations, bytes float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)
}

// TestGrowth: a document with eight times as many keys costs about eight times as much to read, to
// change and to compare. It is a matter of counts, and of the processor's time where that is known.
func TestGrowth(t *testing.T) {
	const keys = 2_000
	read := func(n int) func() {
		data := manyKeys(n)
		return func() {
			if _, err := elyra.ParseDocument(data); err != nil {
				t.Fatal(err)
			}
		}
	}
	work := func(n int) func() {
		document, err := elyra.ParseDocument(manyKeys(n))
		if err != nil {
			t.Fatal(err)
		}
		image := elyra.RuntimeImage{Name: "x", DisplayName: "x", ImageName: "a/b:2"}
		return func() {
			if changed := document.With(image); changed.Equal(document) {
				t.Fatal("a changed document is equal")
			}
			_ = document.Encode()
		}
	}
	extra := func(n int) func() {
		document, err := elyra.ParseDocument(manyKeys(n))
		if err != nil {
			t.Fatal(err)
		}
		extra := document.Extra()
		return func() {
			if _, err := (elyra.Document{}).WithExtra(extra); err != nil {
				t.Fatal(err)
			}
		}
	}
	surrogates := func(n int) func() {
		text := `{"display_name":"` + strings.Repeat(`\ud800`, n) + `"}`
		return func() {
			document, err := elyra.ParseDocument([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = document.Image("x") // which is invalid
		}
	}
	for what, do := range map[string]func(int) func(){"reading": read, "changing": work, "adding": extra, "halves of pairs": surrogates} {
		do(keys)() // what is allocated once
		allocations, bytes := cost(do(keys))
		manyAllocations, manyBytes := cost(do(8 * keys))
		// Maps split at random and buffers double: it is eight times, give or take a third. A cost that
		// grows with the square would be 64 times.
		if growth := manyAllocations / allocations; growth > 12 {
			t.Errorf("%s: eight times the keys take %.1f times the allocations", what, growth)
		}
		if growth := manyBytes / bytes; growth > 16 {
			t.Errorf("%s: eight times the keys take %.1f times the memory", what, growth)
		}
	}
	// Comparing keys allocates nothing. If each is compared with all, sixteen times the keys in one
	// document take sixteen times as long as in sixteen documents.
	for what, do := range map[string]func(int) func(){"reading": read, "adding": extra} {
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
