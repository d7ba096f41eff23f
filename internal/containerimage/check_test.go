package containerimage

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
)

func TestReport(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	content := append(lines{"lib/python3.11/site-packages/papermill-2.6.0.dist-info/", "lib/python3.11/site-packages/jupyter_core-5.7.2.dist-info/", "lib/python3.11/site-packages/six-1.16.0-py3.11.egg-info",
		"etc/os-release -> ../usr/lib/os-release", "usr/lib/os-release < NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n"}, complete...)
	img := withConfig(t, imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](content.Tar())), func(c *v1.ConfigFile) {
		c.Created.Time = created
		c.Config.User, c.Config.WorkingDir = "0:0", "/bin"
		c.Config.Labels = map[string]string{"a": "b"}
		c.Config.Entrypoint = []string{"/bin/sh", "-c"}
	})
	host := serve(t, nil)
	push(t, host+"/team/image:1", img)
	digest, _ := img.Digest()
	manifest, _ := img.Manifest()

	yes := true
	want := &Report{
		Exists: &yes, AnonymousPull: &yes,
		Digest:          digest.String(),
		PinnedImageName: host + "/team/image@" + digest.String(),
		MediaType:       string(types.OCIManifestSchema1),
		Size:            manifest.Config.Size + manifest.Layers[0].Size,
		Created:         created, Labels: map[string]string{"a": "b"},
		Env: []string{"PATH=/bin"}, Entrypoint: []string{"/bin/sh", "-c"}, ConfigUser: "0:0", WorkingDir: "/bin",
		Layers:   []string{manifest.Layers[0].Digest.String()},
		Platform: "linux/amd64", Platforms: []string{"linux/amd64"},
	}
	if got := check(t, host+"/team/image:1", Options{}); !reflect.DeepEqual(got, want) {
		t.Errorf("not inspected:\n got %+v\nwant %+v", got, want)
	}
	if got := check(t, want.PinnedImageName, Options{}); !reflect.DeepEqual(got, want) {
		t.Errorf("by its pinned name:\n got %+v\nwant %+v", got, want)
	}

	got := check(t, host+"/team/image:1@"+digest.String(), Options{Inspect: true, Programs: []string{"git", "curl"}})
	program := func(name string) *Executable { return &Executable{Path: "/bin/" + name, Target: "/bin/" + name} }
	want.Python = &Executable{Path: "/bin/python3", Target: "/bin/python3.11", Version: "3.11", Pip: "/lib/python3.11/site-packages/pip"}
	want.Sh, want.Mkdir, want.Curl, want.Tar, want.Gzip = program("sh"), program("mkdir"), program("curl"), program("tar"), program("gzip")
	want.Programs = map[string]string{"curl": "/bin/curl"}
	want.Distributions = map[string]string{"papermill": "2.6.0", "jupyter-core": "5.7.2", "six": "1.16.0"}
	want.OS, want.OSVersion = "debian", "12"
	want.Certificates = "/etc/ssl/certs/ca-certificates.crt"
	want.User, want.PrerequisitesMet = new(int64), &yes
	if !reflect.DeepEqual(got, want) {
		t.Errorf("inspected:\n got %+v\nwant %+v", got, want)
	}
}

