package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTroubleshooting looks each message of the guide up in the provider's source.
func TestTroubleshooting(t *testing.T) {
	names, err := filepath.Glob("internal/provider/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("there are %d files of the provider, error %v", len(names), err)
	}
	var source strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(content)
	}
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(readFile(t, "templates/guides/troubleshooting.md"), -1)
	if len(rows) < 10 {
		t.Fatalf("the guide has %d messages", len(rows))
	}
	for _, row := range rows {
		if message := strings.ReplaceAll(row[1], `"…"`, "%q"); !strings.Contains(source.String(), message) {
			t.Errorf("the provider has no message %q", message)
		}
	}
}
