package serverstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

const (
	defaultRequestTimeout = 30 * time.Second
	// DefaultMaxRetries waits 3.75 to 7.5 seconds in all before it gives up.
	DefaultMaxRetries = 4
	// writeGrace is how long a write may go on after its context is canceled. A POST
	// that is cut off leaves an instance that nobody remembers creating.
	writeGrace = 5 * time.Second
)

// Config says where the server is and how to talk to it.
type Config struct {
	// Endpoint is the server's base URL with its path, such as
	// https://hub.example.com/user/jdoe. Trailing slashes don't count.
	Endpoint string
	// Token is sent as "Authorization: token …". Password logs in at the
	// server's login page instead; set one of the two. With neither, the server is
	// open, or Headers open it.
	Token, Password string
	// TokenVariable is the environment variable that Token comes from, if it comes from one.
	TokenVariable string
	// Headers are added to every request, for proxies in front of the server.
	Headers map[string]string
	// CACertPEM is trusted in addition to the system's authorities.
	CACertPEM                   string
	ClientCertPEM, ClientKeyPEM string
	InsecureSkipVerify          bool
	// RequestTimeout bounds each attempt of a request, body included. Zero means
	// defaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRetries is how many times a request is repeated after a fault that may
	// pass. Zero means never. See [server.isOpen] for what happens after that.
	MaxRetries int
	UserAgent  string
	// OnRequest, if set, is called after every attempt, from several goroutines at
	// once.
	OnRequest func(context.Context, RequestInfo)

	// In tests, these replace the waits between attempts, writeGrace, and the proxy of
	// the environment, which net/http reads once.
	backoff func(attempt int) time.Duration
	grace   time.Duration
	maxList int64
	proxy   func(*http.Request) (*url.URL, error)
}

// RequestInfo describes one attempt of a request in terms that are safe to log:
// no headers, no bodies, no query.
type RequestInfo struct {
	Method   string
	Path     string
	Status   int // 0 where no answer came
	Duration time.Duration
	Err      error // why no answer came
}

// ConfigError says which part of a [Config] is wrong. It repeats no secret.
type ConfigError struct {
	// Argument is the part by its name in the provider's configuration, such as
	// "ca_cert_pem".
	Argument string
	// Reason is a clause about it, such as "is empty".
	Reason string
}

func (e *ConfigError) Error() string { return e.Argument + " " + e.Reason }

func configErrorf(argument, format string, args ...any) error {
	return &ConfigError{argument, fmt.Sprintf(format, args...)}
}

// New returns a store of instances of a kind on the server of cfg. It checks cfg and
// does no I/O. Its errors are [ConfigError]s.
func New(kind *elyra.Kind, cfg Config) (*Store, error) {
	base, err := parseEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	headers, err := parseHeaders(cfg)
	if err != nil {
		return nil, err
	}
	tlsConfig, err := parseTLS(cfg)
	if err != nil {
		return nil, err
	}
	cfg.RequestTimeout = cmp.Or(cfg.RequestTimeout, defaultRequestTimeout)
	cfg.grace, cfg.maxList = cmp.Or(cfg.grace, writeGrace), cmp.Or(cfg.maxList, maxListBody)
	if cfg.proxy == nil {
		cfg.proxy = http.ProxyFromEnvironment
	}
	if cfg.backoff == nil {
		cfg.backoff = exponential
	}
	s := &server{
		cfg: cfg, base: base, headers: headers, xsrf: rand.Text(),
		transport: &http.Transport{
			Proxy:                  cfg.proxy,
			OnProxyConnectResponse: checkProxy,
			DialContext:            (&net.Dialer{Timeout: cfg.RequestTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        tlsConfig,
			TLSHandshakeTimeout:    min(10*time.Second, cfg.RequestTimeout),
			MaxIdleConnsPerHost:    32, // Terraform works on 10 resources at a time by default
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: maxBody,
			// HTTP/2 would send all retries down one connection, even after a load
			// balancer has forgotten it.
			Protocols: new(http.Protocols),
		},
	}
	s.transport.Protocols.SetHTTP1(true)
	s.login.Store(new(login))
	return s.store(kind), nil
}

func (s *server) store(kind *elyra.Kind) *Store {
	return &Store{kind: kind, server: s, lists: lists{written: map[string]time.Time{}}}
}

// Of implements [elyra.Store]. The stores share a login, connections, and what they know
// about the server's health.
func (s *Store) Of(kind *elyra.Kind) elyra.Store { return s.store(kind) }

// parseEndpoint checks a base URL. Its path is taken as it is written: a server
// may be called as a page is. Errors repeat nothing but the parts of the value
// that can't hold a secret.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	switch {
	case strings.TrimSpace(endpoint) != endpoint:
		return nil, configErrorf("endpoint", "begins or ends with a space or a line break; for the content of a file, use trimspace(…)")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, configErrorf("endpoint", "must begin with http:// or https:// and a host, such as https://hub.example.com/user/jdoe or http://localhost:8888")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		path, _ := cutPage(u.EscapedPath()) // it was copied from a browser
		return nil, configErrorf("endpoint", "has a user name, a query, or a fragment; use %q, and put credentials into token, password, or headers", cleanEndpoint(u, path))
	default:
		return cleanEndpoint(u, u.EscapedPath()), nil
	}
}

