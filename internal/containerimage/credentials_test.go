package containerimage

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// secret is what only the registry may learn.
const secret = "secret-password"

// htpasswd has it, by htpasswd -B.
const htpasswd = "jdoe:$2a$04$zKhsASlQqYUrCjmfT0JD4eTCuREB1.EPGhtMyKJO1db6mY10eZTFW\n"

// withPassword starts a registry that asks for the password, and pushes an image.
func withPassword(t *testing.T, http string, opts ...remote.Option) (host string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "htpasswd")
	if err := os.WriteFile(file, []byte(htpasswd), 0o600); err != nil {
		t.Fatal(err)
	}
	host = runRegistry(t, fmt.Sprintf("http: {addr: '127.0.0.1:0'%s}\nauth: {htpasswd: {realm: x, path: '%s'}}\n", http, file))
	push(t, host+"/team/image:1", small(t), append(opts, remote.WithAuth(&authn.Basic{Username: "jdoe", Password: secret}))...)
	return host
}

func logins(registry, password string) (c Credentials) {
	c.Add(registry, "jdoe", password)
	return c
}

// docker is the content of a .dockerconfigjson with credentials, behind others.
func docker(c Credentials, content string) Credentials {
	_ = c.AddDockerConfig(content)
	return c
}

// pulls is how an image could be pulled, and the problems.
func pulls(r *Report) string {
	authenticated := "no credentials"
	if r.AuthenticatedPull != nil {
		authenticated = says(r.AuthenticatedPull)
	}
	return strings.TrimSpace(fmt.Sprint(says(r.AnonymousPull), " ", authenticated, " ", codes(r)))
}

func silent(t *testing.T, r *Report) {
	t.Helper()
	if said := fmt.Sprint(r.Problems); strings.Contains(said, "secret-") || strings.Contains(said, base64.StdEncoding.EncodeToString([]byte("jdoe:"+secret))) {
		t.Errorf("it says too much: %s", said)
	}
}

// A private registry asks for a password, over TLS with a private authority.
func TestRealRegistryBasic(t *testing.T) {
	t.Parallel()
	ca, cert, key := authority(t)
	host := withPassword(t, fmt.Sprintf(", tls: {certificate: '%s', key: '%s'}", cert, key), remote.WithTransport(must(newTransport(ca))))

	wrong := fmt.Sprintf(`{"auths":{%q:{"username":"jdoe","password":"secret-wrong"}}}`, host)
	content := fmt.Sprintf(`{"auths":{"https://%s/v2/":{"auth":%q}}}`, host, base64.StdEncoding.EncodeToString([]byte("jdoe:"+secret)))
	none := host + " doesn't show team/image without credentials (UNAUTHORIZED). It isn't known whether the image exists."
	signIn(t, host, ca, []signInTest{
		{"none", Credentials{}, "1", "false no credentials credentials_required", "unknown", none},
		{"of another registry", logins("quay.io", secret), "1", "false no credentials credentials_required", "unknown", none},
		{"login", logins(host, secret), "1", "false true", "true", ""},
		{"login of a repository", logins(host+"/team", secret), "1", "false true", "true", ""},
		{"login before docker config", docker(logins(host, secret), wrong), "1", "false true", "true", ""},
		{"docker config", docker(Credentials{}, content), "1", "false true", "true", ""},
		{"no such image", logins(host, secret), "2", "false false image_not_found", "false", host + " has no tag 2 in team/image."},
		{"wrong password", logins(host, "secret-wrong"), "1", "false false credentials_refused", "unknown",
			host + " refuses the credentials for team/image (UNAUTHORIZED)."},
	})
}

type signInTest struct {
	name        string
	credentials Credentials
	tag         string
	pulls, met  string
	says        string
}

// signIn checks a private image with several credentials.
func signIn(t *testing.T, host, ca string, tests []signInTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			r := checkWith(t, NewClient(tt.credentials), host+"/team/image:"+tt.tag, Options{Inspect: true, CACertPEM: ca})
			if pulls(r) != tt.pulls || met(r) != tt.met {
				t.Errorf("%s, met %s; want %s, met %s: %v", pulls(r), met(r), tt.pulls, tt.met, r.Problems)
			}
			if tt.says != "" && r.Problems[0].Message != tt.says {
				t.Errorf("message %q\n   want %q", r.Problems[0].Message, tt.says)
			}
			silent(t, r)
		})
	}
}

