package serverstore

import (
	"context"
	"encoding/base64"
	"errors"
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
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// proxies are real proxies: the configuration of each, and its arguments. {site} is the test's part;
// {listen} and {port} are where it listens, and {dir} is a directory of its own.
var proxies = map[string]struct {
	configuration string
	args          []string
}{
	"nginx": {`
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
	server { {site} }
}`, []string{"-e", "stderr", "-p", "{dir}", "-c", "{dir}/config"}},
	"haproxy": {`
defaults
	mode http
	timeout connect 10s
	timeout client 60s
	timeout server 60s
frontend front
	default_backend jupyter
	{site}
`, []string{"-db", "-f", "{dir}/config"}},
	"squid": {`
http_port {listen}
pid_filename none
cache_log /dev/null
access_log none
cache deny all
shutdown_lifetime 0
{site}
`, []string{"-N", "-f", "{dir}/config"}},
	"caddy": {`
{
	admin off
	auto_https disable_redirects
	storage file_system {dir}
}
{site}
`, []string{"run", "--adapter", "caddyfile", "--config", "{dir}/config"}},
}

// startProxy starts a proxy that listens on a port of the loopback interface, and returns
// host and port.
func startProxy(t *testing.T, program, site string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + program)
	}
	if err != nil {
		testenv.Missing(t, program, "scripts/programs.sh installs it")
	}
	dir, address := t.TempDir(), unusedAddress()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy, fill := proxies[program], strings.NewReplacer("{listen}", address, "{port}", port, "{dir}", dir)
	writeFile(t, filepath.Join(dir, "config"), fill.Replace(strings.Replace(proxy.configuration, "{site}", site, 1)))
	var args []string
	for _, arg := range proxy.args {
		args = append(args, fill.Replace(arg))
	}
	command := exec.CommandContext(t.Context(), path, args...)
	command.Dir, command.Env = dir, append(os.Environ(), "HOME="+dir)
	jupytertest.StartProcess(t, command, func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err
	})
	return address
}

// front is a real server, and what proxies in front of it need.
type front struct {
	*jupytertest.Server
	cert, key string
	fill      *strings.Replacer
}

// newFront returns the front. In the parts of configurations, SERVER stands for its host and port,
// and FILES for a directory with cert, key, both in one file, and users.
func newFront(t *testing.T) front {
	t.Helper()
	jupytertest.Require(t)
	server, files := jupytertest.Start(t, jupytertest.Options{}), t.TempDir()
	cert, key := certificate(t)
	for name, content := range map[string]string{"cert": cert, "key": key, "both": cert + key, "users": "jdoe:{PLAIN}password\n"} {
		writeFile(t, filepath.Join(files, name), content)
	}
	return front{server, cert, key, strings.NewReplacer("FILES", files, "SERVER", strings.TrimPrefix(server.URL, "http://"))}
}

// start starts a proxy, and returns host and port.
func (f front) start(t *testing.T, program, site string) string {
	t.Helper()
	return startProxy(t, program, f.fill.Replace(site))
}

// through is the configuration of a store on a server through a proxy.
func through(server *jupytertest.Server, endpoint string) Config {
	return Config{Endpoint: endpoint, Token: server.Token, Password: server.Password, RequestTimeout: time.Minute}
}

// The parts of configurations: a proxy that passes what it gets, with TLS and without.
const (
	nginxPass   = "location / { proxy_pass http://SERVER; }"
	nginxTLS    = "listen {listen} ssl http2; ssl_certificate FILES/cert; ssl_certificate_key FILES/key; "
	nginxHost   = "listen {listen}; location / { proxy_pass http://SERVER; proxy_set_header Host jupyter.example.com; }"
	haproxyPass = "\nbackend jupyter\n\tserver jupyter SERVER"
	haproxyTLS  = "bind {listen} ssl crt FILES/both alpn h2,http/1.1 "
	caddyTLS    = "https://127.0.0.1:{port} {\n\ttls FILES/cert FILES/key\n\treverse_proxy SERVER\n}"
	squidLogin  = "auth_param basic program /usr/lib/squid/basic_fake_auth\nacl users proxy_auth REQUIRED\nhttp_access allow users\nhttp_access deny all"
)

// TestProxies are tests that share a front.
func TestProxies(t *testing.T) {
	jupyter := newFront(t)
	for name, test := range map[string]func(*testing.T, front){
		"refusals": testProxyRefusals, "methods": testProxyMethods, "TLS": testProxyTLS, "guide": testProxyGuide,
	} {
		t.Run(name, func(t *testing.T) { test(t, jupyter) })
	}
}

