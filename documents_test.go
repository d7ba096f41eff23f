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
	named := 0
	for _, document := range []string{"SECURITY.md", "CONTRIBUTING.md", "RELIABILITY.md", "DESIGN.md"} {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Error(err)
		}
		for _, match := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z]\\w+)`").FindAllStringSubmatch(string(text), -1) {
			named++
			if !there[match[1]] {
				t.Errorf("%s names %s, which is not there", document, match[1])
			}
		}
	}
	if named < 40 {
		t.Errorf("the documents name %d tests only", named)
	}
}

// TestDocuments_links holds that each file that a document links to is there.
func TestDocuments_links(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	links := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md", "examples/*/*.md", "bench/*.md", ".github/*.md"} {
		for _, document := range files(t, pattern) {
			for _, match := range link.FindAllStringSubmatch(readFile(t, document), -1) {
				target := match[1]
				if strings.Contains(target, ":") || strings.ContainsAny(target, "*[]") { // an address, or a regular expression
					continue
				}
				links++
				if _, err := os.Stat(filepath.Join(filepath.Dir(document), target)); err != nil {
					t.Errorf("%s links to %s: %v", document, target, err)
				}
			}
		}
	}
	if links < 30 {
		t.Errorf("found %d links only", links)
	}
}

// TestDocuments_features holds that what the first release calls new is what the provider has: each
// resource, data source, list resource and function has a page, which is generated from its schema.
func TestDocuments_features(t *testing.T) {
	folders := map[string]string{"Resource": "resources", "Data Source": "data-sources", "List Resource": "list-resources", "Function": "functions"}
	named := map[string]bool{}
	for _, match := range regexp.MustCompile("(?m)^\\* \\*\\*New ([A-Z][A-Za-z ]+):\\*\\* `([a-z_]+)`").FindAllStringSubmatch(readFile(t, "CHANGELOG.md"), -1) {
		named[filepath.Join("docs", folders[match[1]], strings.TrimPrefix(match[2], "elyra_")+".md")] = true
	}
	for page := range named {
		if _, err := os.Stat(page); err != nil {
			t.Errorf("CHANGELOG.md calls new what has no page: %v", err)
		}
	}
	for _, folder := range folders {
		for _, page := range files(t, filepath.Join("docs", folder, "*.md")) {
			if !named[page] {
				t.Errorf("CHANGELOG.md does not name what %s is about", page)
			}
		}
	}
}

// files returns the files of a pattern of [filepath.Glob].
func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return names
}
