package provider_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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
	return place{near: t.TempDir(), far: t.TempDir()}
}

// searchPath is the entry of the environment by which Elyra and the provider find
// a place in files.
func (p place) searchPath() string {
	return "ELYRA_METADATA_PATH=" + p.near + string(os.PathListSeparator) + p.far
}

// jupyterServer is a real Jupyter Server on two levels of data directories, under that path.
type jupyterServer struct {
	*jupytertest.Server
	near, far string
}

func startServer(t *testing.T, baseURL ...string) jupyterServer {
	t.Helper()
	return startElyra(t, jupytertest.Elyra{}, append(baseURL, "/user/jdoe/")[0])
}

// startElyra starts the server of a version of Elyra.
func startElyra(t *testing.T, version jupytertest.Elyra, baseURL string) jupyterServer {
	t.Helper()
	requireAcceptance(t)
	near, far := t.TempDir(), t.TempDir()
	server := jupytertest.Start(t, jupytertest.Options{
		Elyra:   version,
		BaseURL: baseURL,
		Env:     []string{place{near: near, far: far}.searchPath()},
		// Tests change files behind the server's back; it must see that immediately.
		Args: []string{"--FileMetadataCache.enabled=False"},
	})
	return jupyterServer{server, near, far}
}

// empty removes all images from the server.
func (s jupyterServer) empty(t *testing.T) {
	t.Helper()
	for _, dir := range []string{s.near, s.far} {
		if err := os.RemoveAll(filepath.Join(dir, "metadata")); err != nil {
			t.Fatal(err)
		}
	}
}

// isolate keeps the machine's own Jupyter, Elyra and servers out of a test.
func isolate(t *testing.T) {
	t.Helper()
	provider.Isolate(t)
}

// put writes a document as someone else would, behind the provider's back.
func put(t testing.TB, dataDir, name, document string) {
	t.Helper()
	path := instancePath(dataDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read returns the document of an instance, and "" where there isn't one.
func read(t testing.TB, dataDir, name string) string {
	t.Helper()
	data, err := os.ReadFile(instancePath(dataDir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// stored returns the instance that a document holds.
func stored(t testing.TB, dataDir, name string) elyra.RuntimeImage {
	t.Helper()
	document, err := elyra.ParseDocument([]byte(read(t, dataDir, name)))
	if err != nil {
		t.Fatal(err)
	}
	image, err := document.Image(name)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// wantImages checks that a data directory holds these images and no others.
func wantImages(t *testing.T, dataDir string, images ...elyra.RuntimeImage) {
	t.Helper()
	for _, image := range images {
		if got := stored(t, dataDir, image.Name); !got.Equal(image) {
			t.Errorf("stored is %+v, want %+v", got, image)
		}
	}
	files, err := os.ReadDir(filepath.Join(dataDir, "metadata", "runtime-images"))
	if err != nil || len(files) != len(images) {
		t.Errorf("the directory has %v, %v, want %d images", files, err, len(images))
	}
}

// wantModes checks the modes of what there is below a data directory.
func wantModes(t *testing.T, dataDir string, file, directory fs.FileMode) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dataDir, "metadata"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := file
		if entry.IsDir() {
			want = directory
		}
		if mode := info.Mode().Perm(); mode != want {
			t.Errorf("%s has mode %v, want %v", path, mode, want)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// --- Terraform's command line ---

// commandLine runs a real Terraform on a real binary of the provider, in a directory of its own.
type commandLine struct {
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

func newCommandLine(t *testing.T) commandLine {
	t.Helper()
	requireAcceptance(t)
	config, err := overriding()
	if err != nil {
		t.Fatal(err)
	}
	terraform, err := exec.LookPath(cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"))
	if err != nil {
		t.Fatal(err)
	}
	return commandLine{dir: t.TempDir(), terraform: terraform, env: []string{
		"HOME=" + t.TempDir(), "TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
	}}
}

// attached returns the same, with one process of the provider that serves all commands. Each command configures it
// anew, as it would a process of its own, which costs two thirds of a command. Only two aliases need two processes.
func (c commandLine) attached(t *testing.T) commandLine {
	t.Helper()
	config, err := overriding()
	if err != nil {
		t.Fatal(err)
	}
	serving := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(filepath.Dir(config), "terraform-provider-elyra"), "-debug")
	serving.Env = c.environ()
	stdout, err := serving.StdoutPipe()
	if err == nil {
		err = serving.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
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
	t.Fatal("the provider doesn't say how to attach to it")
	return c
}

// copyExample copies a directory under examples to where commands run.
func (c commandLine) copyExample(t *testing.T, name string) {
	t.Helper()
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join("..", "..", "examples", name))); err != nil {
		t.Fatal(err)
	}
}

// copyTestdata copies a directory under testdata to where commands run.
func (c commandLine) copyTestdata(t *testing.T, name string) {
	t.Helper()
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
}

// replace replaces all of a text in a file.
func (c commandLine) replace(t *testing.T, file, old, text string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, file))
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%q isn't in %s: %v", old, data, err)
	}
	c.write(t, file, strings.ReplaceAll(string(data), old, text))
}

// write writes a file to where commands run.
func (c commandLine) write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, file), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (c commandLine) run(t *testing.T, commands string) (output string) {
	t.Helper()
	output, err := c.try(t, commands)
	if err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, output)
	}
	return output
}

// try runs commands of a shell, in which terraform is the one under test.
func (c commandLine) try(t *testing.T, commands string) (output string, err error) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-euc", `terraform() { "$TERRAFORM" "$@"; }`+"\n"+commands)
	shell.Dir = c.dir
	shell.Env = append(c.environ(), "TERRAFORM="+c.terraform)
	shell.SysProcAttr = c.attributes
	out, err := shell.CombinedOutput()
	return string(out), err
}