// Short names mean Docker Hub, as they do to Kubernetes. A pinned name stays as short as it was.
func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct{ name, pinned string }{
		"jdoe/x:1":              {"index.docker.io/jdoe/x:1", "jdoe/x@D"},
		"jdoe/x":                {"index.docker.io/jdoe/x:latest", "jdoe/x@D"},
		"docker.io/library/x:1": {"index.docker.io/library/x:1", "docker.io/library/x@D"},
		"library/x:1":           {"index.docker.io/library/x:1", "library/x@D"},
		"python:3.11":           {"index.docker.io/library/python:3.11", "library/python@D"},
		"localhost:5000/a/x":    {"localhost:5000/a/x:latest", "localhost:5000/a/x@D"},
		"localhost:5000/a/x:1":  {"localhost:5000/a/x:1", "localhost:5000/a/x@D"},
		"quay.io/jdoe/x:1@sha256:" + strings.Repeat("0", 64): {"quay.io/jdoe/x@sha256:" + strings.Repeat("0", 64), "quay.io/jdoe/x@D"},
	} {
		c := &checker{client: NewClient(Credentials{}), imageName: in}
		if err := c.accept(); err != nil || c.ref.Name() != want.name {
			t.Errorf("%s: %v, %v, want %s", in, c.ref, err, want.name)
		}
		if got := pin(in, "D"); got != want.pinned {
			t.Errorf("pin(%q) = %q, want %q", in, got, want.pinned)
		}
	}
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		image    string
		opts     Options
		argument string
	}{
		{"", Options{}, "image_name"},
		{"ubuntu 22", Options{}, "image_name"},
		{"https://quay.io/a/b:1", Options{}, "image_name"},
		{"a/b:1", Options{Platform: "linux"}, "platform"},
		{"a/b:1", Options{Platform: "linux/"}, "platform"},
		{"a/b:1", Options{Platform: "linux/arm/v7/x"}, "platform"},
		{"a/b:1", Options{Programs: []string{"/bin/git"}}, "programs"},
		{"a/b:1", Options{CACertPEM: "x"}, "ca_cert_pem"},
	} {
		_, err := NewClient(Credentials{}).Check(t.Context(), tt.image, tt.opts)
		var input *InputError
		if !errors.As(err, &input) || input.Argument != tt.argument {
			t.Errorf("%q %+v: %v, want an error of %s", tt.image, tt.opts, err, tt.argument)
		}
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	of := func(p v1.Platform) v1.Image {
		machine := map[string]elf.Machine{"arm64": elf.EM_AARCH64, "arm": elf.EM_ARM, "amd64": elf.EM_X86_64}[p.Architecture]
		return withConfig(t, smallFor(t, machine), func(c *v1.ConfigFile) { c.OS, c.Architecture, c.Variant = p.OS, p.Architecture, p.Variant })
	}
	var adds []mutate.IndexAddendum
	for _, p := range []v1.Platform{{OS: "linux", Architecture: "arm64", Variant: "v8"}, {OS: "linux", Architecture: "amd64"},
		{OS: "linux", Architecture: "arm", Variant: "v7"}, {OS: "windows", Architecture: "amd64"}} {
		adds = append(adds, mutate.IndexAddendum{Add: of(p), Descriptor: v1.Descriptor{Platform: &p}})
	}
	adds = append(adds, mutate.IndexAddendum{Add: small(t), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}})
	idx := mutate.AppendManifests(empty.Index, adds...)
	image := host + "/team/image:1"
	pushIndex(t, image, idx)
	digest, _ := idx.Digest()
	for _, tt := range []struct{ ask, got, codes, met string }{
		{"", "linux/amd64", "", "true"},
		{"linux/amd64", "linux/amd64", "", "true"},
		{"linux/arm64", "linux/arm64", "", "true"},
		{"linux/arm64/v8", "linux/arm64", "", "true"},
		{"linux/arm/v7", "linux/arm/v7", "", "true"},
		{"linux/arm/v6", "", "platform_not_found", "false"},
		{"linux/s390x", "", "platform_not_found", "false"},
		{"windows/amd64", "windows/amd64", "inspection_not_linux", "unknown"},
	} {
		r := check(t, image, Options{Platform: tt.ask, Inspect: true})
		if r.Platform != tt.got || codes(r) != tt.codes || met(r) != tt.met || r.Digest != digest.String() || says(r.Exists) != "true" {
			t.Errorf("%q: %q, codes %q, met %s, digest %s; want %+v", tt.ask, r.Platform, codes(r), met(r), r.Digest, tt)
		}
		if want := []string{"linux/arm64", "linux/amd64", "linux/arm/v7", "windows/amd64"}; !reflect.DeepEqual(r.Platforms, want) {
			t.Errorf("platforms %v, want %v", r.Platforms, want)
		}
	}

	push(t, host+"/team/single:1", of(v1.Platform{OS: "linux", Architecture: "arm64"}))
	r := check(t, host+"/team/single:1", Options{Inspect: true})
	if codes(r) != "platform_not_found" || met(r) != "false" || says(r.AnonymousPull) != "true" || !strings.Contains(r.Problems[0].NextStep, `platform = "linux/arm64"`) {
		t.Errorf("an image for another platform: %+v", r)
	}
}

func met(r *Report) string { return says(r.PrerequisitesMet) }

// says is an answer that may not be known.
func says(b *bool) string {
	if b == nil {
		return "unknown"
	}
	return fmt.Sprint(*b)
}

