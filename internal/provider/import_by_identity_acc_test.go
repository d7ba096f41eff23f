package provider_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// TestAccImportByIdentity takes an image over by its identity, and names those
// that exist where it doesn't. Where the Terraform under test is too old for
// identities, it runs on the one that TERRAFORM_QUERY names.
func TestAccImportByIdentity(t *testing.T) {
	requireAcceptance(t)
	if underTest := cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"); !knowsIdentities(t, underTest) {
		newest := os.Getenv("TERRAFORM_QUERY")
		if newest == "" {
			testenv.Missing(t, "a Terraform that knows identities", "make test sets TERRAFORM_QUERY")
		}
		t.Setenv("TF_ACC_TERRAFORM_PATH", newest)
	}
	p := filesPlace(t)
	byIdentity := resource.TestStep{
		ConfigDirectory: directory("runtime_image"), ConfigVariables: full(),
		ResourceName: testImage, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity,
	}
	absent := byIdentity
	absent.PreConfig = func() {
		if err := os.Rename(p.path("my_image"), p.path("other")); err != nil {
			t.Fatal(err)
		}
	}
	absent.ExpectError = regexp.MustCompile(`(?s)Runtime image not found.*"my_image".*These\s+exist:\s+"other`)
	acceptance(t, imageStep(full()), byIdentity, absent)
}

// withIdentity returns the same on a Terraform that knows identities.
func (c commandLine) withIdentity(t *testing.T) commandLine {
	t.Helper()
	for _, terraform := range []string{c.terraform, os.Getenv("TERRAFORM_QUERY")} {
		if terraform != "" && knowsIdentities(t, terraform) {
			c.terraform = terraform
			return c
		}
	}
	testenv.Missing(t, "a Terraform that knows identities", "make test sets TERRAFORM_QUERY")
	return c
}

// knowsIdentities reports whether a Terraform or an OpenTofu does: both since 1.12.
func knowsIdentities(t *testing.T, terraform string) bool {
	t.Helper()
	return minorVersion(t, terraform) >= 12
}

// minorVersion is the second number of the version, which both have alike.
func minorVersion(t *testing.T, terraform string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), terraform, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	var product string
	var major, minor int
	if _, err := fmt.Sscanf(string(out), "%s v%d.%d", &product, &major, &minor); err != nil || major != 1 {
		t.Fatalf("%s: %v", out, err)
	}
	return minor
}
