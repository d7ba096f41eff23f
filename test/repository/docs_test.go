package repository

import (
	"cmp"
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
	summaries := readMessages(t).summaries(t)
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

// messages is what the provider's source says about summaries: its calls, and each variable, parameter,
// constant, and function with all values that the source gives it.
type messages struct {
	files  *token.FileSet
	calls  []expression
	values map[scoped][]expression
}

// scoped is a name in a function, or in the package if that's "".
type scoped struct{ function, name string }

type expression struct {
	ast.Expr
	function string
}

// summaryAt is the position of the summary among a call's arguments.
var summaryAt = map[string]int{
	"AddError": 0, "AddWarning": 0, "NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0,
	"AddAttributeError": 1, "AddAttributeWarning": 1, "NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1,
}

func readMessages(t *testing.T) messages {
	t.Helper()
	m := messages{files: token.NewFileSet(), values: map[scoped][]expression{}}
	parameters := map[string][]scoped{} // of each function, and of a closure by its variable
	set := func(function string, name, value ast.Expr) {
		if ident, ok := name.(*ast.Ident); ok {
			if closure, ok := value.(*ast.FuncLit); ok {
				parameters[ident.Name] = parametersOf(closure.Type, function)
			}
			at := scoped{function, ident.Name}
			m.values[at] = append(m.values[at], expression{value, function})
		}
	}
	for _, name := range files(t, filepath.Join("internal", "provider", "*.go")) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(m.files, name, nil, 0)
		must(t, err)
		for _, declaration := range file.Decls {
			function := ""
			if f, ok := declaration.(*ast.FuncDecl); ok {
				function = f.Name.Name
				parameters[function] = parametersOf(f.Type, function)
			}
			ast.Inspect(declaration, func(node ast.Node) bool {
				switch n := node.(type) {
				case *ast.CallExpr:
					m.calls = append(m.calls, expression{n, function})
				case *ast.AssignStmt:
					for i := range min(len(n.Lhs), len(n.Rhs)) {
						set(function, n.Lhs[i], n.Rhs[i])
					}
				case *ast.ValueSpec:
					for i, value := range n.Values {
						set(function, n.Names[i], value)
					}
				case *ast.ReturnStmt:
					if len(n.Results) > 0 {
						m.values[scoped{"", function}] = append(m.values[scoped{"", function}], expression{n.Results[0], function})
					}
				}
				return true
			})
		}
	}
	for _, call := range m.calls {
		for i, at := range parameters[called(call.Expr)] {
			if arguments := call.Expr.(*ast.CallExpr).Args; i < len(arguments) {
				m.values[at] = append(m.values[at], expression{arguments[i], call.function})
			}
		}
	}
	return m
}

func parametersOf(function *ast.FuncType, name string) (all []scoped) {
	for _, field := range function.Params.List {
		for _, ident := range field.Names {
			all = append(all, scoped{name, ident.Name})
		}
	}
	return all
}

// summaries returns each summary with the place of one diagnostic that has it.
func (m messages) summaries(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, call := range m.calls {
		at, ok := summaryAt[called(call.Expr)]
		arguments := call.Expr.(*ast.CallExpr).Args
		if !ok || len(arguments) <= at || called(arguments[at]) == "Summary" { // another diagnostic's
			continue
		}
		where := m.files.Position(call.Pos()).String()
		for _, summary := range m.texts(expression{arguments[at], call.function}, 0) {
			if strings.Trim(summary, `… "`) == "" && summary != "" { // a variable's first value is ""
				t.Errorf("%s: can't read the summary; write it as a literal or a format", where)
			} else if summary != "" && !strings.HasPrefix(summary, "1 ") { // the guide has the plural
				found[summary] = where
			}
		}
	}
	return found
}

// called is the name of what a call calls, without its package or receiver. It's "" for anything else.
func called(e ast.Expr) string {
	if call, ok := e.(*ast.CallExpr); ok {
		switch f := call.Fun.(type) {
		case *ast.Ident:
			return f.Name
		case *ast.SelectorExpr:
			return f.Sel.Name
		}
	}
	return ""
}

// noun returns the guide's noun if an expression is the noun of a type: that of images.
func noun(e ast.Expr) string {
	if e, ok := e.(*ast.SelectorExpr); ok && e.Sel.Name == "Noun" {
		return "runtime image"
	}
	if called(e) == "title" {
		return "Runtime image"
	}
	return ""
}

var verb = regexp.MustCompile(`%[-+#0-9.]*[a-zA-Z]`)

// texts returns what a text may be. "…" stands for what's known only at run time.
func (m messages) texts(text expression, depth int) (all []string) {
	if known := noun(text.Expr); known != "" {
		return []string{known}
	}
	in := func(e ast.Expr) []string { return m.texts(expression{e, text.function}, depth+1) }
	var at scoped
	switch e := text.Expr.(type) {
	case *ast.BasicLit:
		if value, err := strconv.Unquote(e.Value); err == nil {
			return []string{value}
		}
	case *ast.BinaryExpr:
		for _, left := range in(e.X) {
			for _, right := range in(e.Y) {
				all = append(all, left+right)
			}
		}
		return all
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			arguments := e.Args[1:]
			return []string{verb.ReplaceAllStringFunc(in(e.Args[0])[0], func(verb string) string {
				known := cmp.Or(noun(arguments[0]), map[bool]string{true: `"…"`, false: "…"}[verb == "%q"])
				if nouns := slices.Compact(in(arguments[0])); len(nouns) == 1 && nouns[0] == "runtime image" {
					known = nouns[0]
				}
				arguments = arguments[1:]
				return known
			})}
		}
		at.name = called(e)
	case *ast.Ident:
		at = scoped{text.function, e.Name}
		if len(m.values[at]) == 0 {
			at.function = ""
		}
	}
	if depth > 5 || len(m.values[at]) == 0 {
		return []string{"…"}
	}
	for _, value := range m.values[at] {
		all = append(all, m.texts(value, depth+1)...)
	}
	return all
}
