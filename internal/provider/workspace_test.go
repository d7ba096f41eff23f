package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// backend is a place, and the arguments by which a provider block finds it.
type backend struct {
	place

	arguments string
}

// workspace is a root module in a directory of its own, with two places of one kind that it can use.
type workspace struct {
	commandLine

	t    *testing.T
	a, b backend
	at   backend // the one that write configures: a, unless in says otherwise
}

func newWorkspace(t *testing.T, a backend) workspace {
	t.Helper()
	return workspace{commandLine: newCommandLine(t), t: t, a: a, at: a}
}

func newFilesWorkspace(t *testing.T) workspace {
	t.Helper()
	var places [2]backend
	for i := range places {
		p := newPlace(t)
		places[i] = backend{p, fmt.Sprintf("  data_dir    = %q\n  search_path = [%q]\n", p.near, p.far)}
	}
	w := newWorkspace(t, places[0])
	w.b = places[1]
	return w
}

// newServerWorkspace empties the servers.
func newServerWorkspace(t *testing.T, servers [2]jupyterServer) workspace {
	t.Helper()
	var places [2]backend
	for i, s := range servers {
		if s.Server != nil {
			s.empty(t)
			places[i] = backend{place{s.near, s.far, s.URL}, fmt.Sprintf("  endpoint = %q\n  token    = %q\n", s.URL, s.Token)}
		}
	}
	w := newWorkspace(t, places[0])
	w.b = places[1]
	return w
}

// row is a test on files, on a real server, or on both.
type row struct {
	name string
	on   stores
	test func(w workspace)
}

type stores int

const (
	onFiles stores = 1 << iota
	onServer
	onBoth = onFiles | onServer
)

// testFiles runs those of the rows that are on files.
func testFiles(t *testing.T, rows []row) {
	t.Helper()
	for _, row := range rows {
		if row.on&onFiles != 0 {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				w := newFilesWorkspace(t)
				w.commandLine = w.attached(t)
				row.test(w)
			})
		}
	}
}

// TestAccServer runs the rows in which the store answers something of its own. What a store does with each call is in
// package storetest.
func TestAccServer(t *testing.T) { //nolint:tparallel // its parts share two servers
	t.Parallel()
	servers := [2]jupyterServer{startServer(t), startServer(t, "/user/other/")} // of one host and path, they'd be one place
	for table, rows := range map[string][]row{
		"images": imageTests, "ownership": ownershipTests, "exclusive": exclusiveTests, "runtimes": runtimeTests,
	} {
		for _, row := range rows {
			if row.on&onServer != 0 {
				t.Run(table+"/"+row.name, func(t *testing.T) {
					w := newServerWorkspace(t, servers)
					w.commandLine = w.attached(t)
					row.test(w)
				})
			}
		}
	}
}

func (w workspace) isServer() bool { return w.a.endpoint != "" }

// in is the same root module with another place configured.
func (w workspace) in(at backend) workspace {
	w.at = at
	return w
}

// module is another root module on the same places.
func (w workspace) module() workspace {
	w.dir = w.t.TempDir()
	return w
}

// respelled is place a by another path, or another port.
func (w workspace) respelled() backend {
	w.t.Helper()
	if !w.isServer() {
		link := filepath.Join(w.t.TempDir(), "link")
		if err := os.Symlink(w.a.near, link); err != nil {
			w.t.Fatal(err)
		}
		p := place{near: link, far: w.a.far}
		return backend{p, strings.ReplaceAll(w.a.arguments, w.a.near, link)}
	}
	server, err := url.Parse(w.a.endpoint)
	if err != nil {
		w.t.Fatal(err)
	}
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: server.Scheme, Host: server.Host}))
	w.t.Cleanup(proxy.Close)
	p := place{w.a.near, w.a.far, proxy.URL + server.Path}
	return backend{p, strings.ReplaceAll(w.a.arguments, w.a.endpoint, p.endpoint)}
}

