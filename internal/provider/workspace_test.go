package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// workspace is a root module in a directory of its own, with two places of one kind that it can use.
type workspace struct {
	commandLine

	a, b place
	at   place // the one that write configures: a, unless in says otherwise
}

func newWorkspace(t *testing.T, a place) workspace {
	t.Helper()
	return workspace{commandLine: newCommandLine(t), a: a, at: a}
}

func newFilesWorkspace(t *testing.T) workspace {
	t.Helper()
	w := newWorkspace(t, newPlace(t))
	w.b = newPlace(t)
	return w
}

// newServerWorkspace empties the servers, one or two.
func newServerWorkspace(t *testing.T, servers ...jupyterServer) workspace {
	t.Helper()
	w := newWorkspace(t, servers[0].place)
	if len(servers) > 1 {
		w.b = servers[1].place
	}
	w.clear()
	return w
}

// tests are what is tested on files, on a real server, or on both.
type tests map[stores]map[string]func(w workspace)

type stores int

const (
	onFiles stores = 1 << iota
	onServer
	onBoth = onFiles | onServer
)

// runOn runs the tests that are on one kind of store.
func (all tests) runOn(t *testing.T, store stores, start func(t *testing.T) workspace) {
	t.Helper()
	for on, tests := range all {
		for name, test := range tests {
			if on&store != 0 {
				t.Run(name, func(t *testing.T) {
					w := start(t)
					w.commandLine = w.attached()
					test(w)
				})
			}
		}
	}
}

// testFiles runs the tests that are on files.
func testFiles(t *testing.T, all tests) {
	t.Helper()
	all.runOn(t, onFiles, func(t *testing.T) workspace {
		t.Helper()
		t.Parallel()
		return newFilesWorkspace(t)
	})
}

// TestAccServer runs the tests in which the store answers something of its own. What a store does with each call is in
// package storetest.
func TestAccServer(t *testing.T) { //nolint:tparallel // its parts share two servers
	t.Parallel()
	// Of one host and path, they'd be one place.
	servers := []jupyterServer{startServer(t), startServer(t, jupytertest.Options{BaseURL: "/user/other/"})}
	for table, all := range map[string]tests{
		"images": imageTests, "ownership": ownershipTests, "exclusive": exclusiveTests, "runtimes": runtimeTests,
	} {
		t.Run(table, func(t *testing.T) {
			all.runOn(t, onServer, func(t *testing.T) workspace {
				t.Helper()
				return newServerWorkspace(t, servers...)
			})
		})
	}
}

func (w workspace) isServer() bool { return w.a.endpoint != "" }

// in is the same root module with another place configured.
func (w workspace) in(at place) workspace {
	w.at = at
	return w
}

// module is another root module on the same places.
func (w workspace) module() workspace {
	w.dir = w.t.TempDir()
	return w
}

// write writes the configuration: the provider, and these blocks.
func (w workspace) write(blocks ...string) {
	w.t.Helper()
	w.writeAll("provider \"elyra\" {\n"+w.at.arguments+"}\n", blocks...)
}

func (w workspace) writeAll(provider string, blocks ...string) {
	w.t.Helper()
	w.commandLine.write("main.tf", required+provider+strings.Join(blocks, "\n"))
}

// required says where the provider is from.
const required = "terraform {\n  required_providers {\n    elyra = { source = \"elyra-ai/elyra\" }\n  }\n}\n"

// image is a resource block.
func image(label, displayName string, more ...string) string {
	return fmt.Sprintf("resource \"elyra_runtime_image\" %q {\n  display_name = %q\n  image_name = \"team/%s:1\"\n%s\n}\n",
		label, displayName, strings.ToLower(strings.ReplaceAll(displayName, " ", "-")), strings.Join(more, "\n"))
}

// importOf is an import block.
func importOf(label, name string) string {
	return fmt.Sprintf("import {\n  to = elyra_runtime_image.%s\n  id = %q\n}\n", label, name)
}

// exclusive is a resource block; the names are expressions.
func exclusive(label string, names ...string) string {
	return fmt.Sprintf("resource \"elyra_runtime_images_exclusive\" %q {\n  names = [%s]\n}\n", label, strings.Join(names, ", "))
}

// theirs is another person's document.
const theirs = `{"schema_name":"runtime-image","display_name":"Theirs","metadata":{"image_name":"team/theirs:1"}}`

// withKey is a document with a key that somebody else added.
func withKey(document string) string {
	return strings.Replace(document, `"image_name"`, `"x-team": "ours", "image_name"`, 1)
}

// --- Commands ---

// applies applies these blocks.
func (w workspace) applies(blocks ...string) (output string) {
	w.t.Helper()
	w.write(blocks...)
	return w.run(apply)
}

// mine applies an image, and returns its document.
func (w workspace) mine() (document string) {
	w.t.Helper()
	w.applies(image("x", "My image"))
	return w.document("my_image")
}

// fails runs a command that must fail with one error of that summary, and returns its text.
func (w workspace) fails(command, summary string, words ...string) message {
	w.t.Helper()
	return w.find(w.mustFail(command), "Error: ", summary, words...)
}

// warns runs a command that must succeed with a warning of that summary, and returns its text.
func (w workspace) warns(command, summary string, words ...string) message {
	w.t.Helper()
	return w.find(w.run(command), "Warning: ", summary, words...)
}

// settled checks that nothing is left to do or to say.
func (w workspace) settled() {
	w.t.Helper()
	if output := w.run(noop); strings.Contains(strings.ReplaceAll(output, "Warning: Provider development overrides", ""), "Warning:") {
		w.t.Errorf("a plan without changes warns:\n%s", output)
	}
}

// destroys destroys what the state has. An error that blocks it says how to do it.
func (w workspace) destroys() {
	w.t.Helper()
	if output, err := w.try(destroy); err != nil {
		wantOutput(w.t, output, "-refresh=false")
		w.run(destroy + " -refresh=false")
	}
}

// converges applies until that succeeds, three times at most: Terraform drops what the provider keeps of a tainted
// object, so that its deletion stops once.
func (w workspace) converges() {
	w.t.Helper()
	for range 2 {
		if _, err := w.try(apply); err == nil {
			return
		}
	}
	w.run(apply)
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
func (w workspace) wants(at place, name, want string) {
	w.t.Helper()
	if got := read(w.t, at.near, name); got != want {
		w.t.Errorf("%s is %q, want %q", at.location(name), got, want)
	}
}

// wantNames checks which instances there are where place a is written to.
func (w workspace) wantNames(want ...string) {
	w.t.Helper()
	wantNames(w.t, w.a.near, want...)
}

// contains checks that the document of an instance has these words.
func (w workspace) contains(at place, name string, words ...string) {
	w.t.Helper()
	wantOutput(w.t, read(w.t, at.near, name), words...)
}

// clear removes all instances, and what Terraform knows of them.
func (w workspace) clear() {
	w.t.Helper()
	w.run("rm -f terraform.tfstate")
	w.a.clear(w.t)
	if w.b.near != "" {
		w.b.clear(w.t)
	}
}
