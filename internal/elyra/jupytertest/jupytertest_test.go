package jupytertest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

const document = `{
  "display_name": "Größe \ud83d\ude00",
  "metadata": {
    "tags": ["a", "b"],
    "image_name": "jdoe/my-image:1.0.0"
  },
  "schema_name": "runtime-image"
}`

// newDataDir makes a data directory that holds the given runtime images: stem and content in turn.
func newDataDir(t *testing.T, files ...string) string {
	t.Helper()
	dataDir := t.TempDir()
	dir := filepath.Join(dataDir, "metadata", "runtime-images")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for pair := range slices.Chunk(files, 2) {
		if err := os.WriteFile(filepath.Join(dir, pair[0]+".json"), []byte(pair[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dataDir
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	env := []string{"JUPYTER_DATA_DIR=" + dataDir}

	stdout := jupytertest.Metadata(t, env, "create", "runtime-images",
		"--display_name=My image", "--image_name=jdoe/my-image:1.0.0")
	path := filepath.Join(dataDir, "metadata", "runtime-images", "my_image.json")
	if !strings.Contains(stdout, path) {
		t.Errorf("elyra-metadata create printed %q, which doesn't name %s", stdout, path)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}

	_, err := jupytertest.TryMetadata(t, env, "remove", "runtime-images", "--name=absent")
	if err == nil || !strings.Contains(err.Error(), "No such instance named 'absent'") {
		t.Errorf("elyra-metadata remove of an absent instance: error %v, want Elyra's own words", err)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	dataDir := newDataDir(t,
		"good", document,
		"no-image", `{"display_name": "No image", "metadata": {}, "schema_name": "runtime-image"}`,
		"broken", `{`,
	)

	found := map[string]jupytertest.Instance{}
	for _, instance := range jupytertest.List(t, dataDir) {
		found[instance.Name] = instance
	}

	good := found["good"]
	if good.DisplayName != "Größe 😀" || good.Reason != "" || good.Metadata["image_name"] != "jdoe/my-image:1.0.0" {
		t.Errorf("good is listed as %+v", good)
	}
	if want := filepath.Join(dataDir, "metadata", "runtime-images", "good.json"); good.Resource != want {
		t.Errorf("good is at %s, want %s", good.Resource, want)
	}
	for _, name := range []string{"no-image", "broken"} {
		if instance, ok := found[name]; !ok || instance.Reason == "" {
			t.Errorf("%s is listed: %t, as invalid because: %q", name, ok, instance.Reason)
		}
	}
	if factory, ok := found["anaconda-py312"]; !ok || factory.Reason != "" {
		t.Errorf("what Elyra ships is listed: %t, invalid because: %q", ok, factory.Reason)
	}
}

func TestPython(t *testing.T) {
	t.Parallel()
	script := "import os, sys; print(os.environ['ADDED'], 'JUPYTER_DATA_DIR' in os.environ, sys.argv[1:])"
	stdout := jupytertest.Python(t, []string{"ADDED=yes"}, script, "one", "two")
	if want := "yes False ['one', 'two']"; strings.TrimSpace(stdout) != want {
		t.Errorf("got %q, want %q", stdout, want)
	}
}

// get asks a server for its runtime images, and returns the status and the names.
func get(t *testing.T, client *http.Client, server *jupytertest.Server) (status int, names []string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/elyra/metadata/runtime-images", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if server.Token != "" {
		request.Header.Set("Authorization", "token "+server.Token)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, nil
	}
	var body map[string][]struct{ Name string }
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	for _, instance := range body["runtime-images"] {
		names = append(names, instance.Name)
	}
	return response.StatusCode, names
}

// One Elyra will do: the servers of the others are started by the tests that are about them.
func TestServer(t *testing.T) {
	t.Parallel()
	dataDir := newDataDir(t, "good", document)
	server := jupytertest.Start(t, jupytertest.Options{DataDir: dataDir, BaseURL: "/user/jdoe/"})
	url := server.URL
	if !strings.HasPrefix(url, "http://127.0.0.1:") || !strings.HasSuffix(url, "/user/jdoe") {
		t.Errorf("URL is %s", url)
	}
	if status, names := get(t, http.DefaultClient, server); !slices.Contains(names, "good") {
		t.Errorf("served: %d %v, want good among them", status, names)
	}

	server.Kill()
	if response, err := http.Get(url); err == nil { //nolint:noctx // it is refused at once
		response.Body.Close()
		t.Error("a killed server answers")
	}

	server.Restart(t)
	if server.URL != url {
		t.Errorf("after a restart, URL is %s, was %s", server.URL, url)
	}
	if status, names := get(t, http.DefaultClient, server); !slices.Contains(names, "good") {
		t.Errorf("after a restart, served: %d %v, want good among them", status, names)
	}
	server.Stop()
	server.Stop()
}

func TestServer_password(t *testing.T) {
	t.Parallel()
	server := jupytertest.Start(t, jupytertest.Options{Password: "päss word"})
	if server.Token != "" {
		t.Error("a server with a password has a token")
	}
	if status, _ := get(t, http.DefaultClient, server); status != http.StatusForbidden {
		t.Errorf("without the password: status %d, want 403", status)
	}
	// Elyra's Jupyter itself is to accept the password as it was hashed.
	jupytertest.Python(t, nil, `
import re, sys, requests
url, password = sys.argv[1:]
session = requests.Session()
session.get(url + "/login")
data = {"_xsrf": session.cookies["_xsrf"], "password": password}
session.post(url + "/login", data=data).raise_for_status()
session.get(url + "/elyra/metadata/runtime-images").raise_for_status()
`, server.URL, server.Password)
}

func TestServer_tls(t *testing.T) {
	t.Parallel()
	certFile, keyFile, pool := newCertificate(t)
	server := jupytertest.Start(t, jupytertest.Options{CertFile: certFile, KeyFile: keyFile})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	if status, _ := get(t, client, server); status != http.StatusOK || !strings.HasPrefix(server.URL, "https://") {
		t.Errorf("%s: status %d", server.URL, status)
	}
}

func TestShared(t *testing.T) {
	t.Parallel()
	name := "shared-" + strings.ToLower(rand.Text()) + "0" // other runs share the server
	server := jupytertest.Shared(t)
	if other := jupytertest.Shared(t); other != server {
		t.Error("two servers are shared")
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/elyra/metadata/runtime-images", strings.NewReader(strings.Replace(document, "{", `{"name": "`+name+`",`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "token "+server.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusCreated {
		t.Errorf("POST: %s: %s", response.Status, body)
	}
	if _, err := os.Stat(filepath.Join(server.DataDir, "metadata", "runtime-images", name+".json")); err != nil {
		t.Error(err)
	}
}

// newCertificate makes a certificate for the loopback interface.
func newCertificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(certFile, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	return certFile, keyFile, pool
}
