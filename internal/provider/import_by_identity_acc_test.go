package provider_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

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