// tokens is a server of tokens for a registry, as the distribution project documents one
// (token/jwt.md). It gives anybody a token, and only one with the password may pull.
func tokens(certFile, keyFile string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		pair := must(tls.LoadX509KeyPair(certFile, keyFile))
		user, password, ok := r.BasicAuth()
		if ok && password != secret {
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}`, http.StatusUnauthorized)
			return
		}
		access := "[]"
		if user == "jdoe" {
			access = `[{"type":"repository","name":"team/image","actions":["pull","push"]}]`
		}
		now := time.Now().Unix()
		signed := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"typ":"JWT","alg":"RS256","x5c":[%q]}`, base64.StdEncoding.EncodeToString(pair.Certificate[0]))) +
			"." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"iss":"tests","sub":%q,"aud":"registry","exp":%d,"nbf":%d,"iat":%d,"jti":"1","access":%s}`, user, now+60, now-60, now-60, access))
		sum := sha256.Sum256([]byte(signed))
		signature := must(pair.PrivateKey.(crypto.Signer).Sign(rand.Reader, sum[:], crypto.SHA256))
		fmt.Fprintf(w, `{"token":%q}`, signed+"."+base64.RawURLEncoding.EncodeToString(signature))
	}
}

// A private registry sends to a server for tokens.
func TestRealRegistryBearer(t *testing.T) {
	t.Parallel()
	_, cert, key := authority(t)
	var registry string
	host := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokens(cert, key)(w, r)
		} else {
			forward(registry, nil).ServeHTTP(w, r)
		}
	}))
	registry = runRegistry(t, fmt.Sprintf("http: {addr: '127.0.0.1:0', host: 'http://%s'}\nauth: {token: {realm: 'http://%s/token', service: registry, issuer: tests, rootcertbundle: '%s'}}\n", host, host, cert))
	push(t, host+"/team/image:1", small(t), remote.WithAuth(&authn.Basic{Username: "jdoe", Password: secret}))

	refused := host + " refuses the credentials for team/image (UNAUTHORIZED)."
	signIn(t, host, "", []signInTest{
		{"none", Credentials{}, "1", "false no credentials credentials_required", "unknown",
			host + " doesn't show team/image without credentials (UNAUTHORIZED). It isn't known whether the image exists."},
		{"login", logins(host, secret), "1", "false true", "true", ""},
		{"wrong password", logins(host, "secret-wrong"), "1", "false false credentials_refused", "unknown", refused},
		{"of another user", docker(Credentials{}, fmt.Sprintf(`{"auths":{%q:{"username":"else","password":%q}}}`, host, secret)), "1", "false false credentials_refused", "unknown", refused},
	})
}

// Credentials go to the registry and to nobody else: not to a blob store that it redirects to, and not
// to a server for tokens that is elsewhere, unless they are configured for that too.
func TestCredentialsStayHome(t *testing.T) {
	t.Parallel()
	var told sync.Map // hosts that were sent a secret
	var registryHost, elsewhere string
	bearer := false
	inner := serve(t, nil)
	push(t, inner+"/team/image:1", small(t))
	proxy := forward(inner, nil)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "" || strings.Contains(string(body), "secret") || strings.Contains(r.URL.String(), "secret") {
			told.Store(strings.Split(r.Host, ":")[0], true)
		}
		switch {
		case r.URL.Path == "/token":
			if _, password, _ := r.BasicAuth(); password == secret {
				io.WriteString(w, `{"token":"secret-token"}`)
				return
			}
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasPrefix(r.URL.Path, "/blobs/"):
			r.URL.Path = "/v2/team/image" + r.URL.Path
			proxy.ServeHTTP(w, r)
		case r.Header.Get("Authorization") == "":
			challenge := `Basic realm="x"`
			if bearer {
				challenge = `Bearer realm="http://` + elsewhere + `/token",service="x"`
			}
			w.Header().Set("WWW-Authenticate", challenge)
			w.WriteHeader(http.StatusUnauthorized)
		case strings.Contains(r.URL.Path, "/blobs/"):
			http.Redirect(w, r, "http://"+elsewhere+strings.TrimPrefix(r.URL.Path, "/v2/team/image"), http.StatusTemporaryRedirect)
		default:
			proxy.ServeHTTP(w, r)
		}
	})
	_, port, _ := net.SplitHostPort(listen(t, handler))
	for _, tt := range []struct {
		name, registry, elsewhere string
		credentials               func(registry string) Credentials
		pulls                     string
		told                      string
	}{
		{"blob store", "127.0.0.1", "blobs.localhost", func(r string) Credentials { return logins(r, secret) }, "false true", "127.0.0.1"},
		{"blob store below the registry's name", "x.localhost", "blobs.x.localhost", func(r string) Credentials { return logins(r, secret) }, "false true", "x.localhost"},
		{"tokens elsewhere", "127.0.0.1", "localhost", func(r string) Credentials { return logins(r, secret) }, "false no credentials credentials_withheld", ""},
		{"identity token, tokens elsewhere", "127.0.0.1", "localhost", func(r string) Credentials {
			return docker(Credentials{}, `{"auths":{"`+r+`":{"identitytoken":"`+secret+`"}}}`)
		}, "false no credentials credentials_withheld", ""},
		{"tokens elsewhere, agreed to", "127.0.0.1", "localhost", func(r string) Credentials {
			c := logins(r, secret)
			c.Add("localhost", "jdoe", secret)
			return c
		}, "false true", "127.0.0.1 localhost"},
	} {
		bearer = strings.Contains(tt.name, "token")
		registryHost, elsewhere = tt.registry+":"+port, tt.elsewhere+":"+port
		told.Clear()
		client := NewClient(tt.credentials(registryHost))
		dialer := &net.Dialer{}
		must(client.transport("")).(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) { // names below localhost need no resolver
			return dialer.DialContext(ctx, network, "127.0.0.1:"+port)
		}
		r := checkWith(t, client, registryHost+"/team/image:1", Options{Inspect: true})
		if pulls(r) != tt.pulls {
			t.Errorf("%s: %s, want %s: %v", tt.name, pulls(r), tt.pulls, r.Problems)
		}
		var hosts []string
		told.Range(func(host, _ any) bool { hosts = append(hosts, host.(string)); return true })
		slices.Sort(hosts)
		if got := strings.Join(hosts, " "); got != tt.told {
			t.Errorf("%s: credentials went to %q, want %q", tt.name, got, tt.told)
		}
		silent(t, r)
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		registry, realm string
		want            bool
	}{
		{"quay.io", "quay.io", true},
		{"index.docker.io", "auth.docker.io", true},
		{"registry.gitlab.com", "gitlab.com", true},
		{"registry.example.co.uk:5050", "gitlab.example.co.uk", true},
		{"registry.redhat.io", "sso.redhat.com", true},
		{"registry.example.co.uk", "evil.co.uk", false},
		{"quay.io", "docker.io", false},
		{"quay.io", "quay.io.evil.com", false},
		{"a.github.io", "b.github.io", false},
		{"10.0.0.1:5000", "10.0.0.2", false},
		{"10.1.0.1", "10.2.0.1", false},
	} {
		repo := must(name.NewRepository(tt.registry + "/a/b"))
		if got := NewClient(Credentials{}).trusts(repo, authn.Anonymous, tt.realm); got != tt.want {
			t.Errorf("%s sends to %s: trusted %v, want %v", tt.registry, tt.realm, got, tt.want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		configured, registry, repository string
		want                             bool
	}{
		{"quay.io", "quay.io", "a/b", true},
		{"https://quay.io/v2/", "quay.io", "a/b", true},
		{"https://index.docker.io/v1/", "index.docker.io", "a/b", true},
		{"docker.io", "index.docker.io", "library/x", true},
		{"quay.io/a", "quay.io", "a/b", true},
		{"quay.io/a", "quay.io", "ab/b", false},
		{"quay.io/a/b", "quay.io", "a/b", true},
		{"*.example.com", "registry.example.com", "a/b", true},
		{"*.example.com", "a.b.example.com", "a/b", false},
		{"*.example.com", "example.com", "a/b", false},
		{"quay.io", "quay.io:443", "a/b", false},
		{"localhost:5000", "localhost:5000", "a/b", true},
		{"[", "quay.io", "a/b", false},
	} {
		if got := match(pattern(tt.configured), tt.registry, tt.repository); got != tt.want {
			t.Errorf("%s for %s/%s: %v, want %v", tt.configured, tt.registry, tt.repository, got, tt.want)
		}
	}
}

func TestAddDockerConfig(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]error{
		"":                      errDockerConfig,
		"secret":                errDockerConfig,
		"{}":                    errDockerConfig,
		`{"auths":{}}`:          errNoCredentials,
		`{"auths":{"a.io":{}}}`: errNoCredentials,
		`{"credsStore":"x"}`:    errOnlyHelpers,
		`{"auths":{"a.io":{}},"credHelpers":{"a.io":"x"}}`:         errOnlyHelpers,
		`{"auths":{"a.io":{"auth":"!secret"}}}`:                    errDockerConfig,
		`{"auths":{"a.io":{"username":"u","password":"p"}}}`:       nil,
		`{"auths":{"a.io":{"auth":"dTpw","email":"a@b"}}}`:         nil,
		`{"auths":{"a.io":{"identitytoken":"x"}},"detachKeys":""}`: nil,
	} {
		err := new(Credentials).AddDockerConfig(content)
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", content, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("it says too much: %v", err)
		}
	}
}

// The machine's Docker configuration is used when asked for, with its helpers. Not parallel: it sets
// the environment.
func TestDockerConfigOfTheMachine(t *testing.T) {
	host := withPassword(t, "")
	dir := t.TempDir()
	write := func(file, content string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("DOCKER_CONFIG", dir)
	t.Setenv("HOME", dir)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	write(filepath.Join(dir, "docker-credential-works"), "#!/bin/sh\necho '{\"ServerURL\":\"x\",\"Username\":\"jdoe\",\"Secret\":\""+secret+"\"}'\n", 0o700)
	write(filepath.Join(dir, "docker-credential-fails"), "#!/bin/sh\necho "+secret+"\nexit 1\n", 0o700)
	for _, tt := range []struct{ name, config, pulls string }{
		{"credentials", `{"auths":{"` + host + `":{"username":"jdoe","password":"` + secret + `"}}}`, "false true"},
		{"helper", `{"credHelpers":{"` + host + `":"works"}}`, "false true"},
		{"helper fails", `{"credHelpers":{"` + host + `":"fails"}}`, "false no credentials credential_helper_failed credentials_required"},
		{"helper missing", `{"credHelpers":{"` + host + `":"nowhere"}}`, "false no credentials credential_helper_failed credentials_required"},
		{"broken", `{"auths":`, "false no credentials credential_helper_failed credentials_required"},
		{"nothing for it", `{}`, "false no credentials credentials_required"},
	} {
		write(filepath.Join(dir, "config.json"), tt.config, 0o600)
		for asked, want := range map[bool]string{true: tt.pulls, false: "false no credentials credentials_required"} {
			r := checkWith(t, NewClient(Credentials{Docker: asked}), host+"/team/image:1", Options{})
			if pulls(r) != want {
				t.Errorf("%s, asked for %v: %s, want %s", tt.name, asked, pulls(r), want)
			}
			silent(t, r)
		}
	}
}

// A public image can be pulled without credentials. Those that no longer hold are reported all the same: a
// cluster that pulls with them fails.
func TestPublicImageWithCredentials(t *testing.T) {
	t.Parallel()
	host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		if r.URL.Path == "/v2/" && r.Header.Get("Authorization") == "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	})
	push(t, host+"/team/image:1", small(t))
	r := checkWith(t, NewClient(logins(host, secret)), host+"/team/image:1", Options{Inspect: true})
	if pulls(r) != "true false credentials_refused" || met(r) != "true" {
		t.Errorf("%s, met %s", pulls(r), met(r))
	}
}