// testProxyRefusals: what proxies say instead of a real server is told apart from what it
// says itself. Nothing is created, and nobody is in doubt about that.
func testProxyRefusals(t *testing.T, front front) {
	t.Helper()
	for name, tt := range map[string]struct {
		scheme, program, site string
		change                func(*Config)
		kind                  *kind
		says                  []string
	}{
		"nginx refuses the address":                   {"http://", "nginx", "listen {listen}; deny all; " + nginxPass, nil, forbidden, []string{"rules"}},
		"nginx passes a wrong Host":                   {"http://", "nginx", nginxHost, nil, hostRefused, []string{"local_hostnames", "allow_remote_access"}},
		"nginx passes a wrong Host and a wrong token": {"http://", "nginx", nginxHost, func(c *Config) { c.Token = "wrong" }, hostRefused, nil},
		"nginx passes a wrong token": {"http://", "nginx", "listen {listen}; " + nginxPass, func(c *Config) { c.Token = "wrong" },
			tokenRefused, []string{"Check the token"}},
		"nginx wants basic authentication": {"http://", "nginx", "listen {listen}; auth_basic x; auth_basic_user_file FILES/users; " + nginxPass, nil,
			unauthorized, []string{"status 401", "headers", "both would need that header"}},
		"http to nginx's TLS":   {"http://", "nginx", nginxTLS + nginxPass, nil, speaksTLS, []string{"https://"}},
		"http to caddy's TLS":   {"http://", "caddy", caddyTLS, nil, speaksTLS, []string{"https://"}},
		"http to haproxy's TLS": {"http://", "haproxy", haproxyTLS + haproxyPass, nil, connectionLost, []string{"begin the endpoint with https://"}}, // it hangs up
		"nginx wants a client certificate": {"https://", "nginx", nginxTLS + "ssl_client_certificate FILES/cert; ssl_verify_client on; " + nginxPass,
			func(c *Config) { c.CACertPEM = front.cert }, noClientCertificate, []string{"client_cert_pem"}},
		"haproxy wants a client certificate": {"https://", "haproxy", haproxyTLS + "ca-file FILES/cert verify required" + haproxyPass,
			func(c *Config) { c.CACertPEM = front.cert }, noClientCertificate, []string{"client_cert_pem"}},
		"squid wants credentials": {"", "squid", squidLogin, nil, proxyRefused, []string{"HTTP_PROXY"}},
		"squid wants credentials for CONNECT": {"", "squid", squidLogin, func(c *Config) { c.Endpoint = "https://hub.example.com" },
			proxyRefused, []string{"HTTPS_PROXY"}},
	} {
		t.Run(name, func(t *testing.T) {
			address := front.start(t, tt.program, tt.site)
			cfg := through(front.Server, tt.scheme+address)
			if tt.program == "squid" {
				cfg.Endpoint, cfg.proxy = front.URL, via("http://"+address)
			}
			if tt.change != nil {
				tt.change(&cfg)
			}
			expectFault(t, newStore(t, cfg), tt.kind, tt.says...)
		})
	}
}

// testProxyMethods: a proxy that passes GET and POST alone isn't taken for a server
// without Elyra.
func testProxyMethods(t *testing.T, front front) {
	t.Helper()
	proxy := front.start(t, "haproxy", "bind {listen}\n\thttp-request deny deny_status 405 if { method PUT DELETE }"+haproxyPass)
	store := newStore(t, through(front.Server, "http://"+proxy))
	if _, err := store.Create(t.Context(), image("mine")); err != nil {
		t.Fatal(err)
	}
	calls := operations(t.Context(), store)
	for _, operation := range []string{"Update", "Delete"} {
		err := calls[operation]()
		if kindOf(err) != methodRefused || errors.Is(err, elyra.ErrOutcomeUnknown) || !strings.Contains(fullText(err), "GET, POST, PUT, and DELETE") {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

// TestProxyPaths: a proxy that rewrites the base path passes on cookies for the inner
// one. A login works all the same.
func TestProxyPaths(t *testing.T) {
	jupytertest.Require(t)
	server := jupytertest.Start(t, jupytertest.Options{Password: "pa55word", BaseURL: "/inner/"})
	address, _, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), "/")
	proxy := startProxy(t, "nginx", "listen {listen}; location /outer/ { proxy_pass http://"+address+"/inner/; }")
	cfg := through(server, "http://"+proxy+"/outer/")
	exercise(t, newStore(t, cfg))
	cfg.Password = "wrong"
	expectFault(t, newStore(t, cfg), passwordRefused, "Check the password")
	proxy = startProxy(t, "nginx", strings.Replace(nginxHost, "SERVER", address, 1))
	expectFault(t, newStore(t, through(server, "http://"+proxy+"/inner/")), hostRefused)
}

// testProxyTLS: over each kind of TLS, the store works.
func testProxyTLS(t *testing.T, front front) {
	t.Helper()
	for program, site := range map[string]string{
		"nginx":   nginxTLS + "ssl_client_certificate FILES/cert; ssl_verify_client on; " + nginxPass,
		"haproxy": haproxyTLS + "ca-file FILES/cert verify required" + haproxyPass,
		"caddy":   caddyTLS,
	} {
		t.Run(program, func(t *testing.T) {
			cfg := through(front.Server, "https://"+front.start(t, program, site))
			cfg.CACertPEM, cfg.ClientCertPEM, cfg.ClientKeyPEM = front.cert, front.cert, front.key
			exercise(t, newStore(t, cfg))
		})
	}
}

// testProxyGuide: the guide's nginx in front of a real server works as it says.
func testProxyGuide(t *testing.T, front front) {
	t.Helper()
	guide, err := os.ReadFile(faultGuide)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 2 {
		t.Fatalf("the guide has %d blocks for nginx", len(blocks))
	}
	guides := strings.NewReplacer("/etc/nginx/users", "FILES/users", "0123456789abcdef", front.Token, "127.0.0.1:8888", "SERVER")
	authentication, location := guides.Replace(blocks[0][1]), guides.Replace(blocks[1][1])

	exercise(t, newStore(t, through(front.Server, "http://"+front.start(t, "nginx", "listen {listen};\n"+location))))

	cfg := through(front.Server, "http://"+front.start(t, "nginx", "listen {listen};\n"+strings.Replace(location, "{\n", "{\n"+authentication, 1)))
	cfg.Token, cfg.Headers = "", map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("jdoe:password"))}
	exercise(t, newStore(t, cfg))
}