// cleanEndpoint is scheme and host of a URL with a path of its own.
func cleanEndpoint(u *url.URL, path string) *url.URL {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).JoinPath(strings.Trim(path, "/"))
}

// pages are the first segments of what a browser shows below a server's base
// URL; people paste such addresses.
var pages = []string{"lab", "tree", "notebooks", "edit", "doc", "login"}

// cutPage takes the path of a page off the end of a URL's path. A user of a Hub
// may be called as a page is.
func cutPage(path string) (base string, found bool) {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		endpoint := s == "elyra" && i+1 < len(segments) && segments[i+1] == "metadata"
		if (slices.Contains(pages, s) || endpoint) && i > 0 && segments[i-1] != "user" {
			return strings.Join(segments[:i], "/"), true
		}
	}
	return path, false
}

// parseHeaders returns the headers of every request. Values are secrets: no error
// shows one.
func parseHeaders(cfg Config) (http.Header, error) {
	headers := make(http.Header)
	for name, value := range cfg.Headers {
		key := http.CanonicalHeaderKey(name)
		switch {
		case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }):
			return nil, configErrorf("headers", "has %q, which isn't the name of a header", name)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, configErrorf("headers", "has a value of %q that holds a control character, perhaps a line break at its end", name)
		case slices.Contains([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Content-Type", "Accept", xsrfHeader}, key):
			return nil, configErrorf("headers", "has %q, which the provider itself sets", name)
		case key == "Authorization" && cfg.Token != "":
			return nil, configErrorf("headers", "has Authorization, which is where the token goes; set one of the two")
		case headers.Get(key) != "":
			return nil, configErrorf("headers", "has %q twice, in different case", name)
		}
		headers.Set(key, value)
	}
	if headers.Get("User-Agent") == "" {
		headers.Set("User-Agent", cmp.Or(cfg.UserAgent, "terraform-provider-elyra"))
	}
	headers.Set("Accept", "application/json")
	if strings.ContainsFunc(cfg.Token, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return nil, configErrorf("token", "holds a blank or a control character, perhaps a line break at its end")
	}
	if cfg.Token != "" {
		headers.Set("Authorization", "token "+cfg.Token)
	}
	return headers, nil
}

func parseTLS(cfg Config) (*tls.Config, error) {
	// InsecureSkipVerify is the user's explicit choice, which the provider warns of.
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.InsecureSkipVerify}
	if cfg.CACertPEM != "" {
		pool, err := netutil.TrustedCertificates(cfg.CACertPEM)
		if err != nil {
			return nil, configErrorf("ca_cert_pem", "%v", err)
		}
		config.RootCAs = pool
	}
	if cfg.ClientCertPEM != "" || cfg.ClientKeyPEM != "" {
		pair, err := tls.X509KeyPair([]byte(cfg.ClientCertPEM), []byte(cfg.ClientKeyPEM))
		if err != nil {
			// The standard library's errors name what is wrong and quote nothing.
			return nil, configErrorf("client_cert_pem", "and client_key_pem aren't a certificate and its key: %v", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
