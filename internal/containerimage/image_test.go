package containerimage

import (
	"bytes"
	"debug/elf"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
)

type lines = layertest.Lines

// encodings are the ways a layer's archive is stored.
var encodings = map[string]func([]byte) mutate.Addendum{
	"tar": func(b []byte) mutate.Addendum {
		return mutate.Addendum{Layer: static.NewLayer(b, types.OCIUncompressedLayer)}
	},
	"gzip": func(b []byte) mutate.Addendum {
		return mutate.Addendum{Layer: static.NewLayer(layertest.Gzip(b), types.OCILayer)}
	},
	"zstd": func(b []byte) mutate.Addendum {
		// zstd:chunked begins and ends with frames to skip.
		b = slices.Concat([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), layertest.Zstd(b), []byte("\x5f\x2a\x4d\x18\x01\x00\x00\x00a"))
		return mutate.Addendum{Layer: static.NewLayer(b, types.OCILayerZStd)}
	},
}

// imageOf is a linux/amd64 image with the given layers, the bottom first.
func imageOf(t testing.TB, env []string, layers ...mutate.Addendum) v1.Image {
	t.Helper()
	img := must(mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layers...))
	return withConfig(t, img, func(c *v1.ConfigFile) {
		c.OS, c.Architecture = "linux", "amd64"
		c.Config.Env = env
	})
}

func withConfig(t testing.TB, img v1.Image, change func(*v1.ConfigFile)) v1.Image {
	t.Helper()
	c := must(img.ConfigFile()).DeepCopy()
	change(c)
	return must(mutate.ConfigFile(mutate.ConfigMediaType(img, types.OCIConfigJSON), c))
}

// others are what Elyra needs next to Python and its pip, for images whose PATH is /bin, and complete is all.
var (
	others   = lines{"bin/sh*", "bin/mkdir*", "bin/curl*", "bin/tar*", "bin/gzip*", "etc/ssl/certs/ca-certificates.crt"}
	complete = append(lines{"bin/python3 -> python3.11", "bin/python3.11*", "lib/python3.11/os.py", "lib/python3.11/site-packages/pip/__main__.py"}, others...)
)

// small is an image that has all that Elyra asks for.
func small(t testing.TB) v1.Image { return smallFor(t, elf.EM_X86_64) }

// smallFor is the same for another processor.
func smallFor(t testing.TB, machine elf.Machine) v1.Image {
	content := bytes.ReplaceAll(complete.Tar(), []byte(layertest.Program(elf.EM_X86_64, "")), []byte(layertest.Program(machine, "")))
	return imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](content))
}

// serve runs go-containerregistry's own registry in the process, behind a
// handler that may answer in its place.
func serve(t testing.TB, before func(http.ResponseWriter, *http.Request) (answered bool)) (host string) {
	t.Helper()
	inner := registry.New(registry.Logger(quiet))
	return listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || !before(w, r) {
			inner.ServeHTTP(w, r)
		}
	}))
}

func listen(t testing.TB, h http.Handler) (host string) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = quiet // the client tries TLS first
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// forward passes requests on to a registry, and its answers back, after a change.
func forward(registry string, change func(*http.Response) error) http.Handler {
	return &httputil.ReverseProxy{ErrorLog: quiet, ModifyResponse: change, Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&url.URL{Scheme: "http", Host: registry})
	}}
}

func push(t testing.TB, image string, img v1.Image, opts ...remote.Option) {
	t.Helper()
	if err := remote.Write(must(name.ParseReference(image)), img, append(opts, remote.WithContext(t.Context()))...); err != nil {
		t.Fatal(err)
	}
}

func pushIndex(t testing.TB, image string, index v1.ImageIndex) {
	t.Helper()
	if err := remote.WriteIndex(must(name.ParseReference(image)), index, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func check(t testing.TB, image string, opts Options) *Report {
	t.Helper()
	return checkWith(t, NewClient(Credentials{}), image, opts)
}

func checkWith(t testing.TB, c *Client, image string, opts Options) *Report {
	t.Helper()
	r, err := c.Check(t.Context(), image, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codes are the codes of a report's problems, for comparison.
func codes(r *Report) string {
	var all []string
	for _, p := range r.Problems {
		all = append(all, p.Code)
	}
	return strings.Join(all, " ")
}

var quiet = log.New(io.Discard, "", 0)
