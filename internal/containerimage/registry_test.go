package containerimage

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
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
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = nil
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

// authority makes a private CA and a certificate of it for loopback.
func authority(t *testing.T) (caPEM, certFile, keyFile string) {
	t.Helper()
	certificate := func(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if parentKey == nil {
			parentKey = key
		}
		template.SerialNumber = big.NewInt(time.Now().UnixNano())
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
		if err != nil {
			t.Fatal(err)
		}
		return der, key
	}
	ca := &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER, caKey := certificate(ca, ca, nil)
	ca, err := x509.ParseCertificate(caDER)
	if err != nil {
		t.Fatal(err)
	}
	der, key := certificate(&x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}}, ca, caKey)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})),
		write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER)
}

// examine pushes images to a real registry, in every encoding, and checks them.
func examine(t *testing.T, host string, opts Options, push func(image string, layer mutate.Addendum)) {
	t.Helper()
	opts.Inspect = true
	for encoding, encode := range encodings {
		image := host + "/team/" + encoding + ":1"
		layer := encode(t, lines{"bin -> usr/bin", "usr/bin/curl*", "usr/bin/sh*", "usr/bin/mkdir*", "usr/bin/tar*", "usr/bin/gzip*", "usr/bin/python3 -> python3.12", "usr/bin/python3.12*",
			"usr/lib/python3.12/os.py", "usr/lib/python3.12/site-packages/pip/__main__.py", "etc/ssl/cert.pem"}.tar(t))
		push(image, layer)
		r := check(t, image, opts)
		if met(r) != "true" || codes(r) != "" || says(r.Exists) != "true" || says(r.AnonymousPull) != "true" || r.Python.Version != "3.12" {
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
}

func TestRealRegistry(t *testing.T) {
	t.Parallel()
	for name, run := range registries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			examine(t, run(t, "", ""), Options{}, func(image string, layer mutate.Addendum) {
				push(t, image, imageOf(t, nil, layer))
			})
		})
	}
}

func TestRealRegistryTLS(t *testing.T) {
	t.Parallel()
	ca, cert, key := authority(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(ca))
	for name, run := range registries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := run(t, cert, key)
			tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
			t.Cleanup(tr.CloseIdleConnections)
			examine(t, host, Options{CACertPEM: ca}, func(image string, layer mutate.Addendum) {
				push(t, image, imageOf(t, nil, layer), remote.WithTransport(tr))
			})
			_, err := NewClient(Credentials{}).Check(t.Context(), host+"/team/gzip:1", Options{})
			if !errors.As(err, new(*UnreachableError)) || !strings.Contains(err.Error(), "ca_cert_pem") {
				t.Errorf("without its authority: %v, want unreachable, and ca_cert_pem", err)
			}
		})
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
			img := imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](t, append(lines{"opt/noise < " + string(noise), "bin/python3.11*", "bin/python3 -> python3.11",
				"lib/python3.11/os.py", "lib/python3.11/site-packages/pip/__main__.py"}, others...).tar(t)))
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
