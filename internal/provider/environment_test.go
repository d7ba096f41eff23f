package provider

import "testing"

// Isolate keeps the machine's own Jupyter, Elyra and servers out of a test, in both
// test packages of this directory.
func Isolate(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, key := range []string{
		"ELYRA_METADATA_PATH", "JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS", "XDG_DATA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX",
		"ELYRA_ENDPOINT", "ELYRA_TOKEN", "ELYRA_PASSWORD", "JUPYTER_TOKEN",
	} {
		t.Setenv(key, "")
	}
}
