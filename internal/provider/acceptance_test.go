package provider_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/provider"
)

var providerFactories = map[string]func() (tfprotov6.ProviderServer, error){
	"elyra": providerserver.NewProtocol6WithError(provider.New("test")()),
}

// TestMain lets no acceptance test skip in CI for want of a variable.
func TestMain(m *testing.M) {
	if os.Getenv("CI") == "true" && os.Getenv("TF_ACC") == "" {
		fmt.Fprintln(os.Stderr, "CI=true, and TF_ACC is not set: make test sets it")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// requireAcceptance skips what plugin-testing does not skip by itself.
func requireAcceptance(t *testing.T) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("TF_ACC is not set; make test sets it")
	}
}

// place is where the provider under test keeps its images, with a back door to
// the files that Elyra reads.
type place struct {
	// near is the data directory that is written to, far one further along the
	// search path.
	near, far string
	// endpoint is the base URL of a server on both; empty for files.
	endpoint string
}

// location is what the attribute of that name says for an instance.
func (p place) location(name string) string {
	if p.endpoint != "" {
		return strings.TrimSuffix(p.endpoint, "/") + "/elyra/metadata/runtime-images/" + name
	}
	return p.path(name)
}

func (p place) path(name string) string { return instancePath(p.near, name) }

func instancePath(dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", "runtime-images", name+".json")
}

// put writes a document as someone else would, behind the provider's back.
func put(t testing.TB, dataDir, name, document string) {
	t.Helper()
	path := instancePath(dataDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read returns the document of an instance, and "" where there is none.
func read(t testing.TB, dataDir, name string) string {
	t.Helper()
	data, err := os.ReadFile(instancePath(dataDir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// stored returns the instance that a document holds.
func stored(t testing.TB, dataDir, name string) elyra.RuntimeImage {
	t.Helper()
	document, err := elyra.ParseDocument([]byte(read(t, dataDir, name)))
	if err != nil {
		t.Fatal(err)
	}
	image, err := document.Image(name)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// filesPlace is a place in files. The provider finds it in the environment, so
// that the configurations under testdata are the same for all stores.
func filesPlace(t *testing.T) place {
	t.Helper()
	p := place{near: t.TempDir(), far: t.TempDir()}
	isolate(t)
	t.Setenv("ELYRA_METADATA_PATH", p.near+string(os.PathListSeparator)+p.far)
	return p
}

// jupyterServer is a real Jupyter Server on two levels of data directories.
type jupyterServer struct {
	*jupytertest.Server
	near, far string
}

func startServer(t *testing.T) jupyterServer {
	t.Helper()
	requireAcceptance(t)
	near, far := t.TempDir(), t.TempDir()
	server := jupytertest.Start(t, jupytertest.Options{
		BaseURL: "/user/jdoe/",
		Env:     []string{"ELYRA_METADATA_PATH=" + near + string(os.PathListSeparator) + far},
		// Tests change files behind the server's back; it is to see that at once.
		Args: []string{"--FileMetadataCache.enabled=False"},
	})
	return jupyterServer{server, near, far}
}

// place empties the server and is a place on it.
func (s jupyterServer) place(t *testing.T) place {
	t.Helper()
	for _, dir := range []string{s.near, s.far} {
		if err := os.RemoveAll(filepath.Join(dir, "metadata")); err != nil {
			t.Fatal(err)
		}
	}
	isolate(t)
	t.Setenv("ELYRA_ENDPOINT", s.URL)
	t.Setenv("ELYRA_TOKEN", s.Token)
	return place{near: s.near, far: s.far, endpoint: s.URL}
}

// isolate keeps the machine's own Jupyter, Elyra and servers out of a test.
func isolate(t *testing.T) {
	t.Helper()
	provider.Isolate(t)
}

// directory is a configuration under testdata.
func directory(name string) config.TestStepConfigFunc {
	return config.StaticDirectory(filepath.Join("testdata", name))
}

// acceptance runs steps against a real Terraform.
func acceptance(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: providerFactories, Steps: steps})
}
