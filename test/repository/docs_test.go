package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTroubleshooting compares the guide's messages with the summaries of the provider's diagnostics,
// both ways: no message is missing from the guide, and the guide explains none that doesn't exist.
func TestTroubleshooting(t *testing.T) {
	source := parseMessages(t)
	summaries := source.all()
	if len(summaries) < 20 {
		t.Fatalf("found only %d summaries: %q", len(summaries), summaries)
	}
	var explained []string
	page, _, _ := strings.Cut(readFile(t, "templates/guides/troubleshooting.md"), "## Messages of Terraform")
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(page, -1) {
		explained = append(explained, row[1])
	}
	if !slices.IsSortedFunc(explained, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		t.Error("the guide's messages aren't in alphabetical order")
	}
	for summary, where := range summaries {
		if !slices.Contains(explained, summary) {
			t.Errorf("%s: the guide has no row for `%s`", where, summary)
		}
	}
	for _, message := range explained {
		if _, ok := summaries[message]; !ok {
			t.Errorf("the guide explains `%s`, which the provider doesn't have", message)
		}
	}
}

// messages finds the summaries of diagnostics in Go source: literals, formats, sums of them, and those
// that reach the diagnostic through a variable, a parameter, or a function of the same package.
type messages struct {
	t         *testing.T
	files     *token.FileSet
	functions []*ast.FuncDecl
	constants map[string]ast.Expr
}

// summaryAt is the position of the summary among a call's arguments.
var summaryAt = map[string]int{
	"AddError": 0, "AddWarning": 0, "NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0,
	"AddAttributeError": 1, "AddAttributeWarning": 1, "NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1,
}

func parseMessages(t *testing.T) messages {
	t.Helper()
	m := messages{t: t, files: token.NewFileSet(), constants: map[string]ast.Expr{}}
	for _, name := range files(t, filepath.Join("internal", "provider", "*.go")) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(m.files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				m.functions = append(m.functions, d)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if value, ok := spec.(*ast.ValueSpec); ok {
						for i := range value.Values {
							m.constants[value.Names[i].Name] = value.Values[i]
						}
					}
				}
			}
		}
	}
	return m
}

// all returns each summary with the place of one diagnostic that has it.
func (m messages) all() map[string]string {
	found := map[string]string{}
	for _, function := range m.functions {
		ast.Inspect(function, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			at, ok := summaryAt[called(call)]
			if !ok || len(call.Args) <= at {
				return true
			}
			if passed, ok := call.Args[at].(*ast.CallExpr); ok && called(passed) == "Summary" {
				return true // another diagnostic's
			}
			where := m.files.Position(call.Pos()).String()
			for _, summary := range m.values(call.Args[at], function, 0) {
				if summary == "" { // a variable's first value
					continue
				}
				if strings.Trim(summary, `… "`) == "" {
					m.t.Errorf("%s: can't read the summary; write it as a literal or a format", where)
				} else if !strings.HasPrefix(summary, "1 ") { // the guide has the plural
					found[summary] = where
				}
			}
			return true
		})
	}
	return found
}

// called is the name of what a call calls, without its package or receiver.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// nounOf is what the guide has for the noun of an instance's type: that of images. Its introduction says
// so.
func nounOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if e.Sel.Name == "Noun" {
			return "runtime image"
		}
	case *ast.CallExpr:
		if called(e) == "title" {
			return "Runtime image"
		}
	}
	return ""
}

func replaceFirst(pattern *regexp.Regexp, text, with string) string {
	if at := pattern.FindStringIndex(text); at != nil {
		return text[:at[0]] + with + text[at[1]:]
	}
	return text
}

var verb = regexp.MustCompile(`%[-+#0-9.]*[a-zA-Z]`)

// values returns what a text in a function may be. "…" stands for what's known only at run time.
func (m messages) values(text ast.Expr, in *ast.FuncDecl, depth int) []string {
	unknown := []string{"…"}
	if depth > 5 {
		return unknown
	}
	switch e := text.(type) {
	case *ast.BasicLit:
		value, err := strconv.Unquote(e.Value)
		if err != nil {
			return unknown
		}
		return []string{value}
	case *ast.BinaryExpr:
		var sums []string
		for _, left := range m.values(e.X, in, depth+1) {
			for _, right := range m.values(e.Y, in, depth+1) {
				sums = append(sums, left+right)
			}
		}
		return sums
	case *ast.SelectorExpr:
		if noun := nounOf(e); noun != "" {
			return []string{noun}
		}
	case *ast.CallExpr:
		if noun := nounOf(e); noun != "" {
			return []string{noun}
		}
		if called(e) == "Sprintf" {
			format := m.values(e.Args[0], in, depth+1)[0]
			for _, argument := range e.Args[1:] {
				text := "…"
				if noun := nounOf(argument); noun != "" {
					text = noun
				} else if strings.HasPrefix(verb.FindString(format), "%q") {
					text = `"…"`
				}
				format = replaceFirst(verb, format, text)
			}
			return []string{verb.ReplaceAllString(strings.ReplaceAll(format, "%q", `"…"`), "…")}
		}
		for _, function := range m.functions {
			if function.Name.Name == called(e) {
				return m.returned(function, depth+1)
			}
		}
	case *ast.Ident:
		return m.named(e.Name, in, depth+1)
	}
	return unknown
}

// returned is what the first result of a function may be.
func (m messages) returned(function *ast.FuncDecl, depth int) (values []string) {
	ast.Inspect(function, func(node ast.Node) bool {
		if r, ok := node.(*ast.ReturnStmt); ok && len(r.Results) > 0 {
			values = append(values, m.values(r.Results[0], function, depth)...)
		}
		return true
	})
	return values
}

// named is what a variable, a parameter, or a constant may be.
func (m messages) named(name string, in *ast.FuncDecl, depth int) (values []string) {
	ast.Inspect(in, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if ident, ok := left.(*ast.Ident); !ok || i >= len(n.Rhs) {
					continue
				} else if ident.Name == name {
					values = append(values, m.values(n.Rhs[i], in, depth)...)
				} else if closure, ok := n.Rhs[i].(*ast.FuncLit); ok {
					if at := parameter(closure.Type, name); at >= 0 {
						values = append(values, m.passed(ident.Name, at, []*ast.FuncDecl{in}, depth)...)
					}
				}
			}
		case *ast.ValueSpec:
			for i, value := range n.Values {
				if n.Names[i].Name == name {
					values = append(values, m.values(value, in, depth)...)
				}
			}
		case *ast.FuncDecl:
			if at := parameter(n.Type, name); at >= 0 {
				values = append(values, m.passed(n.Name.Name, at, m.functions, depth)...)
			}
		}
		return true
	})
	if constant, ok := m.constants[name]; ok && len(values) == 0 {
		values = m.values(constant, in, depth)
	}
	if len(values) == 0 {
		return []string{"…"}
	}
	return values
}

// passed is what calls pass to a function at a position.
func (m messages) passed(function string, at int, in []*ast.FuncDecl, depth int) (values []string) {
	for _, caller := range in {
		ast.Inspect(caller, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok && called(call) == function && at < len(call.Args) {
				values = append(values, m.values(call.Args[at], caller, depth)...)
			}
			return true
		})
	}
	return values
}

// parameter is the position of a parameter, and -1 if no parameter has that name.
func parameter(function *ast.FuncType, name string) int {
	at := 0
	for _, field := range function.Params.List {
		for _, ident := range field.Names {
			if ident.Name == name {
				return at
			}
			at++
		}
	}
	return -1
}
