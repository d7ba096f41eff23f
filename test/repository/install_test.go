package repository

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// TestAccInstall follows README in a fresh home directory: the installation, the configuration, and its
// commands.
func TestAccInstall(t *testing.T) {
	readme := readFile(t, "README.md")
	blocks := consoleBlocks(readme)
	if len(blocks) != 2 {
		t.Fatalf("README.md has %d console blocks, expected the installation and the use", len(blocks))
	}
	install, use := blocks[0], blocks[1]
	if install[len(install)-1] != "make install" {
		t.Fatalf("README.md installs with %q, expected make install last", install)
	}
	h := newHome(t)
	contains(t, h.runIn(t, ".", "make install"), "terraform init", h.dir)

	work := filepath.Join(h.dir, "readme")
	write(t, filepath.Join(work, "main.tf"), codeBlocks(readme, "terraform")[0])
	contains(t, h.runAll(t, work, use), "training_with_gpu", h.dir)
	// The debugging guide says that this shows the version.
	contains(t, h.runIn(t, work, "terraform version"), "elyra-ai/elyra v")

	h.runIn(t, ".", "make uninstall")
	left, err := filepath.Glob(filepath.Join(h.dir, ".terraform.d", "plugins", "*", "elyra-ai", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("make uninstall left %q, error %v", left, err)
	}
}

// TestAccInstall_gettingStarted follows the guide to its last command, next to the images that Elyra
// ships, and compares what the guide says with what happens.
func TestAccInstall_gettingStarted(t *testing.T) {
	guide := readFile(t, filepath.Join("templates", "guides", "getting-started.md"))
	h := newHome(t)
	h.runIn(t, ".", "make install")
	work := filepath.Join(h.dir, "guide")
	images := filepath.Join(h.dir, ".local", "share", "jupyter", "metadata", "runtime-images")
	code, commands := codeBlocks(guide, "terraform"), consoleBlocks(guide)
	if len(code) != 3 || len(commands) != 5 {
		t.Fatalf("the guide has %d configurations and %d console blocks, expected 3 and 5", len(code), len(commands))
	}

	// 1 and 2: the plan shows the name, and Elyra lists the image next to its own.
	write(t, filepath.Join(work, "main.tf"), code[0])
	contains(t, h.runAll(t, work, commands[0]), `= "training_with_gpu"`, "1 added", "training_with_gpu  ", "runtime-image   pandas ")

	// 3: the plan shows a manual change, and apply reverts it.
	training := filepath.Join(images, "training_with_gpu.json")
	written := readFile(t, training)
	write(t, training, strings.Replace(written, "IfNotPresent", "Always", 1))
	contains(t, h.runAll(t, work, commands[1]), `"Always" -> "IfNotPresent"`, "0 to add, 1 to change, 0 to destroy")
	contains(t, h.runAll(t, work, commands[2]), "0 added, 1 changed, 0 destroyed")
	if now := readFile(t, training); now != written {
		t.Errorf("apply didn't revert the change:\n%s", now)
	}

	// 4: an import changes nothing.
	nightly := filepath.Join(images, "nightly.json")
	const theirs = `{"display_name": "Nightly", "metadata": {"image_name": "quay.io/acme/nightly:6"}, "schema_name": "runtime-image"}`
	write(t, nightly, theirs)
	write(t, filepath.Join(work, "import.tf"), code[1])
	contains(t, h.runAll(t, work, commands[3]), "1 to import, 0 to add, 0 to change, 0 to destroy", "1 imported, 0 added, 0 changed, 0 destroyed")
	if now := readFile(t, nightly); now != theirs {
		t.Errorf("the import changed the image:\n%s", now)
	}

	// 5: the removed block leaves the imported image alone.
	generated := readFile(t, filepath.Join(work, "images.tf"))
	h.runIn(t, work, "rm images.tf import.tf")
	write(t, filepath.Join(work, "removed.tf"), code[2])
	output := h.runAll(t, work, commands[4])
	contains(t, output, "0 added, 0 changed, 0 destroyed", "1 destroyed")
	_, list, _ := strings.Cut(output, "Available metadata instances")
	contains(t, list, "nightly", "pandas ")
	if strings.Contains(list, "training_with_gpu") || readFile(t, nightly) != theirs {
		t.Errorf("the wrong image is gone:\n%s", list)
	}

	// The warning: without the block, destroy deletes the imported image.
	h.runIn(t, work, "rm removed.tf")
	write(t, filepath.Join(work, "import.tf"), code[1])
	write(t, filepath.Join(work, "images.tf"), generated)
	h.runIn(t, work, "terraform apply && terraform destroy")
	if _, err := os.Stat(nightly); err == nil {
		t.Error("terraform destroy left the imported image, which the guide warns about")
	}
}

// TestAccInstall_terraformMessages provokes the messages of Terraform that the troubleshooting guide
// explains, and follows its advice.
func TestAccInstall_terraformMessages(t *testing.T) {
	guide := readFile(t, filepath.Join("templates", "guides", "troubleshooting.md"))
	h := newHome(t)
	h.runIn(t, ".", "make install")
	plugins := filepath.Join(h.dir, ".terraform.d", "plugins")
	h.useMirror(t, plugins)
	work := filepath.Join(h.dir, "work")
	explained := func(command, message, detail string) {
		t.Helper()
		output := h.runIn(t, work, "! "+command+" -no-color 2>&1")
		contains(t, strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " "), message, detail)
		contains(t, guide, message)
	}

	write(t, filepath.Join(work, "main.tf"), "data \"elyra_runtime_images\" \"all\" {}\n")
	explained("terraform init", "Failed to query available provider packages", "hashicorp/elyra")
	source := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindStringSubmatch(guide)
	write(t, filepath.Join(work, "versions.tf"), source[1])
	h.runIn(t, work, "terraform init")

	// Another build of the same version.
	h.runIn(t, plugins, "for file in */elyra-ai/elyra/*/*/*; do echo >>\"$file\"; done")
	explained("terraform plan", "match any of the checksums recorded in the dependency lock file", "elyra-ai/elyra")
	explained("terraform init -upgrade", "match any of the checksums previously recorded in the dependency lock file", "elyra-ai/elyra")
	h.runAll(t, work, consoleBlocks(guide)[0])
	h.runIn(t, work, "terraform plan")
}

