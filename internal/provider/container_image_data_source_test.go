package provider

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage"
)

// The page's table of problems is that of the code.
func TestContainerImageProblems(t *testing.T) {
	t.Parallel()
	page := readFile(t, filepath.Join("..", "..", "templates", "data-sources", "container_image.md.tmpl"))
	table := "| Code | Severity | Meaning | What to do |\n|---|---|---|---|\n"
	for _, k := range containerimage.Kinds() {
		table += fmt.Sprintf("| %#q | %s | %s | %s |\n", k.Code, k.Severity, k.Meaning, k.Cure)
	}
	if !strings.Contains(page, table) {
		t.Errorf("templates/data-sources/container_image.md.tmpl has another table of problems. It should be:\n\n%s", table)
	}
}
