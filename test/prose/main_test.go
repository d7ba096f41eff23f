package main

import (
	"slices"
	"testing"
)

func TestGoProse(t *testing.T) {
	t.Parallel()
	source := "package x\n\n// Says something\n// twice.\nvar a = \"one two\" // three\nvar b = \"word\"\nvar c = `raw text\n\tmore`\n"
	want := []string{"", "", "Says something", "twice.", "one two three", "", "raw text", "more", ""}
	if got := goProse([]byte(source)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestHashProse(t *testing.T) {
	t.Parallel()
	source := "#!/bin/sh\n# A comment\necho 'two words' \"more words\" word # why\n  - name: Run it\n"
	want := []string{"", "A comment", "why two words more words", "Run it", ""}
	if got := hashProse(source); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