// TestRegistrySaysNo has a registry that answers in every way except the right one.
func TestRegistrySaysNo(t *testing.T) {
	t.Parallel()
	// Answers. Headers are a name, a value, and so on.
	answer := func(status int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], strings.ReplaceAll(headers[i+1], "HOST", r.Host))
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	refuse := func(status int, code string, headers ...string) http.HandlerFunc {
		return answer(status, fmt.Sprintf(`{"errors":[{"code":%q,"message":"secret-message","detail":"secret-detail"}]}`, code), append(headers, "Content-Type", "application/json")...)
	}
	redirect := func(to string) http.HandlerFunc {
		return answer(http.StatusFound, "", "Location", to+"?token=secret-token")
	}
	image := func(body string, headers ...string) http.HandlerFunc {
		return answer(http.StatusOK, body, append(headers, "Content-Type", string(types.OCIManifestSchema1))...)
	}
	// either answers so to the method or the path, and otherwise to all others.
	either := func(first string, answer, otherwise http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == first || r.URL.Path == first {
				answer(w, r)
			} else {
				otherwise(w, r)
			}
		}
	}
	tokens := func(token http.HandlerFunc) http.HandlerFunc {
		return either("/token", token, answer(http.StatusUnauthorized, "", "WWW-Authenticate", `Bearer realm="http://HOST/token",service="x"`))
	}
	manifest := func(body string) http.HandlerFunc { return either("HEAD", answer(405, ""), image(body)) }
	config := func(media string) string {
		return `{"schemaVersion":2,"config":{"mediaType":"` + media + `","digest":"sha256:` + strings.Repeat("0", 64) + `","size":2},"layers":[`
	}
	tower := config("") + strings.Repeat("{},", maxLayers) + "{}]}"
	const manifests = "/v2/team/image/manifests/"
	layer := layerDigest(small(t))
	for _, tt := range []struct {
		name   string
		codes  string // "" for none, "unreachable" for an error
		says   string // a part of what's said, problem or error; "" for nothing
		met    string
		exists string
		at     string // matches the method and the path of requests that get the answer
		answer http.HandlerFunc
	}{
		{"no such tag", "image_not_found", "has no tag 2 in team/image", "false", "false", manifests, refuse(404, "MANIFEST_UNKNOWN")},
		{"no such repository", "repository_not_found", "has no repository team/image", "false", "false", manifests, refuse(404, "NAME_UNKNOWN")},
		{"401", "credentials_required", "pull_secret", "unknown", "unknown", "/", refuse(401, "UNAUTHORIZED", "WWW-Authenticate", `Basic realm="x"`)},
		{"403", "credentials_required", "(DENIED)", "unknown", "unknown", manifests, refuse(403, "DENIED")},
		{"layers and configuration want credentials", "credentials_required", "pull_secret", "unknown", "true", "/blobs/", refuse(401, "UNAUTHORIZED")},
		{"token refused", "credentials_required", "pull_secret", "unknown", "unknown", "/", tokens(refuse(401, "UNAUTHORIZED"))},
		{"token nonsense", "invalid_answer", "is malformed", "unknown", "unknown", "/", tokens(answer(200, `{"refresh_token":"secret-token"}`))},
		{"429", "rate_limited", "Try again in 1h0m0s", "unknown", "unknown", manifests, refuse(429, "TOOMANYREQUESTS", "Retry-After", "3600")},
		{"429 by GET only", "rate_limited", "(TOOMANYREQUESTS)", "unknown", "unknown", "^GET " + manifests, refuse(429, "TOOMANYREQUESTS")},
		{"400", "refused", "(UNSUPPORTED)", "unknown", "unknown", manifests, refuse(400, "UNSUPPORTED")},
		{"no registry", "not_a_registry", "has no /v2/", "unknown", "unknown", "/", http.NotFound},
		{"web page", "not_a_registry", "web page", "unknown", "unknown", "/", answer(200, `<html data-token="secret-token">`, "Content-Type", "text/html; charset=utf-8")},
		{"redirect to a login page", "not_a_registry", "web page", "unknown", "unknown", manifests + "|/login$", either("/login", answer(200, "", "Content-Type", "text/html"), redirect("/login"))},
		{"redirect without end", "not_a_registry", "redirects without end", "unknown", "unknown", manifests, redirect("/v2/team/image/manifests/2")},
		{"redirect to plain HTTP", "refused", "plain HTTP", "unknown", "unknown", manifests, redirect("http://registry.example/x")},
		{"500", "unreachable", "500 Internal Server Error", "", "", manifests, answer(500, "secret-token")},
		{"500 from the start", "unreachable", "500 Internal Server Error", "", "", "/", answer(500, "secret-token")},
		{"503 throughout", "unreachable", "503 Service Unavailable", "", "", "/", answer(503, "secret-token")},
		{"manifest that is another", "digest_mismatch", "doesn't match its digest", "unknown", "unknown", "^GET " + manifests, image(`{"schemaVersion":2,"config":{},"layers":[]}`)},
		{"HEAD that makes a digest up", "digest_mismatch", "has nothing of that digest", "unknown", "unknown", "^HEAD " + manifests, image("", "Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64), "Content-Length", "5")},
		{"configuration that is another", "invalid_answer", "the image configuration is malformed", "unknown", "true", "/blobs/", answer(200, strings.Repeat("x", 10_000))},
		{"huge manifest", "too_large", "more than 8388608 bytes", "unknown", "unknown", "^GET " + manifests, image(strings.Repeat(" ", maxDocument+1))},
		{"truncated manifest", "unreachable", "broke off", "", "", "^GET " + manifests, image(`{"schemaVersion"`, "Content-Length", "100")},
		{"manifest that isn't JSON", "invalid_answer", "is malformed", "unknown", "true", manifests, manifest(`{"schemaVersion"`)},
		{"Helm chart", "unsupported_media_type", "application/vnd.cncf.helm.config.v1+json", "false", "true", manifests, manifest(config("application/vnd.cncf.helm.config.v1+json") + "]}")},
		{"tower", "unsupported_media_type", "1001 layers", "false", "true", manifests, manifest(tower)},
		{"schema 1", "unsupported_media_type", "gave up in 2017", "false", "true", manifests, answer(200, "{}", "Content-Type", string(types.DockerManifestSchema1Signed))},
		{"HEAD refused", "", "", "true", "true", "^HEAD", answer(405, "")},
		{"HEAD without a digest", "", "", "true", "true", "^HEAD", answer(200, "")},
		{"layer missing", "invalid_answer", "not a layer that it refers to", "unknown", "true", layer, refuse(404, "BLOB_UNKNOWN")},
		{"layer truncated", "storage_failed", "broke off", "unknown", "true", layer, answer(200, "\x1f\x8b\x08", "Content-Length", "1000")},
		{"layer cut short with a right length", "digest_mismatch", "doesn't match its digest", "unknown", "true", layer, answer(200, string(lines{"x"}.Tar()[:1024]))},
		{"layer that is another", "digest_mismatch", "doesn't match its digest", "unknown", "true", layer, answer(200, string(lines{"bin/x", "sbin/curl*", "sbin/python3*"}.Tar()))},
		{"layer that is no archive", "digest_mismatch", "doesn't match its digest", "unknown", "true", layer, answer(200, strings.Repeat("<html>", 1000))},
		{"layer with damaged gzip", "inspection_failed", "damaged", "unknown", "true", layer, answer(200, string(layertest.Gzip(nil)[:10])+strings.Repeat("\xff", 100))},
		{"layer rate limited", "rate_limited", "TOOMANYREQUESTS", "unknown", "true", layer, refuse(429, "TOOMANYREQUESTS", "Retry-After", "tomorrow")},
		{"layer 500", "storage_failed", "500 Internal Server Error", "unknown", "true", layer, answer(500, "secret-token")},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			var broken atomic.Bool
			at := regexp.MustCompile(tt.at)
			host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
				fault := broken.Load() && at.MatchString(r.Method+" "+r.URL.Path)
				if fault {
					tt.answer(w, r)
				}
				return fault
			})
			push(t, host+"/team/image:2", small(t))
			broken.Store(true)

			r, err := NewClient(Credentials{}).Check(t.Context(), host+"/team/image:2", Options{Inspect: true, Timeout: 10 * time.Second})
			said := fmt.Sprint(err)
			if err == nil {
				said = fmt.Sprint(r.Problems)
			}
			if strings.Contains(said, "secret-") || strings.Contains(said, "<html") {
				t.Errorf("it says too much: %s", said)
			}
			if !strings.Contains(said, tt.says) || tt.says == "" && said != "[]" {
				t.Errorf("it doesn't say %q: %s", tt.says, said)
			}
			if unreachable := errors.As(err, new(*UnreachableError)); unreachable || err != nil || tt.codes == "unreachable" {
				if !unreachable || tt.codes != "unreachable" {
					t.Errorf("error %v, want %s", err, tt.codes)
				}
				return
			}
			if codes(r) != tt.codes || met(r) != tt.met || says(r.Exists) != tt.exists {
				t.Errorf("codes %q, met %s, exists %s; want %q, %s, %s", codes(r), met(r), says(r.Exists), tt.codes, tt.met, tt.exists)
			}
			for _, p := range r.Problems {
				if !strings.HasSuffix(p.Message, ".") || !strings.HasSuffix(p.NextStep, ".") {
					t.Errorf("no sentence: %q %q", p.Message, p.NextStep)
				}
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	free := must(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))
	free.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	t.Cleanup(secure.Close)
	slow := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))

	for _, tt := range []struct{ name, host, says string }{
		{"refused", free.Addr().String(), "refused"},
		{"no such host", "registry.invalid", "registry.invalid"},
		{"unknown authority", secure.Listener.Addr().String(), "ca_cert_pem"},
		{"slow", slow, "no answer within 50ms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			opts := Options{}
			if tt.name == "slow" {
				opts.Timeout = 50 * time.Millisecond
			}
			r, err := NewClient(Credentials{}).Check(t.Context(), tt.host+"/a/b:1", opts)
			var unreachable *UnreachableError
			if r != nil || !errors.As(err, &unreachable) || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("%v, %v, want unreachable: %s", r, err, tt.says)
			}
			if unreachable.Problem().Code != registryUnreachable.Code || !strings.Contains(unreachable.Problem().Error(), tt.says) {
				t.Errorf("as a problem: %v, want %s", unreachable.Problem(), tt.says)
			}
		})
	}
}