// write writes the configuration: the provider, and these blocks.
func (w workspace) write(blocks ...string) {
	w.t.Helper()
	w.writeAll("provider \"elyra\" {\n"+w.at.arguments+"}\n", blocks...)
}

func (w workspace) writeAll(provider string, blocks ...string) {
	w.t.Helper()
	const required = "terraform {\n  required_providers {\n    elyra = { source = \"elyra-ai/elyra\" }\n  }\n}\n"
	w.commandLine.write(w.t, "main.tf", required+provider+strings.Join(blocks, "\n"))
}

// image is a resource block.
func image(label, displayName string, more ...string) string {
	return fmt.Sprintf("resource \"elyra_runtime_image\" %q {\n  display_name = %q\n  image_name = \"team/%s:1\"\n%s\n}\n",
		label, displayName, strings.ToLower(strings.ReplaceAll(displayName, " ", "-")), strings.Join(more, "\n"))
}

// exclusive is a resource block; the names are expressions.
func exclusive(label string, names ...string) string {
	return fmt.Sprintf("resource \"elyra_runtime_images_exclusive\" %q {\n  names = [%s]\n}\n", label, strings.Join(names, ", "))
}

// theirs is another person's document.
const theirs = `{"schema_name":"runtime-image","display_name":"Theirs","metadata":{"image_name":"them/image:1"}}`

// withKey is a document with a key that somebody else added.
func withKey(document string) string {
	return strings.Replace(document, `"image_name"`, `"x-team": "ours", "image_name"`, 1)
}

// --- Commands ---

// ok runs a command that must succeed.
func (w workspace) ok(command string) (output string) {
	w.t.Helper()
	return w.run(w.t, command)
}

// applies applies these blocks.
func (w workspace) applies(blocks ...string) (output string) {
	w.t.Helper()
	w.write(blocks...)
	return w.ok(apply)
}

// fails runs a command that must fail with one error of that summary, and returns its text.
func (w workspace) fails(command, summary string, words ...string) message {
	w.t.Helper()
	output, err := w.try(w.t, command)
	if err == nil {
		w.t.Fatalf("%s succeeds:\n%s", command, output)
	}
	return w.find(output, "Error: ", summary, words...)
}

// warns runs a command that must succeed with a warning of that summary, and returns its text.
func (w workspace) warns(command, summary string, words ...string) message {
	w.t.Helper()
	return w.find(w.ok(command), "Warning: ", summary, words...)
}

// unchanged checks that nothing is left to do.
func (w workspace) unchanged() (output string) {
	w.t.Helper()
	return w.ok(noop)
}

// settled checks that nothing is left to do or to say.
func (w workspace) settled() {
	w.t.Helper()
	if output := w.unchanged(); strings.Contains(strings.ReplaceAll(output, "Warning: Provider development overrides", ""), "Warning:") {
		w.t.Errorf("a plan without changes warns:\n%s", output)
	}
}

// destroys destroys what the state has. What blocks that says how to do it.
func (w workspace) destroys() {
	w.t.Helper()
	if output, err := w.try(w.t, destroy); err != nil {
		wantOutput(w.t, output, "-refresh=false")
		w.ok(destroy + " -refresh=false")
	}
}

// converges applies until that succeeds, three times at most: Terraform drops what the provider keeps of a tainted
// object, so that its deletion stops once.
func (w workspace) converges() {
	w.t.Helper()
	for range 2 {
		if _, err := w.try(w.t, apply); err == nil {
			return
		}
	}
	w.ok(apply)
}

// warnings returns what a command that succeeds warns of, sorted: summary and detail.
func (w workspace) warnings(command string) (warnings []string) {
	w.t.Helper()
	for line := range strings.Lines(w.ok("terraform " + command + " -json")) {
		var message struct {
			Diagnostic struct{ Severity, Summary, Detail string }
		}
		if json.Unmarshal([]byte(line), &message) == nil && message.Diagnostic.Severity == "warning" &&
			!strings.Contains(message.Diagnostic.Summary, "development overrides") {
			warnings = append(warnings, message.Diagnostic.Summary+"\n"+message.Diagnostic.Detail)
		}
	}
	slices.Sort(warnings)
	return warnings
}

