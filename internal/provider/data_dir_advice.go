package provider

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// checkDirectory refuses what nobody means as a data directory, and offers what was
// meant.
func checkDirectory(dir string) error {
	instances := filepath.Join("metadata", elyra.RuntimeImages.Schemaspace)
	trimmed := strings.TrimSpace(dir)
	dataDir, isInstances := strings.CutSuffix(filepath.Clean(dir), string(filepath.Separator)+instances)
	switch {
	case trimmed == "":
		return errors.New("the path is empty; leave it out, or use null, for Elyra's own search path")
	case trimmed != dir:
		return fmt.Errorf("%q begins or ends with a space or a line break; use %q, or trimspace(…) for the content of a file", dir, trimmed)
	case strings.HasPrefix(dir, "~"):
		return fmt.Errorf("~ isn't expanded by Terraform; use pathexpand(%q)", dir)
	case strings.HasPrefix(dir, "file://"):
		return fmt.Errorf("%q is a URL; use the path %q", dir, strings.TrimPrefix(dir, "file://"))
	case strings.HasPrefix(dir, "$HOME"), strings.HasPrefix(dir, "${HOME}"):
		_, rest, _ := strings.Cut(dir, "/")
		return fmt.Errorf("environment variables aren't expanded by Terraform; use pathexpand(%q)", "~/"+rest)
	case strings.HasPrefix(dir, "$"), strings.HasPrefix(dir, "%"):
		return fmt.Errorf("environment variables in %q aren't expanded by Terraform; use the path, or a variable that is set by TF_VAR_…", dir)
	case runtime.GOOS != "windows" && len(dir) > 2 && dir[1] == ':' && strings.ContainsRune(`\/`, rune(dir[2])):
		return fmt.Errorf("%q is a path of Windows, and Terraform runs on another system; use a path of this machine", dir)
	case isInstances:
		return fmt.Errorf("%q is the directory of the documents; use the data directory above %s: %q", dir, instances, dataDir)
	}
	return nil
}
