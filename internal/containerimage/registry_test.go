package containerimage

import (
	"bufio"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// testProgram is the program that an environment variable names.
func testProgram(t testing.TB, variable, module string) string {
	t.Helper()
	bin := os.Getenv(variable)
	if bin == "" {
		testenv.Missing(t, variable, "it names the program that make test builds from "+module)
	}
	return bin
}

// registryBinary is the CNCF registry, of the version in test/registry.
func registryBinary(t testing.TB) string {
	t.Helper()
	return testProgram(t, "REGISTRY_BIN", "test/registry")
}

var listening = regexp.MustCompile(`listening on ([0-9.:]+)`)

// runRegistry starts the CNCF registry on a port of its own, with http and auth added to its
// configuration.
func runRegistry(t testing.TB, more string) (host string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yml")
	config := "version: 0.1\nlog: {level: info}\nstorage: {inmemory: {}}\n" + more
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, registryBinary(t), "serve", file)
}

// start starts a registry, and returns where it says that it listens.
func start(t testing.TB, bin string, args ...string) (host string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Env = append(os.Environ(), "OTEL_TRACES_EXPORTER=none")
	stderr := must(cmd.StderrPipe())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			host = m[1]
			break
		}
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if host == "" {
		t.Fatalf("the registry didn't start:\n%s", strings.Join(said, "\n"))
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
	return host
}

// registries are implementations to run against, since they differ in what they answer. Each is
// started with a certificate and its key, or "" for plain HTTP.
var registries = map[string]func(t *testing.T, cert, key string) (host string){
	"distribution": func(t *testing.T, cert, key string) string {
		t.Helper()
		tls := ""
		if cert != "" {
			tls = fmt.Sprintf(", tls: {certificate: '%s', key: '%s'}", cert, key)
		}
		return runRegistry(t, "http: {addr: '127.0.0.1:0'"+tls+"}\n")
	},
	"olareg": func(t *testing.T, cert, key string) string {
		t.Helper()
		return start(t, testProgram(t, "OLAREG_BIN", "test/olareg"), "-cert", cert, "-key", key)
	},
}

// authority is a certificate for 127.0.0.1, httptest's own, which is its own authority, and files with it and
// its key.
func authority(t *testing.T) (caPEM, certFile, keyFile string) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	s.Close()
	pair := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	err = errors.Join(err, os.WriteFile(certFile, cert, 0o600), os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return string(cert), certFile, keyFile
}

// Images in every encoding, in real registries, over plain HTTP and over TLS with a private authority.
func TestRealRegistry(t *testing.T) {
	t.Parallel()
	ca, cert, key := authority(t)
	for name, run := range registries {
		for _, tt := range []struct{ scheme, ca, cert, key string }{{"http", "", "", ""}, {"https", ca, cert, key}} {
			t.Run(name+"_"+tt.scheme, func(t *testing.T) {
				t.Parallel()
				host := run(t, tt.cert, tt.key)
				opts := Options{Inspect: true, CACertPEM: tt.ca}
				for encoding, encode := range encodings {
					image := host + "/team/" + encoding + ":1"
					push(t, image, imageOf(t, nil, encode(append(lines{"usr/local/bin -> ../../bin"}, complete...).Tar())), remote.WithTransport(must(newTransport(tt.ca))))
					r := check(t, image, opts)
					if met(r) != "true" || codes(r) != "" || says(r.Exists) != "true" || says(r.AnonymousPull) != "true" || r.Python.Version != "3.11" {
						t.Errorf("%s: %+v", encoding, r)
					}
					if again := check(t, r.PinnedImageName, opts); again.Digest != r.Digest {
						t.Errorf("%s by its pinned name: %+v", encoding, again)
					}
				}
				// These registries answer the same for a missing repository and a missing tag.
				for _, image := range []string{"/team/gzip:2", "/team/none:1"} {
					if r := check(t, host+image, opts); codes(r) != "image_not_found" || says(r.Exists) != "false" || says(r.AnonymousPull) != "false" || met(r) != "false" {
						t.Errorf("%s: %+v", image, r)
					}
				}
				_, err := NewClient(Credentials{}).Check(t.Context(), host+"/team/gzip:1", Options{})
				if unreachable := errors.As(err, new(*UnreachableError)); tt.ca != "" && (!unreachable || !strings.Contains(err.Error(), "ca_cert_pem")) {
					t.Errorf("without its authority: %v, want unreachable, and ca_cert_pem", err)
				}
			})
		}
	}
}

// A transfer that breaks in the middle of a layer is resumed once, on a registry that sends parts of layers
// and on one that doesn't.
func TestRealRegistryResumes(t *testing.T) {
	t.Parallel()
	for name, run := range registries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			noise := make([]byte, 3<<20)
			_, _ = rand.Read(noise)
			img := imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](append(lines{"opt/noise < " + string(noise)}, complete...).Tar()))
			registry := run(t, "", "")
			push(t, registry+"/team/image:1", img)
			layer := must(img.Manifest()).Layers[0]
			for breaks, want := range map[int32]string{0: "true", 1: "true", 2: "unknown"} {
				var left atomic.Int32
				left.Store(breaks)
				var log recorder
				host := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_ = log.note(w, r)
					forward(registry, func(resp *http.Response) error {
						if strings.HasSuffix(r.URL.Path, layer.Digest.String()) && left.Add(-1) >= 0 {
							resp.Body = struct {
								io.Reader
								io.Closer
							}{io.MultiReader(io.LimitReader(resp.Body, 1<<20), iotest.ErrReader(io.ErrUnexpectedEOF)), resp.Body}
						}
						return nil
					}).ServeHTTP(w, r)
				}))
				r := check(t, host+"/team/image:1", Options{Inspect: true})
				if met(r) != want {
					t.Errorf("broken %d times: met %s, want %s: %v", breaks, met(r), want, r.Problems)
				}
				if asked := strings.Join(log.take(), "\n"); breaks > 0 != strings.Contains(asked, "bytes=") {
					t.Errorf("broken %d times, it asked for\n%s", breaks, asked)
				}
			}
		})
	}
}
