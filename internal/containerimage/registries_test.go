package containerimage

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// answers is everything that a report says of how an image can be had.
func answers(r *Report) string {
	return fmt.Sprintf("exists %s, anonymous %s, authenticated %s, met %s: %s", says(r.Exists), says(r.AnonymousPull), says(r.AuthenticatedPull), met(r), codes(r))
}

// A registry that limits requests is asked again within the timeout. No answer is never a no.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		after  string
		times  int32
		want   string
		status int // instead of 429
	}{
		"once, without a time":  {"", 1, "exists true, anonymous true, authenticated unknown, met true: ", 0},
		"once, with a time":     {"1", 1, "exists true, anonymous true, authenticated unknown, met true: ", 0},
		"once, at a date":       {time.Now().Add(time.Second).UTC().Format(http.TimeFormat), 1, "exists true, anonymous true, authenticated unknown, met true: ", 0},
		"once, out of order":    {"", 1, "exists true, anonymous true, authenticated unknown, met true: ", http.StatusBadGateway},
		"for long":              {"3600", 1 << 30, "exists unknown, anonymous unknown, authenticated unknown, met unknown: rate_limited", 0},
		"always":                {"", 1 << 30, "exists unknown, anonymous unknown, authenticated unknown, met unknown: rate_limited", 0},
		"until somebody's day":  {"somebody", 1 << 30, "exists unknown, anonymous unknown, authenticated unknown, met unknown: rate_limited", 0},
		"with another's secret": {"Basic secret-password", 1 << 30, "exists unknown, anonymous unknown, authenticated unknown, met unknown: rate_limited", 0},
	} {
		for _, at := range []string{"/v2/", "/manifests/", "/blobs/"} {
			t.Run(name+" "+strings.Trim(at, "/"), func(t *testing.T) {
				t.Parallel()
				var left atomic.Int32
				host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
					if !strings.Contains(r.URL.Path, at) || at == "/v2/" && r.URL.Path != at || left.Add(-1) < 0 {
						return false
					}
					if tt.after != "" {
						w.Header().Set("Retry-After", tt.after)
					}
					w.WriteHeader(cmp.Or(tt.status, http.StatusTooManyRequests))
					return true
				})
				push(t, host+"/team/image:1", small(t))
				left.Store(tt.times)
				r := check(t, host+"/team/image:1", Options{Inspect: true, Timeout: 5 * time.Second})
				want := tt.want
				if at == "/blobs/" {
					want = strings.Replace(want, "exists unknown", "exists true", 1)
				}
				if answers(r) != want {
					t.Errorf("%s, want %s: %v", answers(r), want, r.Problems)
				}
				silent(t, r)
			})
		}
	}
}

// Types that registries send with manifests, and what they send in their place.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	img := small(t)
	index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}})
	nested := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: index})
	deep := nested
	for range maxNested {
		deep = mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: deep})
	}
	for _, sent := range []string{"; charset=utf-8", "application/json", "application/json; charset=utf-8", "text/plain", "-", "Basic secret-password"} {
		inner := serve(t, nil)
		proxy := forward(inner, func(resp *http.Response) error {
			switch manifest := strings.Contains(resp.Request.URL.Path, "/manifests/") && resp.StatusCode == http.StatusOK; {
			case manifest && strings.HasPrefix(sent, ";"):
				resp.Header.Set("Content-Type", resp.Header.Get("Content-Type")+sent)
			case manifest && sent == "-":
				resp.Header.Del("Content-Type")
			case manifest:
				resp.Header.Set("Content-Type", sent)
			}
			return nil
		})
		host := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = nil // net/http sends one otherwise
			proxy.ServeHTTP(w, r)
		}))
		push(t, inner+"/team/image:image", img)
		for tag, idx := range map[string]v1.ImageIndex{"index": index, "nested": nested, "deep": deep} {
			pushIndex(t, inner+"/team/image:"+tag, idx)
		}
		for tag, want := range map[string]string{"image": "met true: ", "index": "met true: ", "nested": "met true: ", "deep": "met false: unsupported_media_type"} {
			r := check(t, host+"/team/image:"+tag, Options{Inspect: true})
			if !strings.HasSuffix(answers(r), want) || !strings.HasPrefix(r.MediaType, "application/vnd.oci.image.") {
				t.Errorf("%s sent with %q: %s, %s, want %s: %v", tag, sent, answers(r), r.MediaType, want, r.Problems)
			}
			silent(t, r)
		}
	}
}

