package provider_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// commandLine runs a real Terraform on a real binary of the provider, in a
// directory of its own. It serves what plugin-testing cannot do: it reads no state
// with for_each in it, has one server for all configurations of a provider, and
// knows no commands.
type commandLine struct {
	dir       string
	terraform string
}

// goHome is where Go's caches are: the home directory before any test has another.
var goHome, _ = os.UserHomeDir()

func newCommandLine(t *testing.T) commandLine {
	t.Helper()
	requireAcceptance(t)
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../..")
	build.Env = append(os.Environ(), "HOME="+goHome)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	config := filepath.Join(bin, "terraform.rc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"elyra-ai/elyra\" = %q\n  }\n  direct {}\n}\n", bin)
	if err := os.WriteFile(config, []byte(overrides), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TF_CLI_CONFIG_FILE", config)
	t.Setenv("CHECKPOINT_DISABLE", "1")
	t.Setenv("TF_IN_AUTOMATION", "1")
	terraform, err := exec.LookPath(cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"))
	if err != nil {
		t.Fatal(err)
	}
	return commandLine{t.TempDir(), terraform}
}

// copyExample copies a directory under examples to where commands run.
func (c commandLine) copyExample(t *testing.T, name string) {
	t.Helper()
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join("..", "..", "examples", name))); err != nil {
		t.Fatal(err)
	}
}

// write writes a file to where commands run.
func (c commandLine) write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, file), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// try runs commands of a shell, in which terraform is the one under test.
func (c commandLine) try(t *testing.T, commands string) (output string, err error) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-euc", `terraform() { "$TERRAFORM" "$@"; }`+"\n"+commands)
	shell.Dir = c.dir
	shell.Env = append(os.Environ(), "TERRAFORM="+c.terraform)
	out, err := shell.CombinedOutput()
	return string(out), err
}

func (c commandLine) run(t *testing.T, commands string) (output string) {
	t.Helper()
	output, err := c.try(t, commands)
	if err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, output)
	}
	return output
}

// withQuery returns the same on a Terraform that has the query command: 1.14 or
// newer, and not OpenTofu, whose own numbers say nothing about it. TERRAFORM_QUERY
// names one for where the one under test is none.
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
	if os.Getenv("CI") == "true" {
		t.Fatal("there is no Terraform with the query command, and CI=true: make test sets TERRAFORM_QUERY")
	}
	t.Skip("there is no Terraform with the query command; make test sets TERRAFORM_QUERY")
	return c
}
