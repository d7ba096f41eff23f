package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocuments_namedTests holds that each test that a document for developers names is there.
func TestDocuments_namedTests(t *testing.T) {
	there := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, match := range declaration.FindAllStringSubmatch(string(source), -1) {
			there[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{"SECURITY.md", "CONTRIBUTING.md", "RELIABILITY.md", "DESIGN.md"} {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Error(err)
		}
		for _, match := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z]\\w+)`").FindAllStringSubmatch(string(text), -1) {
			if !there[match[1]] {
				t.Errorf("%s names %s, which is not there", document, match[1])
			}
		}
	}
}