// A private address is no loopback: go-containerregistry would speak plain
// HTTP to it.
func TestPlainHTTPIsForLoopback(t *testing.T) {
	t.Parallel()
	asked := false
	g := &guard{trust: func(string) bool { return false }, inner: roundTrip(func(*http.Request) (*http.Response, error) {
		asked = true
		return nil, io.EOF
	})}
	for url, allowed := range map[string]bool{
		"http://localhost:5000/v2/": true, "http://127.0.0.1/v2/": true, "http://[::1]:5000/v2/": true, "http://x.localhost/v2/": true,
		"http://10.0.0.1:5000/v2/": false, "http://192.168.1.1/v2/": false, "http://quay.io/v2/": false, "http://localhost.example/": false,
		"https://10.0.0.1:5000/v2/": true, "https://quay.io/v2/": true,
	} {
		asked = false
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if _, err := g.RoundTrip(req); asked != allowed { //nolint:bodyclose // there is none
			t.Errorf("%s: asked %v (%v), want %v", url, asked, err, allowed)
		}
	}
	for _, tt := range []struct {
		from, to, challenge string
		allowed             bool
	}{
		{from: "quay.io", to: "169.254.169.254"},
		{from: "quay.io", to: "10.0.0.1"},
		{from: "quay.io", to: "localhost"},
		{from: "10.0.0.1:5000", to: "10.0.0.2"}, // go-containerregistry follows none to an address
		{from: "10.0.0.1:5000", to: "10.0.0.1", allowed: true},
		{from: "10.0.0.1:5000", to: "blobs.example", allowed: true},
		{from: "quay.io", to: "cdn.example", allowed: true},
		{from: "127.0.0.1:5000", to: "127.0.0.1:5001", allowed: true},
		{from: "quay.io", challenge: `Bearer realm="https://10.0.0.1/token"`},
		{from: "10.0.0.1:5000", challenge: `Bearer realm="https://10.0.0.2/token"`},
		{from: "10.0.0.1:5000", challenge: `Bearer service="x", realm="https://10.0.0.1:5001/token"`},
		{from: "10.0.0.1:5000", challenge: `Bearer realm="https://10.0.0.1:5000/token"`, allowed: true},
		{from: "quay.io", challenge: `Bearer realm="https://auth.example/token"`, allowed: true},
	} {
		g := &guard{registry: tt.from, inner: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp := &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://" + tt.to + "/"}}, Body: http.NoBody, Request: r}
			if tt.challenge != "" {
				resp.StatusCode, resp.Header = http.StatusUnauthorized, http.Header{"Www-Authenticate": {tt.challenge}}
			}
			return resp, nil
		})}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+tt.from+"/v2/", nil)
		_, err := g.RoundTrip(req) //nolint:bodyclose // there is none
		if away := errors.As(err, new(*Problem)); away == tt.allowed {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever it waits for, a check ends when its context does.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"/v2/", "manifests", "blobs"} {
		t.Run(strings.Trim(at, "/"), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			var stuck atomic.Bool
			host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
				if !stuck.Load() || !strings.Contains(r.URL.Path, at) {
					return false
				}
				cancel(io.ErrNoProgress)
				<-r.Context().Done()
				return true
			})
			push(t, host+"/team/image:1", small(t))
			stuck.Store(true)
			r, err := NewClient(Credentials{}).Check(ctx, host+"/team/image:1", Options{Inspect: true})
			if r != nil || !errors.Is(err, io.ErrNoProgress) || errors.As(err, new(*UnreachableError)) {
				t.Errorf("%v, %v, want the context's error", r, err)
			}
		})
	}
}

