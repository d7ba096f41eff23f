package containerimage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/net/publicsuffix"

	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// maxDocument bounds manifests, indexes, image configurations and everything
// else that is no layer, in bytes. The distribution specification has
// registries take manifests of 4 MiB at least; containerd reads up to 8.
const maxDocument = 8 << 20

// maxRedirects is what [http.Client] follows by default.
const maxRedirects = 10

// userAgent is how registries know who asks.
const userAgent = "terraform-provider-elyra"

// session asks one registry about one repository, as one user or anonymously.
type session struct {
	repo   name.Repository
	auth   authn.Authenticator
	guard  *guard
	puller *remote.Puller
	client *http.Client // for layers: remote doesn't read on from an offset
}

// open meets the registry: it finds out whether to speak TLS, and gets a token for the repository. The
// session is there even if that fails.
func (c *checker) open(ctx context.Context, auth authn.Authenticator) (*session, error) {
	repo := c.ref.Context()
	s := &session{repo: repo, auth: auth, guard: &guard{inner: c.transport, registry: repo.RegistryStr(), trust: func(realm string) bool { return c.client.trusts(repo, auth, realm) }}}
	retrying := transport.NewRetry(s.guard, transport.WithRetryStatusCodes(
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout))
	rt, err := transport.NewWithContext(ctx, repo.Registry, auth,
		transport.NewUserAgent(retrying, userAgent), []string{repo.Scope(transport.PullScope)})
	if err != nil {
		return s, err
	}
	s.client = &http.Client{Transport: rt}
	s.puller, err = remote.NewPuller(remote.WithTransport(rt), remote.WithAuth(authn.Anonymous))
	return s, err
}

// layer opens a layer as it's stored, size bytes in all, from an offset. A registry that doesn't send parts
// of layers sends it from its beginning, and what comes before the offset is read past.
func (s *session) layer(ctx context.Context, digest string, offset, size int64) (io.ReadCloser, error) {
	address := fmt.Sprintf("%s://%s/v2/%s/blobs/%s", s.repo.Scheme(), s.repo.RegistryStr(), s.repo.RepositoryStr(), digest)
	req, err := http.NewRequestWithContext(context.WithValue(ctx, layerMark{}, true), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if offset > 0 { // not every registry understands a range without an end
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, size-1))
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	err = transport.CheckError(resp, http.StatusOK, http.StatusPartialContent)
	if err == nil && resp.StatusCode == http.StatusOK {
		_, err = io.CopyN(io.Discard, resp.Body, offset)
	}
	if err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}