// TestAccInstall_modules covers what dev_overrides can't: a module, a second provider, and a lock file
// that a second init accepts.
func TestAccInstall_modules(t *testing.T) {
	h := newHome(t)
	h.runIn(t, ".", "make install")
	// The second provider is the same one at another address.
	for _, registry := range registries {
		plugins := filepath.Join(h.dir, ".terraform.d", "plugins", registry)
		must(t, os.CopyFS(filepath.Join(plugins, "acme", "elyra"), os.DirFS(filepath.Join(plugins, "elyra-ai", "elyra"))))
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
	contains(t, readFile(t, filepath.Join(work, ".terraform.lock.hcl")), "/elyra-ai/elyra\"", "/acme/elyra\"")
	must(t, os.RemoveAll(filepath.Join(work, ".terraform")))
	h.runIn(t, work, "terraform init -lockfile=readonly")
	h.runIn(t, work, "terraform apply")
	contains(t, h.runIn(t, work, "terraform output -raw names"), "reporting")
	h.runIn(t, work, "terraform plan -detailed-exitcode")
}

var registries = []string{"registry.terraform.io", "registry.opentofu.org"}

// home is a home directory in which nobody has configured anything.
type home struct {
	dir         string
	environment []string
}

func newHome(t *testing.T) home {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		testenv.Missing(t, "TF_ACC", "make test sets it")
	}
	terraform, err := exec.LookPath(os.Getenv("TF_ACC_TERRAFORM_PATH"))
	if err != nil {
		t.Fatalf("TF_ACC_TERRAFORM_PATH: %v; make test sets it", err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	bin := filepath.Join(dir, "bin")
	must(t, os.Mkdir(bin, 0o755))
	for name, target := range map[string]string{
		"terraform":      terraform,
		"elyra-metadata": filepath.Join(os.Getenv("ELYRA_TEST_VENV"), "bin", "elyra-metadata"),
	} {
		must(t, os.Symlink(target, filepath.Join(bin, name)))
	}
	environment := []string{
		"HOME=" + dir,
		"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=1",
		"TF_CLI_ARGS_apply=-auto-approve -no-color",
		"TF_CLI_ARGS_destroy=-auto-approve -no-color",
		"TF_CLI_ARGS_plan=-no-color",
	}
	// Go's caches aren't in this home, and their content is good.
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

// runAll runs commands one after the other, and returns what they printed to standard output.
func (h home) runAll(t *testing.T, dir string, commands []string) (output string) {
	t.Helper()
	for _, command := range commands {
		output += h.runIn(t, dir, command)
	}
	return output
}

// useMirror configures Terraform to install providers from a directory only.
func (h *home) useMirror(t *testing.T, directory string) {
	t.Helper()
	configuration := filepath.Join(h.dir, "mirror.tfrc")
	write(t, configuration, fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", directory))
	h.environment = append(h.environment, "TF_CLI_CONFIG_FILE="+configuration)
}

func contains(t *testing.T, output string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(output, text) {
			t.Errorf("%q isn't in:\n%s", text, output)
		}
	}
}

// consoleBlocks returns the commands of each console block of a document.
func consoleBlocks(document string) (blocks [][]string) {
	for _, text := range codeBlocks(document, "console") {
		var commands []string
		for line := range strings.Lines(text) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				commands = append(commands, strings.TrimSpace(command))
			}
		}
		blocks = append(blocks, commands)
	}
	return blocks
}

// codeBlocks returns the blocks of a language.
func codeBlocks(document, language string) (blocks []string) {
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(document, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	must(t, err)
	return string(content)
}

func write(t *testing.T, name, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