// A layer that doesn't come ends the inspection, and not the report.
func TestInspectionTimeout(t *testing.T) {
	t.Parallel()
	host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, layerDigest(small(t))) {
			return false
		}
		<-r.Context().Done()
		return true
	})
	push(t, host+"/team/image:1", small(t))
	r := check(t, host+"/team/image:1", Options{Inspect: true, Timeout: 2 * time.Second})
	if codes(r) != "inspection_timeout" || met(r) != "unknown" || says(r.AnonymousPull) != "true" || !strings.Contains(r.Problems[0].NextStep, `timeout = "4s"`) {
		t.Errorf("%+v", r)
	}
}

func layerDigest(img v1.Image) string {
	layers := must(img.Manifest()).Layers
	return layers[len(layers)-1].Digest.String()
}

func TestMaxBytes(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	below := append(lines{"bin/"}, others...)
	img := imageOf(t, nil, encodings["tar"](below.Tar()), encodings["tar"](lines{"x"}.Tar()))
	push(t, host+"/team/image:1", img)
	size := int64(len(lines{"x"}.Tar()) + len(below.Tar()))
	for limit, want := range map[int64]string{1: "max_bytes_exceeded", size - 1: "max_bytes_exceeded", size: "python3_missing", size + 1: "python3_missing"} {
		r := check(t, host+"/team/image:1", Options{Inspect: true, MaxBytes: limit})
		if codes(r) != want {
			t.Errorf("%d: %v, want %s", limit, r.Problems, want)
		}
		if want == "max_bytes_exceeded" && (met(r) != "unknown" || !strings.Contains(r.Problems[0].NextStep, fmt.Sprintf("max_bytes = %d,", size))) {
			t.Errorf("%d: met %s, %v", limit, met(r), r.Problems)
		}
	}
}