// A registry may offer a password before the token that needs none, in one line or in two.
func TestChallenges(t *testing.T) {
	t.Parallel()
	for _, challenges := range [][]string{{`Basic realm="x"`, `Bearer realm="http://HOST/token",service="x"`}, {`Basic realm="x", Bearer realm="http://HOST/token",service="x"`}} {
		host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case r.URL.Path == "/token":
				_, _ = io.WriteString(w, `{"token":"anonymous"}`)
			case r.Header.Get("Authorization") == "Bearer anonymous" || r.Header.Get("X-Push") != "" || strings.Contains(r.UserAgent(), "go-containerregistry"):
				return false
			default:
				for _, c := range challenges {
					w.Header().Add("WWW-Authenticate", strings.ReplaceAll(c, "HOST", r.Host))
				}
				w.WriteHeader(http.StatusUnauthorized)
			}
			return true
		})
		push(t, host+"/team/image:1", small(t))
		if r := check(t, host+"/team/image:1", Options{Inspect: true}); answers(r) != "exists true, anonymous true, authenticated unknown, met true: " {
			t.Errorf("%q: %s: %v", challenges, answers(r), r.Problems)
		}
	}
}

// The registry has the manifest, and the storage that it redirects to fails.
func TestStorage(t *testing.T) {
	t.Parallel()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	denies := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error>secret-signature</Error>")
	}))
	for storage, want := range map[string]string{strings.TrimPrefix(dead.URL, "http://"): "refused", denies: "another host"} {
		var layersOnly atomic.Bool
		digest := must(small(t).ConfigName()).String()
		host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/blobs/sha256:") || r.Method != http.MethodGet || layersOnly.Load() && strings.HasSuffix(r.URL.Path, digest) {
				return false
			}
			http.Redirect(w, r, "http://"+storage+r.URL.Path+"?signature=secret-signature", http.StatusTemporaryRedirect)
			return true
		})
		push(t, host+"/team/image:1", small(t))
		for _, layers := range []bool{false, true} {
			layersOnly.Store(layers)
			r := check(t, host+"/team/image:1", Options{Inspect: true})
			wanted := "exists true, anonymous unknown, authenticated unknown, met unknown: storage_failed"
			if layers {
				wanted = strings.Replace(wanted, "anonymous unknown", "anonymous true", 1)
			}
			if said := fmt.Sprint(r.Problems); answers(r) != wanted || r.Digest == "" || !strings.Contains(said, want) || strings.Contains(said, "image_name") {
				t.Errorf("layers %v: %s, digest %q, want %s, and %q: %s", layers, answers(r), r.Digest, wanted, want, said)
			}
			silent(t, r)
		}
	}
}

// A registry that repeats what it was sent doesn't get it into a message, and so not into a state.
func TestRepeatedSecrets(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte("jdoe:" + secret))
	for status, code := range map[int]string{401: "UNAUTHORIZED", 403: "DENIED", 404: "MANIFEST_UNKNOWN", 400: "secret-password", 429: "TOOMANYREQUESTS", 500: "UNKNOWN", 418: basic} {
		for _, scheme := range []string{"Basic", "Bearer"} {
			host := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent := r.Header.Get("Authorization")
				switch {
				case r.URL.Path == "/token":
					_, _ = io.WriteString(w, `{"token":"secret-token"}`)
				case sent == "":
					w.Header().Set("WWW-Authenticate", scheme+` realm="http://`+r.Host+`/token",service="x"`)
					w.WriteHeader(http.StatusUnauthorized)
				case r.URL.Path == "/v2/":
				default:
					w.Header().Set("Content-Type", sent)
					w.Header().Set("Retry-After", sent)
					w.WriteHeader(status)
					fmt.Fprintf(w, `{"errors":[{"code":%q,"message":"you sent %s","detail":%q}]}`, code, sent, sent)
				}
			}))
			r, err := NewClient(logins(host, secret)).Check(t.Context(), host+"/team/image:1", Options{Timeout: 1500 * time.Millisecond})
			if err != nil {
				r = &Report{Problems: []Problem{{Message: err.Error()}}}
			}
			if len(r.Problems) == 0 {
				t.Errorf("%d, %s: no problem", status, scheme)
			}
			silent(t, r)
		}
	}
}
