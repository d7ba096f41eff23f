package provider_test

import (
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/storetest"
)

// TestAccRuntimes_secrets: neither state, plan, nor trace of a configuration that reads
// runtimes has a secret.
func TestAccRuntimes_secrets(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "metadata", "runtimes"), 0o700); err != nil {
		t.Fatal(err)
	}
	document := storetest.Runtimes.Full(elyra.Document{}).Encode()
	if err := os.WriteFile(filepath.Join(dir, "metadata", "runtimes", "full.json"), document, 0o600); err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash("data-sources/elyra_runtimes/data-source.tf")))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "main.tf", `
terraform {
  required_providers {
    elyra = { source = "elyra-ai/elyra" }
  }
}

provider "elyra" {
  data_dir = "`+dir+`"
}

`+string(example)+`
output "runtimes" {
  value = data.elyra_runtimes.all.runtimes
}
`)
	c.env = append(c.env, "TF_LOG=trace")
	output := c.run(t, `terraform plan -no-color -input=false -out=plan
		terraform show -no-color -json plan
		terraform apply -no-color -input=false plan
		terraform output -json
		unzip -p plan 2>/dev/null || true`)
	state, err := os.ReadFile(filepath.Join(c.dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(state), `"cos_bucket": "pipelines"`) || !strings.Contains(output, "[TRACE]") {
		t.Errorf("nothing was read or traced: %s", state)
	}
	for _, secret := range []string{storetest.Secret, "jdoe"} {
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if line := lineWith(output, form); line != "" {
				t.Errorf("%q is in the output: %.200s", form, line)
			}
			if strings.Contains(string(state), form) {
				t.Errorf("%q is in the state", form)
			}
		}
	}
}

// TestAccModule_bootstrap runs the module's own tests.
func TestAccModule_bootstrap(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	if err := os.CopyFS(c.dir, os.DirFS(filepath.Join("..", "..", "modules", "bootstrap"))); err != nil {
		t.Fatal(err)
	}
	output := c.run(t, "terraform init -no-color -input=false >/dev/null 2>&1 || true; terraform test -no-color")
	if !strings.Contains(output, "Success! 1 passed, 0 failed.") || strings.Contains(output, "hunter2-s3cret") {
		t.Error(output)
	}
}