// recorder lists what a registry was asked for.
type recorder struct {
	mu  sync.Mutex
	all []string
}

func (l *recorder) note(_ http.ResponseWriter, r *http.Request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
	return false
}

func (l *recorder) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.all
	l.all = nil
	return all
}

// A check asks the registry for no more than this: HEAD before GET, no layer unless inspecting.
func TestRequests(t *testing.T) {
	t.Parallel()
	var log recorder
	host := serve(t, log.note)
	img := small(t)
	push(t, host+"/team/image:1", img)
	log.take()
	digest, _ := img.Digest()
	config, _ := img.ConfigName()
	top := layerDigest(img)

	want := []string{"GET /v2/", "HEAD /v2/team/image/manifests/1", "GET /v2/team/image/manifests/" + digest.String(), "GET /v2/team/image/blobs/" + config.String()}
	check(t, host+"/team/image:1", Options{})
	if got := log.take(); !reflect.DeepEqual(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
	client := NewClient(Credentials{})
	for _, tt := range []struct {
		opts Options
		want []string
	}{
		{Options{Inspect: true, MaxBytes: 1}, want},
		{Options{Inspect: true}, append(want, "GET /v2/team/image/blobs/"+top)},
		{Options{Inspect: true}, want}, // the same client read the layer before
	} {
		checkWith(t, client, host+"/team/image:1", tt.opts)
		if got := log.take(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v: asked for %q, want %q", tt.opts, got, tt.want)
		}
	}
}
