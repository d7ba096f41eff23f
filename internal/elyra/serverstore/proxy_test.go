package serverstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// startProxy starts a real proxy that listens on a port of the loopback interface, and
// returns host and port. In the configuration, {listen} and {dir} stand for these and for
// a directory; {port} is the port alone.
func startProxy(t *testing.T, program, configuration string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if path = "/usr/sbin/" + program; !isFile(path) {
			testenv.Missing(t, program, "scripts/programs.sh installs it")
		}
	}
	for range 5 {
		// It was free a moment ago.
		address := unusedAddress()
		if run(t, path, address, configuration, args) {
			return address
		}
	}
	t.Fatalf("%s doesn't start", program)
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func run(t *testing.T, path, address, configuration string, args []string) bool {
	t.Helper()
	dir := t.TempDir()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("{listen}", address, "{port}", port, "{dir}", dir, "{config}", filepath.Join(dir, "config"))
	writeFile(t, filepath.Join(dir, "config"), fill.Replace(configuration))
	for i := range args {
		args[i] = fill.Replace(args[i])
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, path, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "HOME="+dir)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	command.WaitDelay = time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		_ = command.Wait() // it's killed
		close(exited)
	}()
	t.Cleanup(func() {
		cancel()
		<-exited
		if t.Failed() {
			t.Logf("%s:\n%s", path, &output)
		}
	})
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
			return true
		}
		select {
		case <-exited:
			t.Logf("%s:\n%s", path, &output)
			return false
		case <-time.After(10 * time.Millisecond): // it has no event for it
		}
	}
}

// nginx starts an nginx with these directives in its server, and returns host and port.
func nginx(t *testing.T, directives string) string {
	t.Helper()
	if !strings.Contains(directives, "listen ") {
		directives = "listen {listen};\n" + directives
	}
	return startProxy(t, "nginx", `
daemon off;
master_process off;
pid {dir}/pid;
error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path {dir}/body;
	proxy_temp_path {dir}/proxy;
	fastcgi_temp_path {dir}/fastcgi;
	uwsgi_temp_path {dir}/uwsgi;
	scgi_temp_path {dir}/scgi;
	server {
		`+directives+`
	}
}`, "-e", "stderr", "-p", "{dir}", "-c", "{config}")
}

func haproxy(t *testing.T, frontend, backend string) string {
	t.Helper()
	return startProxy(t, "haproxy", `
defaults
	mode http
	timeout connect 10s
	timeout client 60s
	timeout server 60s
frontend front
`+frontend+`
	default_backend jupyter
backend jupyter
	server jupyter `+backend+"\n", "-db", "-f", "{config}")
}

func squid(t *testing.T, rules string) string {
	t.Helper()
	return startProxy(t, "squid", `
http_port {listen}
pid_filename none
cache_log /dev/null
access_log none
cache deny all
shutdown_lifetime 0
`+rules+"\n", "-N", "-f", "{config}")
}

func caddy(t *testing.T, site string) string {
	t.Helper()
	return startProxy(t, "caddy", `
{
	admin off
	auto_https disable_redirects
	storage file_system {dir}
}
`+site+"\n", "run", "--adapter", "caddyfile", "--config", "{config}")
}

// jupyter is a real server that all tests share, and its host and port.
func jupyter(t *testing.T) (server *jupytertest.Server, address string) {
	t.Helper()
	server = jupytertest.Shared(t)
	return server, strings.TrimPrefix(server.URL, "http://")
}

// through is the configuration of a store on a server through a proxy.
func through(server *jupytertest.Server, endpoint string) serverstore.Config {
	return serverstore.Config{Endpoint: endpoint, Token: server.Token, Password: server.Password, RequestTimeout: time.Minute}
}