// --- Messages ---

// message is the text of a diagnostic.
type message string

// Summaries, or parts of them.
const (
	exists     = `Runtime image "my_image" already exists`
	passedOn   = "would be destroyed and created in one plan"
	sharedName = "Two resources have the name"
	hadTwice   = "Two addresses have the runtime image"
)

// Pieces of advice.
const (
	anotherName = `name = "[^"]+"`
	overwriting = `overwrite = true`
	importBlock = `(?s)import \{.*?\n *\}`
	movedBlock  = `(?s)moved \{.*?\n *\}`
	stateMv     = `terraform state mv '[^']+' '[^']+'`
	stateRm     = `terraform state rm '[^']+'`
	importing   = `terraform import '[^']+' \S+`
)

// find returns the first diagnostic of that severity and summary, which must have these words.
func (w workspace) find(output, severity, summary string, words ...string) message {
	w.t.Helper()
	if _, after, found := strings.Cut(output, "Warning: Provider development overrides are in effect"); found {
		output = after
	}
	output = regexp.MustCompile(`(?m)^ +\d+: .*$`).ReplaceAllString(output, "") // lines of the configuration
	parts := regexp.MustCompile(`(?m)^(Error|Warning): `).FindAllStringIndex(output, -1)
	for i, part := range parts {
		end := len(output)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		if m := message(output[part[0]:end]); strings.HasPrefix(string(m), severity) && strings.Contains(unwrap(string(m)), summary) {
			wantOutput(w.t, string(m), words...)
			return m
		}
	}
	w.t.Fatalf("no %s%q is in the output:\n%s", severity, summary, output)
	return ""
}

var placeholders = regexp.MustCompile(`<[^>]*>`)

func offers(m message, pattern string) bool {
	return regexp.MustCompile(pattern).MatchString(string(m))
}

// advice returns the code that a message offers, with its placeholders replaced.
func (w workspace) advice(m message, pattern string, labels ...string) (code string) {
	w.t.Helper()
	code = regexp.MustCompile(pattern).FindString(string(m))
	if code == "" {
		w.t.Fatalf("%q isn't in the message:\n%s", pattern, m)
	}
	for _, label := range labels {
		if placeholder := placeholders.FindStringIndex(code); placeholder != nil {
			code = code[:placeholder[0]] + label + code[placeholder[1]:]
		}
	}
	if left := placeholders.FindString(code); left != "" {
		w.t.Fatalf("nothing replaces %s: %s", left, code)
	}
	return code
}

// --- What is stored ---

// put writes a document at place a, as somebody else would.
func (w workspace) put(name, document string) {
	w.t.Helper()
	put(w.t, w.a.near, name, document)
}

// document is that of an instance at place a; "" if there isn't one.
func (w workspace) document(name string) string {
	w.t.Helper()
	return read(w.t, w.a.near, name)
}

// wants checks the document of an instance; "" if there must not be one.
func (w workspace) wants(at backend, name, want string) {
	w.t.Helper()
	if got := read(w.t, at.near, name); got != want {
		w.t.Errorf("%s is %q, want %q", at.location(name), got, want)
	}
}

// names returns which instances there are where place a is written to.
func (w workspace) names() (names []string) {
	files, _ := filepath.Glob(instancePath(w.a.near, "*"))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	return names
}

// wantNames checks which instances there are where place a is written to.
func (w workspace) wantNames(want ...string) {
	w.t.Helper()
	if got := w.names(); !slices.Equal(got, want) {
		w.t.Errorf("there are %q, want %q", got, want)
	}
}

// clear removes all instances, and what Terraform knows of them.
func (w workspace) clear() {
	w.t.Helper()
	w.ok("rm -f terraform.tfstate")
	for _, dir := range []string{w.a.near, w.a.far, w.b.near, w.b.far} {
		if dir == "" {
			continue
		}
		files, _ := filepath.Glob(instancePath(dir, "*"))
		for _, file := range files {
			if err := os.Remove(file); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}
