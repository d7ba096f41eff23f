package containerimage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
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
	"github.com/klauspost/compress/zstd"
)

// A layer in a test is a list of lines, one for each entry of its archive:
//
//	usr/bin/            a directory
//	usr/bin/curl*       a program for linux/amd64
//	usr/share/doc       a file that isn't
//	bin -> usr/bin      a symbolic link
//	usr/bin/py = a/b    a hard link
//	usr/bin/py!         an executable script
//	etc/group < x:…     a file with that content
//	0700 1:2 root/      any of those with a mode and an owner
//
// Whiteouts are written as what they are, files called .wh.something.
type lines []string

func (l lines) tar(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, line := range l {
		h, content := header(line)
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var ownedEntry = regexp.MustCompile(`^([0-7]{4}) (\d+):(\d+) ((?s:.*))$`)

// header is the entry of a line, and its content.
func header(line string) (h *tar.Header, content string) {
	owned := ownedEntry.FindStringSubmatch(line)
	if owned != nil {
		line = owned[4]
	}
	h = &tar.Header{Name: line, Typeflag: tar.TypeReg, Mode: 0o644}
	if at, text, ok := strings.Cut(line, " < "); ok { // first, since the text may be anything
		h.Name, content = at, text
	} else if at, to, ok := strings.Cut(line, " -> "); ok {
		h.Name, h.Linkname, h.Typeflag, h.Mode = at, to, tar.TypeSymlink, 0o777
	} else if at, to, ok := strings.Cut(line, " = "); ok {
		h.Name, h.Linkname, h.Typeflag = at, to, tar.TypeLink
	} else if strings.HasSuffix(line, "/") {
		h.Typeflag, h.Mode = tar.TypeDir, 0o755
	} else if at, ok := strings.CutSuffix(line, "*"); ok {
		h.Name, h.Mode, content = at, 0o755, elfHead(elf.EM_X86_64, "")
	} else if at, ok := strings.CutSuffix(line, "!"); ok {
		h.Name, h.Mode, content = at, 0o755, "#!/bin/sh\n"
	} else if !strings.Contains(line, ".wh.") {
		content = "txt"
	}
	if owned != nil {
		h.Mode, _ = strconv.ParseInt(owned[1], 8, 32)
		h.Uid, _ = strconv.Atoi(owned[2])
		h.Gid, _ = strconv.Atoi(owned[3])
	}
	h.Size = int64(len(content))
	return h, content
}

// elfHead is the beginning of a program for a processor, with an interpreter if it isn't "".
func elfHead(machine elf.Machine, interpreter string) string {
	h := make([]byte, 64)
	copy(h, elf.ELFMAG)
	h[elf.EI_CLASS], h[elf.EI_DATA] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB)
	binary.LittleEndian.PutUint16(h[18:], uint16(machine))
	if interpreter == "" {
		return string(h)
	}
	binary.LittleEndian.PutUint64(h[32:], 64)
	binary.LittleEndian.PutUint16(h[54:], 56)
	binary.LittleEndian.PutUint16(h[56:], 1)
	p := make([]byte, 56)
	binary.LittleEndian.PutUint32(p, uint32(elf.PT_INTERP))
	binary.LittleEndian.PutUint64(p[8:], 120)
	binary.LittleEndian.PutUint64(p[32:], uint64(len(interpreter)+1))
	return string(h) + string(p) + interpreter + "\x00"
}

// encodings are the ways a layer's archive is stored.
var encodings = map[string]func(testing.TB, []byte) mutate.Addendum{
	"tar": func(_ testing.TB, b []byte) mutate.Addendum {
		return mutate.Addendum{Layer: static.NewLayer(b, types.OCIUncompressedLayer)}
	},
	"gzip": func(t testing.TB, b []byte) mutate.Addendum {
		return mutate.Addendum{Layer: static.NewLayer(gzipped(t, b), types.OCILayer)}
	},
	"zstd": func(t testing.TB, b []byte) mutate.Addendum {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		// zstd:chunked begins and ends with frames to skip.
		b = append(append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), w.EncodeAll(b, nil)...), "\x5f\x2a\x4d\x18\x01\x00\x00\x00a"...)
		return mutate.Addendum{Layer: static.NewLayer(b, types.OCILayerZStd)}
	},
}

func gzipped(t testing.TB, b []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// imageOf is a linux/amd64 image with the given layers, the bottom first.
func imageOf(t testing.TB, env []string, layers ...mutate.Addendum) v1.Image {
	t.Helper()
	img, err := mutate.Append(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layers...)
	if err != nil {
		t.Fatal(err)
	}
	return withConfig(t, img, func(c *v1.ConfigFile) {
		c.OS, c.Architecture = "linux", "amd64"
		c.Config.Env = env
	})
}

func withConfig(t testing.TB, img v1.Image, change func(*v1.ConfigFile)) v1.Image {
	t.Helper()
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c = c.DeepCopy()
	change(c)
	if img, err = mutate.ConfigFile(mutate.ConfigMediaType(img, types.OCIConfigJSON), c); err != nil {
		t.Fatal(err)
	}
	return img
}

// others are what Elyra needs next to Python and its pip, for images whose PATH is /bin.
var others = lines{"bin/sh*", "bin/mkdir*", "bin/curl*", "bin/tar*", "bin/gzip*", "etc/ssl/certs/ca-certificates.crt"}

// small is an image that has all that Elyra asks for.
func small(t testing.TB) v1.Image { return smallFor(t, elf.EM_X86_64) }

// smallFor is the same for another processor.
func smallFor(t testing.TB, machine elf.Machine) v1.Image {
	content := append(lines{"bin/python3 -> python3.11", "bin/python3.11*", "lib/python3.11/os.py", "lib/python3.11/site-packages/pip/__main__.py"}, others...).tar(t)
	content = bytes.ReplaceAll(content, []byte(elfHead(elf.EM_X86_64, "")), []byte(elfHead(machine, "")))
	return imageOf(t, []string{"PATH=/bin"}, encodings["gzip"](t, content))
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
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img, append(opts, remote.WithContext(t.Context()))...); err != nil {
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

// Has says whether the report has a problem of that kind.
func (r *Report) Has(k *Kind) bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Code == k.Code })
}

var quiet = log.New(io.Discard, "", 0)
