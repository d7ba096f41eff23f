package provider_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/provider"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// This file is the harness of the acceptance tests: a real Terraform on the provider, in a place in files or on a Jupyter
// Server. That of the tests without Terraform is harness_protocol_test.go.

// testsHome is the home directory of tests that set no other. It ends with the last test.
var testsHome string

// TestMain lets no acceptance test skip in CI because a variable is missing, and keeps the machine's own
// Jupyter, Elyra and servers out of all tests.
func TestMain(m *testing.M) {
	var err error
	testsHome, err = os.MkdirTemp("", "home")
	if err == nil {
		err = provider.IsolateAll(testsHome)
	}
	if os.Getenv("CI") == "true" && os.Getenv("TF_ACC") == "" {
		err = errors.New("CI=true, and TF_ACC isn't set: make test sets it")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(testsHome); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// requireAcceptance skips a test that runs Terraform, unless TF_ACC is set.
func requireAcceptance(t *testing.T) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		testenv.Missing(t, "TF_ACC", "make test sets it")
	}
}

// --- Places: where images are kept ---

// place is where the provider under test keeps its images, with a back door to
// the files that Elyra reads.
type place struct {
	// near is the data directory that is written to, far one later in the
	// search path.
	near, far string
	// endpoint is the base URL of a server on both; empty for files.
	endpoint string
	// arguments are those by which a provider block finds it.
	arguments string
}

// location is what the attribute of that name says for an instance.
func (p place) location(name string) string {
	if p.endpoint != "" {
		return strings.TrimSuffix(p.endpoint, "/") + "/elyra/metadata/runtime-images/" + name
	}
	return p.path(name)
}

func (p place) path(name string) string { return instancePath(p.near, name) }

func instancePath(dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", "runtime-images", name+".json")
}

// newPlace is a place in files.
func newPlace(t *testing.T) place {
	t.Helper()
	return filesPlace(t.TempDir(), t.TempDir())
}

func filesPlace(near, far string) place {
	return place{near, far, "", fmt.Sprintf("  data_dir    = %q\n  search_path = [%q]\n", near, far)}
}

// searchPath is the entry of the environment by which Elyra and the provider find
// a place in files.
func (p place) searchPath() string {
	return "ELYRA_METADATA_PATH=" + p.near + string(os.PathListSeparator) + p.far
}

// jupyterServer is a real Jupyter Server on two levels of data directories.
type jupyterServer struct {
	*jupytertest.Server
	place
}

func startServer(t *testing.T, options ...jupytertest.Options) jupyterServer {
	t.Helper()
	requireAcceptance(t)
	p, all := newPlace(t), append(options, jupytertest.Options{BaseURL: "/user/jdoe/"})[0]
	// Tests change files behind the server's back; it must see that immediately.
	all.Env, all.Args = append(all.Env, p.searchPath()), []string{"--FileMetadataCache.enabled=False"}
	server := jupytertest.Start(t, all)
	return jupyterServer{server, serverPlace(p, server)}
}

// serverPlace is a place in files by way of a server on it.
func serverPlace(p place, server *jupytertest.Server) place {
	return place{p.near, p.far, server.URL, fmt.Sprintf("  endpoint = %q\n  token    = %q\n", server.URL, server.Token)}
}

// clear removes all instances.
func (p place) clear(t *testing.T) {
	t.Helper()
	for _, dir := range []string{p.near, p.far} {
		must(t, os.RemoveAll(filepath.Join(dir, "metadata")))
	}
}

// respelled is the same place by another path, or another port.
func (p place) respelled(t *testing.T) place {
	t.Helper()
	if p.endpoint == "" {
		link := filepath.Join(t.TempDir(), "link")
		must(t, os.Symlink(p.near, link))
		return filesPlace(link, p.far)
	}
	server, err := url.Parse(p.endpoint)
	must(t, err)
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: server.Scheme, Host: server.Host}))
	t.Cleanup(proxy.Close)
	endpoint := proxy.URL + server.Path
	return place{p.near, p.far, endpoint, strings.ReplaceAll(p.arguments, p.endpoint, endpoint)}
}

// must ends a test whose own doing fails.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// writeFile writes a file, and makes its directory.
func writeFile(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

// readFile returns the content of a file, and "" where there isn't one.
func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		must(t, err)
	}
	return string(data)
}

// put writes a document as someone else would, behind the provider's back.
func put(t testing.TB, dataDir, name, document string) {
	t.Helper()
	writeFile(t, instancePath(dataDir, name), document)
}