// newTransport is go-containerregistry's own, with the system's authorities
// and one more.
func newTransport(caCertPEM string) (*http.Transport, error) {
	t := remote.DefaultTransport.(*http.Transport).Clone()
	if caCertPEM == "" {
		return t, nil
	}
	pool, err := netutil.TrustedCertificates(caCertPEM)
	if err != nil {
		return nil, &InputError{"ca_cert_pem", "It " + err.Error() + "."}
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}

type (
	layerMark    struct{} // a request for a layer, whose body is as large as it is
	deadlineMark struct{} // when the check has to end: calls that several checks share have no deadline of their own
)

// guard is between go-containerregistry and the network, and holds registries to what this package
// promises: TLS except for loopback, no way from outside into a private network, bounded bodies, documents
// that match their digest, and credentials only for the registry and its token server. It waits if a
// registry asks for that, and corrects headers that go-containerregistry misunderstands. Its errors have
// types or values of their own, or are a [*Problem].
type guard struct {
	inner    http.RoundTripper
	registry string                  // host, and port if there is one
	trust    func(realm string) bool // whether a host may have the registry's credentials
	wait     atomic.Int64            // what a registry asked for last, in nanoseconds, and was too long
}

// RoundTrip implements [http.RoundTripper].
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	host := req.URL.Hostname()
	if req.URL.Scheme != "https" && !netutil.IsLoopback(host) {
		return nil, errPlainHTTP
	}
	// http.Client sets Response on requests that a redirect led to. It would stop after ten by itself, but
	// go-containerregistry replaces that rule.
	hops := 0
	for r := req; r.Response != nil; r = r.Response.Request {
		if hops++; hops > maxRedirects {
			return nil, errRedirects
		}
	}
	req, err := g.withhold(req)
	if err != nil {
		return nil, err
	}
	resp, err := g.send(req)
	if err != nil {
		return nil, err
	}
	if err := g.leadsAway(req, resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	b := &body{ReadCloser: resp.Body, left: maxDocument}
	resp.Body = b
	if req.Context().Value(layerMark{}) != nil {
		b.left = math.MaxInt64
		return resp, nil
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media == "text/html" && resp.StatusCode == http.StatusOK {
		_ = resp.Body.Close()
		return nil, errWebPage
	}
	if want, ok := strings.CutPrefix(path.Base(req.URL.Path), "sha256:"); ok && req.Method == http.MethodGet && resp.StatusCode == http.StatusOK {
		b.want, b.sum = want, sha256.New()
	}
	if strings.Contains(req.URL.Path, "/manifests/") && resp.StatusCode == http.StatusOK {
		return resp, correctType(resp, media)
	}
	return resp, nil
}

// send waits and asks again while the registry asks for that (429), within the time of the check.
func (g *guard) send(req *http.Request) (*http.Response, error) {
	for backoff := time.Second; ; backoff *= 2 {
		resp, err := g.inner.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests || req.Body != nil {
			return resp, err
		}
		wait, asked := netutil.RetryAfter(resp.Header)
		if !asked {
			wait = backoff
		}
		if deadline, ok := req.Context().Value(deadlineMark{}).(time.Time); !ok || time.Until(deadline) <= wait {
			if asked {
				g.wait.Store(int64(wait))
			}
			return resp, nil
		}
		_ = resp.Body.Close()
		select {
		case <-time.After(max(wait, time.Millisecond)):
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
}

var bearerRealm = regexp.MustCompile(`(?i)\bbearer .*?\brealm="([^"]*)"`)

// leadsAway refuses a redirect and a token server in a private network: go-containerregistry refuses them
// with errors that say no more than a text.
func (g *guard) leadsAway(req *http.Request, resp *http.Response) error {
	from := req.URL.Hostname()
	if to, err := resp.Location(); err == nil && resp.StatusCode/100 == 3 && isPrivate(to.Hostname()) && to.Hostname() != from &&
		(!isPrivate(from) || net.ParseIP(to.Hostname()) != nil) && (!netutil.IsLoopback(to.Hostname()) || !netutil.IsLoopback(from)) {
		return refused.problem("%s redirects to %s, an address in a private network, which the provider doesn't follow.", registryName(g.registry), to.Hostname()).
			cure("Ask who runs the registry to redirect to a host name.")
	}
	realm := bearerRealm.FindStringSubmatch(strings.Join(resp.Header.Values("Www-Authenticate"), "\n"))
	if realm == nil || resp.StatusCode != http.StatusUnauthorized {
		return nil
	}
	if u, err := url.Parse(realm[1]); err == nil && u.Host != g.registry && net.ParseIP(u.Hostname()) != nil && isPrivate(u.Hostname()) {
		return refused.problem("%s sends to %s for its tokens, an address in a private network, which the provider doesn't follow.", registryName(g.registry), u.Hostname()).
			cure("Ask who runs the registry to give its token server a host name, or the registry's own host and port.")
	}
	return nil
}

// correctType gives a manifest the media type that it has, without parameters. Where the header says
// nothing of use, as pulp's, the manifest does, as containerd has it.
func correctType(resp *http.Response, media string) error {
	if strings.HasPrefix(media, "application/vnd.") {
		resp.Header.Set("Content-Type", media)
		return nil
	}
	if resp.Request.Method != http.MethodGet {
		return nil
	}
	content, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(content))
	var manifest struct {
		MediaType string            `json:"mediaType"`
		Manifests []json.RawMessage `json:"manifests"`
		Layers    []json.RawMessage `json:"layers"`
		FSLayers  []json.RawMessage `json:"fsLayers"`
	}
	_ = json.Unmarshal(content, &manifest)
	switch {
	case manifest.MediaType != "":
		media = printable(manifest.MediaType)
	case manifest.Manifests != nil:
		media = string(types.OCIImageIndex)
	case manifest.Layers != nil:
		media = string(types.OCIManifestSchema1)
	case manifest.FSLayers != nil:
		media = string(types.DockerManifestSchema1)
	}
	resp.Header.Set("Content-Type", media)
	return nil
}

// withhold keeps credentials from hosts that aren't meant to have them. A redirect to another host, such as
// a blob store, is followed without; a token server that isn't trusted isn't asked.
func (g *guard) withhold(req *http.Request) (*http.Request, error) {
	if req.URL.Host == g.registry {
		return req, nil
	}
	// go-containerregistry asks for tokens with a password in the header, or a token in the body.
	secret := strings.HasPrefix(req.Header.Get("Authorization"), "Basic ") || req.Method == http.MethodPost
	switch {
	case req.Response == nil && (!secret || g.trust(req.URL.Hostname())):
		return req, nil
	case req.Response == nil || req.Method == http.MethodPost:
		return nil, credentialsWithheld.problem("%s sends to %s for its tokens, which isn't known to belong to it. It was given no credentials.", registryName(g.registry), req.URL.Hostname()).
			cure("If that host belongs to the registry, give it the same credentials in registry_auth (%q).", req.URL.Hostname())
	}
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	return req, nil
}

// realms are registries whose server for tokens has another domain.
var realms = map[string]string{
	"registry.redhat.io": "sso.redhat.com",
}

// trusts reports whether the credentials for a repository may be sent to a host that the registry
// sends to for tokens: the registry's own; one of the same domain, as auth.docker.io and gitlab.com
// are; or one for which the same credentials are configured.
func (c *Client) trusts(repo name.Repository, auth authn.Authenticator, realm string) bool {
	registry, _, _ := strings.Cut(repo.RegistryStr(), ":")
	if realm == registry || realms[registry] == realm {
		return true
	}
	of, err1 := publicsuffix.EffectiveTLDPlusOne(registry)
	at, err2 := publicsuffix.EffectiveTLDPlusOne(realm)
	if err1 == nil && err2 == nil && of == at && net.ParseIP(realm) == nil {
		return true
	}
	ours, err := auth.Authorization()
	return err == nil && slices.ContainsFunc(c.credentials.entries, func(e entry) bool {
		return e.pattern == realm && e.auth == *ours
	})
}

// brokenError says that a connection broke in the middle of an answer, which
// an [io.ErrUnexpectedEOF] by itself doesn't: a JSON document may end early.
type brokenError struct{ error }

func (e brokenError) Unwrap() error { return e.error }

// body is that of an answer. Its errors are either of the network or of the content.
type body struct {
	io.ReadCloser
	left int64     // bytes that it may still have
	want string    // its SHA-256 in hexadecimal, if sum is set
	sum  hash.Hash // of what was read
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	ends := errors.Is(err, io.EOF)
	if err != nil && !ends {
		err = brokenError{err}
	}
	if b.left -= int64(n); b.left < 0 {
		return n, errAnswerTooLarge
	}
	if b.sum != nil {
		b.sum.Write(p[:n])
		if ends && hex.EncodeToString(b.sum.Sum(nil)) != b.want {
			return n, errDigestMismatch
		}
	}
	return n, err
}

// isPrivate reports whether host is an address that outsiders can't reach. Names
// aren't resolved: what a name means here is for whoever runs the network.
func isPrivate(host string) bool {
	if netutil.IsLoopback(host) {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified())
}
