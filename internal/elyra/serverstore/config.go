package serverstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// Defaults for what a [Config] leaves to its user.
const (
	DefaultRequestTimeout = 30 * time.Second
	// DefaultMaxRetries waits some 8 seconds in all before it gives up.
	DefaultMaxRetries = 4
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
	// Headers are added to every request, for proxies in front of the server.
	Headers map[string]string
	// CACertPEM is trusted in addition to the system's authorities.
	CACertPEM                   string
	ClientCertPEM, ClientKeyPEM string
	InsecureSkipVerify          bool
	// RequestTimeout bounds each attempt of a request, body included. Zero means
	// DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRetries is how many times a request is repeated after a fault that may
	// pass. Zero means never. See [breaker] for what happens after that.
	MaxRetries int
	UserAgent  string
	// OnRequest, if set, is called after every attempt, from several goroutines at
	// once.
	OnRequest func(context.Context, RequestInfo)
	// OnForeign, if set, is told once of an instance that lists leave out, because
	// an extension of Elyra defines its schema.
	OnForeign func(ctx context.Context, name, schema string)

	// backoff replaces the waits between attempts in tests.
	backoff func(attempt int) time.Duration
	// grace replaces writeGrace in tests.
	grace time.Duration
	// proxy replaces the environment's in tests: net/http reads that once.
	proxy func(*http.Request) (*url.URL, error)
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

// writeGrace is how long a write may go on after its context is canceled. A POST that
// is cut off leaves an instance that nobody remembers creating.
const writeGrace = 5 * time.Second

// New returns a store of instances of a kind on the server of cfg. It checks cfg and
// does no I/O. Its errors are [ConfigError]s.
func New(kind *elyra.Kind, cfg Config) (*Store, error) {
	base, err := parseEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, configErrorf("endpoint", "%v", err)
	}
	headers, err := parseHeaders(cfg)
	if err != nil {
		return nil, err
	}
	tlsConfig, err := parseTLS(cfg)
	if err != nil {
		return nil, err
	}
	cfg.RequestTimeout = cmp.Or(cfg.RequestTimeout, DefaultRequestTimeout)
	cfg.grace = cmp.Or(cfg.grace, writeGrace)
	if cfg.proxy == nil {
		cfg.proxy = http.ProxyFromEnvironment
	}
	if cfg.backoff == nil {
		cfg.backoff = exponential
	}
	return newStore(kind, newServer(cfg, base, headers, tlsConfig)), nil
}

func newServer(cfg Config, base *url.URL, headers http.Header, tlsConfig *tls.Config) *server {
	jar, _ := cookiejar.New(nil) // it never fails
	s := &server{
		cfg: cfg, base: base, place: placeOnHub(base), headers: headers, jar: jar,
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
	s.speaksTLS = sync.OnceValue(s.probeTLS)
	s.login.Store(new(login))
	s.keepCookies([]*http.Cookie{{Name: xsrfCookie, Value: rand.Text()}}) // until a login gives us another
	return s
}

func newStore(kind *elyra.Kind, server *server) *Store {
	s := &Store{kind: kind, server: server}
	s.lists = lists{fetch: s.fetchList, last: map[string]int{}, turns: map[string]chan struct{}{}}
	return s
}

// Of returns the store of another kind on the same server. They share a login,
// connections, and what they know about the server's health.
func (s *Store) Of(kind *elyra.Kind) *Store { return newStore(kind, s.server) }

// parseEndpoint checks a base URL. Its path is taken as it is written: a server
// may be called as a page is. Errors repeat nothing but the parts of the value
// that can't hold a secret.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	switch {
	case endpoint == "":
		return nil, errors.New("is empty")
	case !strings.Contains(endpoint, "://"):
		return nil, errors.New("must begin with http:// or https://" + withScheme(endpoint))
	case err != nil:
		return nil, errors.New("isn't a URL; it should look like https://hub.example.com/user/jdoe")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("must begin with http:// or https://, such as http://localhost:8888")
	case u.Hostname() == "":
		return nil, errors.New("has no host; it should look like https://hub.example.com/user/jdoe")
	}
	var wrong []string
	if u.User != nil {
		wrong = append(wrong, "a user name or password, which belongs in the token or password argument, or into headers for basic authentication at a proxy")
	}
	if u.RawQuery != "" || u.ForceQuery {
		wrong = append(wrong, "a query; a token in it belongs in the token argument")
	}
	if u.Fragment != "" {
		wrong = append(wrong, "a fragment")
	}
	if len(wrong) > 0 {
		path, _ := cutPage(u.EscapedPath()) // it was copied from a browser
		return nil, fmt.Errorf("contains %s; use %q", strings.Join(wrong, " and "), cleanEndpoint(u, path))
	}
	return cleanEndpoint(u, u.EscapedPath()), nil
}

// cleanEndpoint is scheme and host of a URL with a path of its own.
func cleanEndpoint(u *url.URL, path string) *url.URL {
	clean := &url.URL{Scheme: u.Scheme, Host: u.Host}
	if path = strings.Trim(path, "/"); path != "" {
		clean.Path = "/" // else the joined one would be relative
		clean = clean.JoinPath(path)
	}
	return clean
}

// withScheme offers what an endpoint without scheme would be with one: http on
// this machine, https elsewhere. If that isn't a URL, it shows an example.
func withScheme(endpoint string) string {
	u, err := url.Parse("http://" + endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return ", such as http://localhost:8888"
	}
	if !netutil.IsLoopback(u.Hostname()) {
		u.Scheme = "https"
	}
	return fmt.Sprintf("; use %q", cleanEndpoint(u, u.EscapedPath()))
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
		case slices.Contains([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Content-Type", "Accept", "X-Xsrftoken"}, key):
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
