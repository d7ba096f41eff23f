package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/needed"
)

// TestAccInstall does what README says, in a home directory of its own: make
// install, and then its configuration with its commands.
func TestAccInstall(t *testing.T) {
	readme := readFile(t, "README.md")
	blocks := consoleBlocks(readme)
	if len(blocks) < 2 {
		t.Fatalf("README.md has %d console blocks, expected the use and the installation", len(blocks))
	}
	use, install := blocks[0], blocks[1]
	if install[len(install)-1] != "make install" {
		t.Fatalf("README.md installs with %q, expected make install at last", install)
	}
	h := newHome(t)
	h.runIn(t, ".", "make install")

	write(t, filepath.Join(h.dir, "readme", "main.tf"), block(t, readme, "terraform"))
	var output string
	for _, command := range use {
		output = h.runIn(t, filepath.Join(h.dir, "readme"), command)
	}
	if !strings.Contains(output, "training") || !strings.Contains(output, h.dir) {
		t.Errorf("%s does not list the image that README's configuration keeps:\n%s", use[len(use)-1], output)
	}

	h.runIn(t, ".", "make uninstall")
	left, err := filepath.Glob(filepath.Join(h.dir, ".terraform.d", "plugins", "*", "elyra-ai", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("make uninstall left %q, error %v", left, err)
	}
}

// TestAccInstall_gettingStarted does what the guide of that name says.
func TestAccInstall_gettingStarted(t *testing.T) {
	guide := readFile(t, filepath.Join("templates", "guides", "getting-started.md"))
	h := newHome(t)
	h.runIn(t, ".", "make install")
	work := filepath.Join(h.dir, "guide")
	write(t, filepath.Join(work, "main.tf"), block(t, guide, "terraform"))
	for _, command := range consoleBlocks(guide)[0] {
		h.runIn(t, work, command)
	}
	if list := h.runIn(t, work, "elyra-metadata list runtime-images"); !strings.Contains(list, "training_with_gpu") {
		t.Errorf("elyra-metadata does not list the guide's image:\n%s", list)
	}
}

// TestAccInstall_modules has what dev_overrides does not: a module, a second
// provider, and a lock file that a second init accepts.
func TestAccInstall_modules(t *testing.T) {
	h := newHome(t)
	h.runIn(t, ".", "make install")
	// The second provider is the same one at another address.
	for _, registry := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		plugins := filepath.Join(h.dir, ".terraform.d", "plugins", registry)
		if err := os.CopyFS(filepath.Join(plugins, "acme", "elyra"), os.DirFS(filepath.Join(plugins, "elyra-ai", "elyra"))); err != nil {
			t.Fatal(err)
		}
	}
	work := filepath.Join(h.dir, "work")
	write(t, filepath.Join(work, "main.tf"), `
terraform {
  required_providers {
    other = { source = "acme/elyra" }
  }
}

module "images" {
  source = "./images"
}

data "elyra_runtime_images" "all" {
  provider   = other
  depends_on = [module.images]
}

output "names" {
  value = join(" ", data.elyra_runtime_images.all.runtime_images[*].name)
}
`)
	write(t, filepath.Join(work, "images", "main.tf"), `
terraform {
  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

resource "elyra_runtime_image" "reporting" {
  display_name = "Reporting"
  image_name   = "quay.io/acme/reporting:2.2.3"
}
`)
	h.runIn(t, work, "terraform init")
	lock := readFile(t, filepath.Join(work, ".terraform.lock.hcl"))
	for _, provider := range []string{"/elyra-ai/elyra\"", "/acme/elyra\""} {
		if !strings.Contains(lock, provider) {
			t.Errorf("the lock file has no provider …%s:\n%s", provider, lock)
		}
	}
	if err := os.RemoveAll(filepath.Join(work, ".terraform")); err != nil {
		t.Fatal(err)
	}
	h.runIn(t, work, "terraform init -lockfile=readonly")
	h.runIn(t, work, "terraform apply")
	if names := h.runIn(t, work, "terraform output -raw names"); !strings.Contains(names, "reporting") {
		t.Errorf("the second provider lists %q, expected reporting among them", names)
	}
	h.runIn(t, work, "terraform plan -detailed-exitcode")
}

// home is a home directory in which nobody has configured anything.
type home struct {
	dir         string
	environment []string
}

func newHome(t *testing.T) home {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		needed.Missing(t, "TF_ACC", "make test sets it")
	}
	terraform, err := exec.LookPath(os.Getenv("TF_ACC_TERRAFORM_PATH"))
	if err != nil {
		t.Fatalf("TF_ACC_TERRAFORM_PATH: %v; make test sets it", err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"terraform":      terraform,
		"elyra-metadata": filepath.Join(os.Getenv("ELYRA_TEST_VENV"), "bin", "elyra-metadata"),
	} {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	environment := []string{
		"HOME=" + dir,
		"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1",
		"TF_CLI_ARGS_apply=-auto-approve -no-color",
	}
	// Go's caches are not in this home, and what is in them is good.
	for _, name := range []string{"GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOSUMDB", "GOTOOLCHAIN"} {
		value, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatalf("go env %s: %v", name, err)
		}
		environment = append(environment, name+"="+strings.TrimSpace(string(value)))
	}
	return home{dir, environment}
}

// runIn runs a shell's command, and returns what it printed to standard output.
func (h home) runIn(t *testing.T, dir, command string) string {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-euc", command)
	shell.Dir, shell.Env = dir, h.environment
	var errors strings.Builder
	shell.Stderr = &errors
	output, err := shell.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command, err, output, errors.String())
	}
	return string(output)
}

// consoleBlocks returns the commands of each console block of a document.
func consoleBlocks(document string) [][]string {
	var blocks [][]string
	for rest := document; strings.Contains(rest, "\n```console\n"); {
		_, rest, _ = strings.Cut(rest, "\n```console\n")
		text, after, _ := strings.Cut(rest, "```")
		var commands []string
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				commands = append(commands, strings.TrimSpace(command))
			}
		}
		blocks, rest = append(blocks, commands), after
	}
	return blocks
}

// block returns the first block of a language.
func block(t *testing.T, document, language string) string {
	t.Helper()
	_, rest, found := strings.Cut(document, "\n```"+language+"\n")
	text, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("there is no %s block", language)
	}
	return text
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