// putImages writes the documents of images as someone else would.
func putImages(t testing.TB, dataDir string, images ...elyra.RuntimeImage) {
	t.Helper()
	for _, image := range images {
		put(t, dataDir, image.Name, string(elyra.NewDocument(image).Encode()))
	}
}

// read returns the document of an instance, and "" where there isn't one.
func read(t testing.TB, dataDir, name string) string {
	t.Helper()
	return readFile(t, instancePath(dataDir, name))
}

// stored returns the instance that a document holds.
func stored(t testing.TB, dataDir, name string) elyra.RuntimeImage {
	t.Helper()
	document, err := elyra.ParseDocument([]byte(read(t, dataDir, name)))
	must(t, err)
	image, err := document.Image(name)
	must(t, err)
	return image
}

// wantImages checks that a data directory holds these images and no others.
func wantImages(t *testing.T, dataDir string, images ...elyra.RuntimeImage) {
	t.Helper()
	var names []string
	for _, image := range images {
		names = append(names, image.Name)
		if got := stored(t, dataDir, image.Name); !got.Equal(image) {
			t.Errorf("stored is %+v, want %+v", got, image)
		}
	}
	wantNames(t, dataDir, names...)
}

// wantNames checks which images a data directory has.
func wantNames(t *testing.T, dataDir string, want ...string) {
	t.Helper()
	if got := imageNames(dataDir); !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
}

func imageNames(dataDir string) (names []string) {
	files, _ := filepath.Glob(instancePath(dataDir, "*"))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	return names
}

// wantModes checks the modes of what there is below a data directory.
func wantModes(t *testing.T, dataDir, file, directory string) {
	t.Helper()
	find := exec.CommandContext(t.Context(), "find", filepath.Join(dataDir, "metadata"), "-type", "f", "!", "-perm", file, "-o", "-type", "d", "!", "-perm", directory)
	if out, err := find.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v, these have other modes:\n%s", err, out)
	}
}

// --- Terraform's command line ---

// commandLine runs a real Terraform on a real binary of the provider, in a directory of its own.
type commandLine struct {
	t         *testing.T
	dir       string
	terraform string
	env       []string // next to the process's own
	// attributes say as whom commands run; nil is as the test itself.
	attributes *syscall.SysProcAttr
}

// goHome is where Go's caches are: the home directory before any test has another.
var goHome, _ = os.UserHomeDir()

// overriding builds the provider once, and returns a configuration of Terraform's
// command line that names the binary.
var overriding = sync.OnceValues(func() (file string, err error) {
	bin, err := os.MkdirTemp(testsHome, "bin")
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-o", bin, "../..")
	build.Env = append(os.Environ(), "HOME="+goHome)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	file = filepath.Join(bin, "terraform.rc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"elyra-ai/elyra\" = %q\n  }\n  direct {}\n}\n", bin)
	return file, os.WriteFile(file, []byte(overrides), 0o600)
})

func newCommandLine(t *testing.T, env ...string) commandLine {
	t.Helper()
	requireAcceptance(t)
	config, err := overriding()
	must(t, err)
	terraform, err := exec.LookPath(cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"))
	must(t, err)
	return commandLine{t: t, dir: t.TempDir(), terraform: terraform, env: append([]string{
		"HOME=" + t.TempDir(), "TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
	}, env...)}
}

// attached returns the same, with one process of the provider that serves all commands. Each command configures it
// anew, as it would a process of its own, which costs two thirds of a command. Only two aliases need two processes.
func (c commandLine) attached() commandLine {
	c.t.Helper()
	config, err := overriding()
	must(c.t, err)
	serving := exec.CommandContext(context.WithoutCancel(c.t.Context()), filepath.Join(filepath.Dir(config), "terraform-provider-elyra"), "-debug")
	serving.Env = c.environ()
	stdout, err := serving.StdoutPipe()
	must(c.t, err)
	must(c.t, serving.Start())
	c.t.Cleanup(func() {
		_ = serving.Process.Signal(os.Interrupt)
		_ = serving.Wait()
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if _, value, found := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS="); found {
			const host = "registry.terraform.io"
			value = strings.Replace(strings.Trim(value, "'"), host, cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), host), 1)
			c.env = append(slices.Clip(c.env), "TF_REATTACH_PROVIDERS="+value)
			return c
		}
	}
	c.t.Fatal("the provider doesn't say how to attach to it")
	return c
}

// copyAll copies a directory of the repository to where commands run.
func (c commandLine) copyAll(dir string) {
	c.t.Helper()
	must(c.t, os.CopyFS(c.dir, os.DirFS(filepath.Join("..", "..", filepath.FromSlash(dir)))))
}

