package repository

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocuments_namedTests fails for a test that a document names and that doesn't exist.
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
	must(t, err)
	named := 0
	for _, document := range []string{".github/SECURITY.md", ".github/CONTRIBUTING.md", "test/RELIABILITY.md", "DESIGN.md", "templates/guides/compatibility.md"} {
		for _, match := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z]\\w+)`").FindAllStringSubmatch(readFile(t, document), -1) {
			named++
			if !there[match[1]] {
				t.Errorf("%s names %s, which doesn't exist", document, match[1])
			}
		}
	}
	if named < 40 {
		t.Errorf("the documents name only %d tests", named)
	}
}

const (
	registryDocs = "https://registry.terraform.io/providers/elyra-ai/elyra/latest/docs"
	repository   = "https://github.com/elyra-ai/terraform-provider-elyra/"
)

// TestDocuments_links follows the links of all documents: to files, to headings, to pages in the
// registry, and to files in the repository. Pages of the registry link to each other by address only,
// because the registry doesn't resolve relative links on its overview page.
func TestDocuments_links(t *testing.T) {
	links := 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md", "examples/*/*.md", "bench/*.md", "test/*.md", ".github/*.md", ".github/*/*.yml"} {
		for _, document := range files(t, pattern) {
			for _, link := range documentLinks(readFile(t, document)) {
				links++
				checkLink(t, document, link)
			}
		}
	}
	if links < 80 {
		t.Errorf("found only %d links", links)
	}
}

func documentLinks(text string) (links []string) {
	for _, code := range []string{"(?ms)^ *```.*?^ *```", "`[^`\n]*`"} {
		text = regexp.MustCompile(code).ReplaceAllString(text, "code")
	}
	for _, match := range regexp.MustCompile(`\]\(([^)\s]+)\)|(https://[^\s)>"]+)`).FindAllStringSubmatch(text, -1) {
		links = append(links, match[1]+match[2])
	}
	return links
}

func checkLink(t *testing.T, document, link string) {
	t.Helper()
	address, heading, _ := strings.Cut(link, "#")
	var target string
	switch {
	case address == "":
		target = document
	case address == registryDocs:
		target = "docs/index.md"
	case strings.HasPrefix(address, registryDocs+"/"):
		target = "docs/" + strings.TrimPrefix(address, registryDocs+"/") + ".md"
	case strings.HasPrefix(address, repository+"blob/main/"), strings.HasPrefix(address, repository+"tree/main/"):
		target = address[len(repository+"blob/main/"):]
	case strings.Contains(address, ":"):
		return // another site's
	case strings.HasPrefix(document, "docs/"):
		t.Errorf("%s: the registry doesn't resolve the relative link %s", document, link)
		return
	default:
		target = filepath.Join(filepath.Dir(document), address)
	}
	if _, err := os.Stat(target); err != nil {
		t.Errorf("%s links to %s: %v", document, link, err)
	} else if heading != "" && !headings(t, target)[heading] {
		t.Errorf("%s links to %s, and there's no such heading", document, link)
	}
}

// headings returns the anchors of a document: its headings, and those that tfplugindocs sets.
func headings(t *testing.T, document string) map[string]bool {
	t.Helper()
	anchors := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^#+ (.*)$|<a id="([^"]+)">`).FindAllStringSubmatch(readFile(t, document), -1) {
		heading := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		anchors[strings.ReplaceAll(heading, " ", "-")+match[2]] = true
	}
	return anchors
}

// TestDocuments_linked fails for a page that README doesn't link to.
func TestDocuments_linked(t *testing.T) {
	readme := readFile(t, "README.md")
	for _, folder := range []string{"guides", "resources", "data-sources", "list-resources"} {
		for _, page := range files(t, filepath.Join("docs", folder, "*.md")) {
			if !strings.Contains(readme, "("+filepath.ToSlash(page)+")") {
				t.Errorf("README.md doesn't link to %s", page)
			}
		}
	}
}

// TestDocuments_version fails for a required_providers block without the provider's version.
func TestDocuments_version(t *testing.T) {
	blocks := 0
	for _, pattern := range []string{"README.md", "templates/guides/*.md", "examples/*/*.tf"} {
		for _, document := range files(t, pattern) {
			for _, match := range regexp.MustCompile(`(?s)source += "elyra-ai/elyra"(.*?)}`).FindAllStringSubmatch(readFile(t, document), -1) {
				blocks++
				if !strings.Contains(match[1], `version = "~> `) {
					t.Errorf("%s: required_providers has no version", document)
				}
			}
		}
	}
	if blocks < 10 {
		t.Errorf("found only %d blocks", blocks)
	}
}

// TestDocuments_features compares the changelog of the first release with the pages of the resources, data
// sources, list resources, and functions, which are generated from the schemas.
func TestDocuments_features(t *testing.T) {
	folders := map[string]string{"Resource": "resources", "Data Source": "data-sources", "List Resource": "list-resources", "Function": "functions"}
	named := map[string]bool{}
	for _, match := range regexp.MustCompile("(?m)^\\* \\*\\*New ([A-Z][A-Za-z ]+):\\*\\* `([a-z_]+)`").FindAllStringSubmatch(readFile(t, "CHANGELOG.md"), -1) {
		named[filepath.Join("docs", folders[match[1]], strings.TrimPrefix(match[2], "elyra_")+".md")] = true
	}
	for page := range named {
		if _, err := os.Stat(page); err != nil {
			t.Errorf("CHANGELOG.md lists a feature without a page: %v", err)
		}
	}
	for _, folder := range folders {
		for _, page := range files(t, filepath.Join("docs", folder, "*.md")) {
			if !named[page] {
				t.Errorf("CHANGELOG.md doesn't list the feature of %s", page)
			}
		}
	}
}

// files returns the files of a pattern of [filepath.Glob].
func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	must(t, err)
	return names
}