// TestProxies: what proxies say instead of a real server is told apart from what it
// says itself. Nothing is created, and nobody is in doubt about that.
func TestProxies(t *testing.T) {
	server, address := jupyter(t)
	cert, key := certificate(t)
	files := t.TempDir()
	for name, content := range map[string]string{"cert": cert, "key": key, "both": cert + key, "users": "jdoe:{PLAIN}5ecret\n"} {
		writeFile(t, filepath.Join(files, name), content)
	}
	pass := "proxy_pass http://" + address + ";"
	secure := strings.NewReplacer("FILES", files).Replace("listen {listen} ssl; ssl_certificate FILES/cert; ssl_certificate_key FILES/key;")
	wrong := func(c *serverstore.Config) { c.Token = "wrong" }
	for name, tt := range map[string]struct {
		endpoint func(t *testing.T) string
		change   func(*serverstore.Config)
		kind     serverstore.Kind
		says     []string
	}{
		"nginx refuses the address": {
			endpoint: func(t *testing.T) string { return "http://" + nginx(t, "location / { deny all; "+pass+" }") },
			kind:     serverstore.KindForbidden, says: []string{"a proxy in front of the server refuses", "status 403", "rules"},
		},
		"haproxy refuses the address": {
			endpoint: func(t *testing.T) string {
				return "http://" + haproxy(t, "\tbind {listen}\n\thttp-request deny", address)
			},
			kind: serverstore.KindForbidden, says: []string{"a proxy in front of the server refuses"},
		},
		"squid refuses the address": {
			endpoint: func(*testing.T) string { return server.URL },
			change: func(c *serverstore.Config) {
				*c = serverstore.WithProxy(*c, "http://"+squid(t, "http_access deny all"))
			},
			kind: serverstore.KindForbidden, says: []string{"a proxy in front of the server refuses"},
		},
		"nginx passes a wrong Host": {
			endpoint: func(t *testing.T) string {
				return "http://" + nginx(t, "location / { "+pass+" proxy_set_header Host jupyter.example.com; }")
			},
			kind: serverstore.KindHostRefused, says: []string{"host name", "local_hostnames", "allow_remote_access"},
		},
		"nginx passes a wrong Host and a wrong token": {
			endpoint: func(t *testing.T) string {
				return "http://" + nginx(t, "location / { "+pass+" proxy_set_header Host jupyter.example.com; }")
			},
			change: wrong, kind: serverstore.KindHostRefused,
		},
		"nginx passes a wrong token": {
			endpoint: func(t *testing.T) string { return "http://" + nginx(t, "location / { "+pass+" }") },
			change:   wrong, kind: serverstore.KindTokenRefused, says: []string{"Check the token"},
		},
		"nginx wants basic authentication": {
			endpoint: func(t *testing.T) string {
				return "http://" + nginx(t, "location / { auth_basic x; auth_basic_user_file "+files+"/users; "+pass+" }")
			},
			kind: serverstore.KindUnauthorized, says: []string{"status 401", "headers", "both would need that header"},
		},
		"http to nginx's TLS": {
			endpoint: func(t *testing.T) string { return "http://" + nginx(t, secure+"location / { "+pass+" }") },
			kind:     serverstore.KindSpeaksTLS, says: []string{"https://"},
		},
		"http to caddy's TLS": {
			endpoint: func(t *testing.T) string {
				return "http://" + caddy(t, "https://127.0.0.1:{port} {\n\ttls "+files+"/cert "+files+"/key\n\treverse_proxy "+address+"\n}")
			},
			kind: serverstore.KindSpeaksTLS, says: []string{"https://"},
		},
		"http to haproxy's TLS": {
			endpoint: func(t *testing.T) string {
				return "http://" + haproxy(t, "\tbind {listen} ssl crt "+files+"/both", address)
			},
			kind: serverstore.KindConnectionLost, says: []string{"begin the endpoint with https://"}, // it hangs up
		},
		"https to nginx's HTTP": {
			endpoint: func(t *testing.T) string { return "https://" + nginx(t, "location / { "+pass+" }") },
			kind:     serverstore.KindNotTLS, says: []string{"http://"},
		},
		"nginx wants a client certificate": {
			endpoint: func(t *testing.T) string {
				return "https://" + nginx(t, secure+"ssl_client_certificate "+files+"/cert; ssl_verify_client on; location / { "+pass+" }")
			},
			change: func(c *serverstore.Config) { c.CACertPEM = cert },
			kind:   serverstore.KindNoClientCert, says: []string{"client_cert_pem"},
		},
		"haproxy wants a client certificate": {
			endpoint: func(t *testing.T) string {
				return "https://" + haproxy(t, "\tbind {listen} ssl crt "+files+"/both ca-file "+files+"/cert verify required", address)
			},
			change: func(c *serverstore.Config) { c.CACertPEM = cert },
			kind:   serverstore.KindNoClientCert, says: []string{"client_cert_pem"},
		},
		"squid wants credentials for CONNECT": {
			endpoint: func(*testing.T) string { return "https://hub.example.com" },
			change: func(c *serverstore.Config) {
				*c = serverstore.WithProxy(*c, "http://"+squid(t, "auth_param basic program /usr/lib/squid/basic_fake_auth\nacl users proxy_auth REQUIRED\nhttp_access allow users\nhttp_access deny all"))
			},
			kind: serverstore.KindProxyRefused, says: []string{"HTTPS_PROXY"},
		},
		"squid wants credentials": {
			endpoint: func(*testing.T) string { return server.URL },
			change: func(c *serverstore.Config) {
				*c = serverstore.WithProxy(*c, "http://"+squid(t, "auth_param basic program /usr/lib/squid/basic_fake_auth\nacl users proxy_auth REQUIRED\nhttp_access allow users\nhttp_access deny all"))
			},
			kind: serverstore.KindProxyRefused, says: []string{"HTTP_PROXY"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := through(server, tt.endpoint(t))
			if tt.change != nil {
				tt.change(&cfg)
			}
			expectFault(t, newStore(t, cfg), tt.kind, tt.says...)
		})
	}
}