// replace replaces all of a text in a file.
func (c commandLine) replace(file, old, text string) {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, file))
	if err != nil || !strings.Contains(string(data), old) {
		c.t.Fatalf("%q isn't in %s: %v", old, data, err)
	}
	c.write(file, strings.ReplaceAll(string(data), old, text))
}

// write writes a file to where commands run.
func (c commandLine) write(file, content string) {
	c.t.Helper()
	must(c.t, os.WriteFile(filepath.Join(c.dir, file), []byte(content), 0o644))
}

func (c commandLine) run(commands string) (output string) {
	c.t.Helper()
	output, err := c.try(commands)
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", commands, err, output)
	}
	return output
}

// mustFail runs commands that must fail and say these words.
func (c commandLine) mustFail(commands string, words ...string) (output string) {
	c.t.Helper()
	output, err := c.try(commands)
	if err == nil {
		c.t.Fatalf("%s succeeds:\n%s", commands, output)
	}
	wantOutput(c.t, output, words...)
	return output
}

// try runs commands of a shell, in which terraform is the one under test.
func (c commandLine) try(commands string) (output string, err error) {
	c.t.Helper()
	shell := exec.CommandContext(c.t.Context(), "sh", "-euc", `terraform() { "$TERRAFORM" "$@"; }`+"\n"+commands)
	shell.Dir = c.dir
	shell.Env = append(c.environ(), "TERRAFORM="+c.terraform)
	shell.SysProcAttr = c.attributes
	out, err := shell.CombinedOutput()
	return string(out), err
}

func (c commandLine) environ() []string { return append(os.Environ(), c.env...) }

// outputs are the values of all outputs.
func (c commandLine) outputs() map[string]any {
	c.t.Helper()
	var outputs map[string]struct{ Value any }
	// Standard error has the warning about dev_overrides.
	must(c.t, json.Unmarshal([]byte(c.run("terraform output -json 2>/dev/null")), &outputs))
	values := map[string]any{}
	for name, output := range outputs {
		values[name] = output.Value
	}
	return values
}

// outputMap is an output that is an object of strings.
func (c commandLine) outputMap(name string) (values map[string]string) {
	c.t.Helper()
	// Standard error has the warning about dev_overrides.
	must(c.t, json.Unmarshal([]byte(c.run("terraform output -json "+name+" 2>/dev/null")), &values))
	return values
}

// What a minor version of Terraform and OpenTofu brought. OpenTofu doesn't have the query command.
const (
	writeOnlyArguments = 11
	identities         = 12
	queryCommand       = 14
)

// has reports whether the Terraform under test has a feature.
func (c commandLine) has(feature int) bool {
	c.t.Helper()
	out, err := exec.CommandContext(c.t.Context(), c.terraform, "version").Output()
	must(c.t, err)
	var product string
	var major, minor int
	if _, err := fmt.Sscanf(string(out), "%s v%d.%d", &product, &major, &minor); err != nil || major != 1 {
		c.t.Fatalf("%s: %v", out, err)
	}
	return minor >= feature && (feature != queryCommand || product == "Terraform")
}

// with returns the same on a Terraform that has a feature: the one that TERRAFORM_QUERY names, in case the one under
// test doesn't.
func (c commandLine) with(feature int) commandLine {
	c.t.Helper()
	if c.has(feature) {
		return c
	}
	c.terraform = os.Getenv("TERRAFORM_QUERY")
	if c.terraform == "" || !c.has(feature) {
		testenv.Missing(c.t, fmt.Sprintf("a Terraform 1.%d", feature), "make test sets TERRAFORM_QUERY")
	}
	return c
}

const (
	plan    = "terraform plan -no-color"
	apply   = "terraform apply -auto-approve -no-color"
	destroy = "terraform destroy -auto-approve -no-color"
	noop    = "terraform plan -no-color -detailed-exitcode" // fails where there is a change
)

// wantOutput checks that an output or a document has these words, however it is wrapped.
func wantOutput(t *testing.T, output string, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(unwrap(output), want) {
			t.Errorf("%q isn't in the output, which ends with:\n%s", want, output[max(0, len(output)-10000):]) // a trace is long
		}
	}
}

// unwrap joins the lines that Terraform broke a message into.
func unwrap(output string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
}

// --- Guides ---

// guide is the code of a guide, whose every block is to be run by a test.
type guide struct {
	name   string
	blocks []string
	used   map[string]bool
}

func readGuide(t *testing.T, name string) guide {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", name+".md"))
	must(t, err)
	g := guide{name: name, used: map[string]bool{}}
	for _, match := range regexp.MustCompile("(?s)```[a-z]+\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		g.blocks = append(g.blocks, match[1])
	}
	return g
}

// code is the one block that has this text in it, as it is.
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
