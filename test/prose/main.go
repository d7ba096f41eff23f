// Command prose copies the prose in source files to a directory, where Vale checks it: comments and
// strings with blanks in them. Each line stays where it is, so Vale reports the source's line numbers.
//
//	prose DIRECTORY FILE...
package main

import (
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(directory string, files []string) error {
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lines := hashProse(string(content))
		if filepath.Ext(name) == ".go" {
			lines = goProse(content)
		}
		copied := filepath.Join(directory, name+".txt")
		if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(copied, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// goProse returns the comments and strings of Go source, by line.
func goProse(source []byte) []string {
	lines := make([]string, strings.Count(string(source), "\n")+1)
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, scanner.ScanComments)
	for {
		at, kind, literal := s.Scan()
		switch kind {
		case token.EOF:
			return lines
		case token.COMMENT:
			if strings.HasPrefix(literal, "//nolint") || strings.HasPrefix(literal, "//go:") {
				continue
			}
			add(lines, file.Line(at), strings.NewReplacer("//", "", "/*", "", "*/", "").Replace(literal))
		case token.STRING:
			text, err := strconv.Unquote(literal)
			if err != nil || !strings.Contains(text, " ") {
				continue
			}
			if literal[0] == '"' { // its line breaks aren't the source's
				text = strings.ReplaceAll(text, "\n", " ")
			}
			add(lines, file.Line(at), text)
		}
	}
}

var (
	hashComment = regexp.MustCompile(`(?:^|\s)#+\s(.*)`)
	quoted      = regexp.MustCompile(`"([^"]*)"|'([^']* [^']*)'|^\s*-?\s*(?:name|description):\s+(.*)`)
)

// hashProse returns the prose of a file whose comments begin with "#", by line: shell, Terraform, YAML,
// and makefiles.
func hashProse(source string) []string {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		var prose []string
		if comment := hashComment.FindStringSubmatch(line); comment != nil {
			prose = append(prose, comment[1])
			line = strings.TrimSuffix(line, comment[0])
		}
		for _, match := range quoted.FindAllStringSubmatch(line, -1) {
			if text := strings.Join(match[1:], ""); strings.Contains(text, " ") {
				prose = append(prose, text)
			}
		}
		lines[i] = ""
		add(lines, i+1, strings.Join(prose, " "))
	}
	return lines
}

// markup replaces characters that separate prose from code.
var markup = strings.NewReplacer("<", " ", "|", " ", "\t", " ")

// add puts a text to the line where it begins, and the next ones.
func add(lines []string, first int, text string) {
	for i, part := range strings.Split(text, "\n") {
		if at := first - 1 + i; at < len(lines) {
			lines[at] = strings.TrimSpace(lines[at] + " " + strings.TrimSpace(markup.Replace(part)))
		}
	}
}
