package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// guide is the code of a guide, whose every block is to be run by a test.
type guide struct {
	name   string
	blocks []string
	used   map[string]bool
}

func readGuide(t *testing.T, name string) guide {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	g := guide{name: name, used: map[string]bool{}}
	for _, match := range regexp.MustCompile("(?s)```[a-z]+\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		g.blocks = append(g.blocks, match[1])
	}
	return g
}

// code is the one block that has this text in it, as it stands there.
func (g guide) code(t *testing.T, with string) (code string) {
	t.Helper()
	found := 0
	for _, block := range g.blocks {
		if strings.Contains(block, with) {
			code = block
			found++
		}
	}
	if found != 1 {
		t.Fatalf("the guide %s has %d blocks of code with %q, want 1", g.name, found, with)
	}
	g.used[code] = true
	return code
}

// codeAt is code with the guide's directory replaced.
func (g guide) codeAt(t *testing.T, with, dataDir string) string {
	t.Helper()
	return strings.ReplaceAll(g.code(t, with), "/srv/jupyter", dataDir)
}

// wantAllUsed fails for each block that no test asked for.
func (g guide) wantAllUsed(t *testing.T) {
	t.Helper()
	for _, block := range g.blocks {
		if !g.used[block] {
			t.Errorf("nothing in the guide %s runs:\n%s", g.name, block)
		}
	}
}
