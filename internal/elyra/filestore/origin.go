package filestore

import (
	"path/filepath"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// levelOrigin says what kind of level a data directory is.
func levelOrigin(config Config, level int) elyra.Origin {
	switch dir := config.DataDirs[level]; {
	case level == 0:
		return elyra.OriginLocal
	case dir == config.FactoryDir || hasElyra(dir):
		return elyra.OriginFactory
	}
	return elyra.OriginShared
}

// hasElyra reports whether a data directory belongs to a Python environment with Elyra: it's
// <prefix>/share/jupyter, and the package is where pip installs it under the same prefix
// (lib/python3.12/site-packages; dist-packages on Debian; Lib\site-packages on Windows).
func hasElyra(dataDir string) bool {
	prefix := filepath.Dir(filepath.Dir(dataDir))
	if filepath.Join(prefix, "share", "jupyter") != dataDir {
		return false
	}
	for _, packages := range []string{"lib/python3*/*-packages/elyra", "Lib/site-packages/elyra"} {
		if found, _ := filepath.Glob(filepath.Join(prefix, filepath.FromSlash(packages))); len(found) > 0 {
			return true
		}
	}
	return false
}