func (c commandLine) environ() []string { return append(os.Environ(), c.env...) }

// outputs are the values of all outputs.
func (c commandLine) outputs(t *testing.T) map[string]any {
	t.Helper()
	var outputs map[string]struct{ Value any }
	// Standard error has the warning about dev_overrides.
	if err := json.Unmarshal([]byte(c.run(t, "terraform output -json 2>/dev/null")), &outputs); err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	for name, output := range outputs {
		values[name] = output.Value
	}
	return values
}

// outputMap is an output that is an object of strings.
func (c commandLine) outputMap(t *testing.T, name string) (values map[string]string) {
	t.Helper()
	// Standard error has the warning about dev_overrides.
	if err := json.Unmarshal([]byte(c.run(t, "terraform output -json "+name+" 2>/dev/null")), &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// withQuery returns the same on a Terraform that has the query command: 1.14 or
// newer, and not OpenTofu, whose own numbers say nothing about it. TERRAFORM_QUERY
// names one for tests of it, in case the one under test is OpenTofu.
func (c commandLine) withQuery(t *testing.T) commandLine {
	t.Helper()
	for _, terraform := range []string{c.terraform, os.Getenv("TERRAFORM_QUERY")} {
		if terraform == "" {
			continue
		}
		c.terraform = terraform
		version := c.run(t, "terraform version")
		var major, minor int
		if _, err := fmt.Sscanf(version, "Terraform v%d.%d", &major, &minor); err == nil && (major > 1 || minor >= 14) {
			return c
		}
	}
	testenv.Missing(t, "a Terraform with the query command", "make test sets TERRAFORM_QUERY")
	return c
}

const (
	plan    = "terraform plan -no-color"
	apply   = "terraform apply -auto-approve -no-color"
	destroy = "terraform destroy -auto-approve -no-color"
	noop    = "terraform plan -no-color -detailed-exitcode" // fails where there is a change
)

// wantOutput checks that an output has these words, however it is wrapped.
func wantOutput(t *testing.T, output string, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(unwrap(output), want) {
			t.Errorf("%q isn't in the output:\n%s", want, output)
		}
	}
}

// unwrap joins the lines that Terraform broke a message into.
func unwrap(output string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
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
	if err != nil {
		t.Fatal(err)
	}
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
