package serverstore

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

func TestEndpoint(t *testing.T) {
	for endpoint, want := range map[string]string{
		"http://localhost:8888":                        "http://localhost:8888",
		"http://localhost:8888/":                       "http://localhost:8888",
		"https://hub.example.com/user/jdoe///":         "https://hub.example.com/user/jdoe",
		"https://hub.example.com/user/jdoe/my-server/": "https://hub.example.com/user/jdoe/my-server",
		"https://hub.example.com/user/j%40doe/":        "https://hub.example.com/user/j%40doe",
		"https://hub.example.com/user/lab/":            "https://hub.example.com/user/lab",
		"https://hub.example.com//evil.example.com/":   "https://hub.example.com/evil.example.com",
		"http://[::1]:8888/x":                          "http://[::1]:8888/x",
		// A path is used as it is written, even if it looks like that of a page.
		"http://host/notebook/my-project/lab": "http://host/notebook/my-project/lab",
		"http://host/notebook/lab/jdoe/":      "http://host/notebook/lab/jdoe",
		"https://hub/user/jdoe/lab":           "https://hub/user/jdoe/lab",
		"https://proxy/notebooks/":            "https://proxy/notebooks",
	} {
		store, err := New(elyra.RuntimeImages, Config{Endpoint: endpoint})
		if err != nil {
			t.Errorf("%s: %v", endpoint, err)
			continue
		}
		if got := strings.TrimSuffix(store.Location("x"), collection+"/x"); got != want {
			t.Errorf("%s: got %s, want %s", endpoint, got, want)
		}
	}
	store := newStore(t, Config{Endpoint: "http://h"})
	if got := store.Location("a b/../c"); got != "http://h/elyra/metadata/runtime-images/a%20b%2F..%2Fc" {
		t.Error(got)
	}
	for endpoint, want := range map[string]string{
		"":                       "must begin with http:// or https://",
		"http://host:8888\n":     "trimspace",
		"localhost:8888":         "such as",
		"hub.example.com/user/":  "http://localhost:8888",
		"jdoe:5ecret@hub/":       "must begin with",
		"ftp://host/":            "must begin with",
		"http:///path":           "and a host",
		"http://host:x/?5ecret":  "must begin with",
		"http://[/?token=5ecret": "must begin with",
		"http://host/lab/tree/a b.ipynb?token=5ecret#5ecret": `use "http://host/"`,
		"https://hub/user/jdoe/?token=5ecret":                `use "https://hub/user/jdoe"`,
		"https://jdoe:5ecret@hub/user/jdoe/":                 `use "https://hub/user/jdoe"`,
		"https://hub/user/jdoe/tree#5ecret":                  `use "https://hub/user/jdoe"`,
		"http://host:8888/?":                                 `use "http://host:8888/"`,
	} {
		_, err := New(elyra.RuntimeImages, Config{Endpoint: endpoint})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", endpoint, err, want)
			continue
		}
		checkSecrets(t, err.Error())
	}
}

func TestConfig(t *testing.T) {
	cert, key := certificate(t)
	for want, change := range map[string]func(*Config){
		"holds a blank":                   func(c *Config) { c.Token = "5ecret 5ecret" },
		"line break":                      func(c *Config) { c.Token = "5ecret\n" },
		`"a b", which isn't the name`:     func(c *Config) { c.Headers = map[string]string{"a b": "5ecret"} },
		`value of "X"`:                    func(c *Config) { c.Headers = map[string]string{"X": "5ecret\r\n"} },
		`"accept", which the provider i`:  func(c *Config) { c.Headers = map[string]string{"accept": "5ecret"} },
		"is where the token goes":         func(c *Config) { c.Headers = map[string]string{"authorization": "5ecret"} },
		"which the provider itself sets":  func(c *Config) { c.Headers = map[string]string{"host": "5ecret"} },
		"twice, in different case":        func(c *Config) { c.Headers = map[string]string{"x": "5ecret", "X": "5ecret"} },
		"holds no certificate":            func(c *Config) { c.CACertPEM = "5ecret" },
		"any PEM data in key":             func(c *Config) { c.ClientCertPEM = cert },
		"client_cert_pem and":             func(c *Config) { c.ClientCertPEM, c.ClientKeyPEM = cert, "5ecret" },
		"client_cert_pem and client_key_": func(c *Config) { c.ClientCertPEM, c.ClientKeyPEM = "5ecret", key },
	} {
		c := Config{Endpoint: "http://host", Token: "t"}
		change(&c)
		_, err := New(elyra.RuntimeImages, c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
			continue
		}
		checkSecrets(t, err.Error())
	}
}

func TestTLS(t *testing.T) {
	cert, key := certificate(t)
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(cert))
	server := elyratest.New(t, elyratest.Options{Token: token, TLS: &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}})
	cfg := config(server)
	cfg.CACertPEM, cfg.ClientCertPEM, cfg.ClientKeyPEM = server.CACertPEM(), cert, key
	exercise(t, newStore(t, cfg))
}

// certificate makes one for clients and for 127.0.0.1, its own authority.
func certificate(t *testing.T) (certPEM, keyPEM string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", private)
}

// TestPageOffered: only when no server is there, the address without the page is
// offered.
func TestPageOffered(t *testing.T) {
	server := newServer(t)
	for page, want := range map[string]string{"/tree": server.URL, "/other": "",
		"/elyra/metadata/runtime-images": server.URL, "/elyra": "", "/elyra/other": "", "/metadata": ""} {
		cfg := config(server)
		cfg.Endpoint += page
		_, err := newStore(t, cfg).List(t.Context())
		if kindOf(err) != noJupyter || strings.Contains(fullText(err), `endpoint = "`+server.URL+`"`) != (want != "") {
			t.Errorf("%s: %s", page, fullText(err))
		}
	}
	lab := elyratest.New(t, elyratest.Options{Token: token, BaseURL: "/user/jdoe/lab/"})
	exercise(t, newStore(t, config(lab)))
}