// TestProxyMethods: a proxy that passes GET and POST alone isn't taken for a server
// without Elyra.
func TestProxyMethods(t *testing.T) {
	server, address := jupyter(t)
	store := newStore(t, through(server, "http://"+haproxy(t, "\tbind {listen}\n\thttp-request deny deny_status 405 if { method PUT DELETE }", address)))
	if _, err := store.Create(t.Context(), image("methods")); err != nil {
		t.Fatal(err)
	}
	_, updateErr := store.Update(t.Context(), image("methods"))
	_, deleteErr := store.Delete(t.Context(), "methods")
	for method, err := range map[string]error{"PUT": updateErr, "DELETE": deleteErr} {
		var fault *serverstore.Error
		if !errors.As(err, &fault) || fault.Kind() != serverstore.KindMethodRefused || errors.Is(err, elyra.ErrOutcomeUnknown) ||
			!strings.Contains(fault.NextStep(), "GET, POST, PUT, and DELETE") {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestProxyPaths: a proxy that rewrites the base path passes on cookies for the inner
// one. A login works all the same.
func TestProxyPaths(t *testing.T) {
	jupytertest.Require(t)
	server := jupytertest.Start(t, jupytertest.Options{Password: "pa55word", BaseURL: "/inner/"})
	address, _, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), "/")
	proxy := nginx(t, "location /outer/ { proxy_pass http://"+address+"/inner/; }")
	exercise(t, newStore(t, through(server, "http://"+proxy+"/outer/")))
	cfg := through(server, "http://"+proxy+"/outer/")
	cfg.Password = "wrong"
	expectFault(t, newStore(t, cfg), serverstore.KindPasswordRefused, "Check the password")
	proxy = nginx(t, "location /inner/ { proxy_pass http://"+address+"; proxy_set_header Host jupyter.example.com; }")
	expectFault(t, newStore(t, through(server, "http://"+proxy+"/inner/")), serverstore.KindHostRefused)
}

// TestProxyTLS: over each kind of TLS, the store works.
func TestProxyTLS(t *testing.T) {
	server, address := jupyter(t)
	cert, key := certificate(t)
	files := t.TempDir()
	for name, content := range map[string]string{"cert": cert, "key": key, "both": cert + key} {
		writeFile(t, filepath.Join(files, name), content)
	}
	for name, proxy := range map[string]string{
		"nginx":   nginx(t, fmt.Sprintf("listen {listen} ssl http2; ssl_certificate %[1]s/cert; ssl_certificate_key %[1]s/key; ssl_client_certificate %[1]s/cert; ssl_verify_client on; location / { proxy_pass http://%[2]s; }", files, address)),
		"haproxy": haproxy(t, fmt.Sprintf("\tbind {listen} ssl crt %[1]s/both alpn h2,http/1.1 ca-file %[1]s/cert verify required", files), address),
		"caddy":   caddy(t, fmt.Sprintf("https://127.0.0.1:{port} {\n\ttls %[1]s/cert %[1]s/key\n\treverse_proxy %[2]s\n}", files, address)),
	} {
		cfg := through(server, "https://"+proxy)
		cfg.CACertPEM, cfg.ClientCertPEM, cfg.ClientKeyPEM = cert, cert, key
		t.Run(name, func(t *testing.T) { exercise(t, newStore(t, cfg)) })
	}
}

// TestProxyGuide: the guide's nginx in front of a real server works as it says.
func TestProxyGuide(t *testing.T) {
	server, address := jupyter(t)
	guide, err := os.ReadFile("../../../templates/guides/server-faults.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, block := range regexp.MustCompile("(?s)```nginx\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
		blocks = append(blocks, block[1])
	}
	if len(blocks) != 2 {
		t.Fatalf("the guide has %d blocks for nginx", len(blocks))
	}
	users := filepath.Join(t.TempDir(), "users")
	writeFile(t, users, "jdoe:{PLAIN}password\n")
	authentication, host := blocks[0], strings.Replace(blocks[1], "127.0.0.1:8888", address, 1)
	authentication = strings.NewReplacer("/etc/nginx/users", users, "0123456789abcdef", server.Token).Replace(authentication)

	exercise(t, newStore(t, through(server, "http://"+nginx(t, host))))

	cfg := through(server, "http://"+nginx(t, strings.Replace(host, "{\n", "{\n"+authentication, 1)))
	cfg.Token, cfg.Headers = "", map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("jdoe:password"))}
	exercise(t, newStore(t, cfg))
}

// TestOpenServerWithToken: an open server that is sent a token takes no write for a
// forged one.
func TestOpenServerWithToken(t *testing.T) {
	jupytertest.Require(t)
	server := jupytertest.Start(t, jupytertest.Options{Args: []string{"--PasswordIdentityProvider.token=", "--IdentityProvider.token="}})
	exercise(t, newStore(t, serverstore.Config{Endpoint: server.URL, Token: "left-over"}))
}
