package provider_test

import (
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
	w := newFilesWorkspace(t)
	w.putRuntime("full", string(storetest.Runtimes.Full(elyra.Document{}).Encode()))
	w.write(example(t, "data-sources/elyra_runtimes/data-source.tf"), "output \"runtimes\" {\n  value = data.elyra_runtimes.all.runtimes\n}\n")
	w.env = append(w.env, "TF_LOG=trace")
	output := w.run(`terraform plan -no-color -input=false -out=plan
		terraform show -no-color -json plan
		terraform apply -no-color -input=false plan
		terraform output -json
		unzip -p plan 2>/dev/null || true`)
	state := readFile(t, filepath.Join(w.dir, "terraform.tfstate"))
	if !strings.Contains(state, `"cos_bucket": "pipelines"`) {
		t.Errorf("nothing was read: %s", state)
	}
	wantTraced(t, output, storetest.Secret, "jdoe")
	wantNoSecrets(t, "the state", state, storetest.Secret, "jdoe")
}

// TestAccModule_bootstrap runs the module's own tests.
func TestAccModule_bootstrap(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	c.copyAll("modules/bootstrap")
	output := c.run("terraform init -no-color -input=false >/dev/null 2>&1 || true; terraform test -no-color")
	if !strings.Contains(output, "Success! 1 passed, 0 failed.") || strings.Contains(output, "hunter2-s3cret") {
		t.Error(output)
	}
}
