package containerimage

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// complete is what Elyra needs, for images whose PATH is /usr/bin.
var complete = lines{"usr/bin/python3.11*", "usr/bin/python3 -> python3.11", "usr/lib/python3.11/os.py", "usr/lib/python3.11/site-packages/pip/__main__.py",
	"usr/bin/curl*", "usr/bin/sh*", "usr/bin/mkdir*", "usr/bin/tar*", "usr/bin/gzip*", "etc/ssl/cert.pem"}

// chunk is what the generated layers repeat: so many zero bytes.
const chunk = 16 << 20

// generated is a layer that exists only while it is read: a head, a part that
// comes again and again, and a tail. Compressed, each is a gzip member or a zstd
// frame of its own, which both formats allow.
type generated struct {
	head, part, tail []byte
	repeat           int
	media            types.MediaType
	digest           v1.Hash
}

// generate makes a layer whose archive has a file of size bytes between the
// files before and after.
func generate(t testing.TB, size int64, before, after lines, media types.MediaType) *generated {
	t.Helper()
	var head bytes.Buffer
	w := tar.NewWriter(&head)
	head.Write(bytes.TrimSuffix(before.tar(t), make([]byte, 1024))) // its end
	if err := w.WriteHeader(&tar.Header{Name: "opt/model.bin", Size: size, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	encode := func(b []byte) []byte { return b }
	switch media {
	case types.OCILayer:
		encode = func(b []byte) []byte { return gzipped(t, b) }
	case types.OCILayerZStd:
		enc, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		encode = func(b []byte) []byte { return enc.EncodeAll(b, nil) }
	}
	g := &generated{repeat: int(size / chunk), media: media}
	g.head = encode(append(head.Bytes(), make([]byte, size%chunk)...))
	g.part = encode(make([]byte, chunk))
	g.tail = encode(after.tar(t))
	g.digest = v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)} // who reads it all sets the true one
	return g
}

// sum sets the layer's true digest.
func (g *generated) sum() *generated {
	h := sha256.New()
	g.write(h)
	g.digest.Hex = hex.EncodeToString(h.Sum(nil))
	return g
}

func (g *generated) write(w io.Writer) {
	if _, err := w.Write(g.head); err != nil {
		return
	}
	for range g.repeat {
		if _, err := w.Write(g.part); err != nil {
			return
		}
	}
	_, _ = w.Write(g.tail)
}

func (g *generated) Digest() (v1.Hash, error) { return g.digest, nil }
func (g *generated) DiffID() (v1.Hash, error) { return g.digest, nil }
func (g *generated) Size() (int64, error) {
	return int64(len(g.head) + g.repeat*len(g.part) + len(g.tail)), nil
}
func (g *generated) MediaType() (types.MediaType, error)  { return g.media, nil }
func (g *generated) Compressed() (io.ReadCloser, error)   { panic("the registry has it") }
func (g *generated) Uncompressed() (io.ReadCloser, error) { panic("the registry has it") }
func (g *generated) served(w http.ResponseWriter, r *http.Request) bool {
	if !strings.HasSuffix(r.URL.Path, g.digest.Hex) {
		return false
	}
	size, _ := g.Size()
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	if r.Method == http.MethodGet {
		g.write(w)
	}
	return true
}

// peak watches the heap at every write of the layer, and notes the most.
type peak struct {
	http.ResponseWriter
	most *atomic.Uint64
}

func (p peak) Write(b []byte) (int, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > p.most.Load() {
		p.most.Store(m.HeapAlloc)
	}
	return p.ResponseWriter.Write(b)
}

// A large layer costs neither memory nor disk, and one that's too large isn't asked for. Not parallel: it
// measures the process.
func TestHugeLayer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		layer *generated
		codes string
	}{
		{"answer at the end", generate(t, 256<<20, lines{}, complete, types.OCILayerZStd).sum(), ""},
		{"larger than max_bytes", generate(t, 10<<30, lines{}, complete, types.OCIUncompressedLayer), "max_bytes_exceeded"},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Setenv("TMPDIR", "/nowhere") // no temporary files
			host := serve(t, tt.layer.served)
			push(t, host+"/team/image:1", imageOf(t, []string{"PATH=/usr/bin"}, mutate.Addendum{Layer: tt.layer}))

			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := check(t, host+"/team/image:1", Options{Inspect: true})
			runtime.ReadMemStats(&after)

			if codes(r) != tt.codes {
				t.Errorf("%v, want %q", r.Problems, tt.codes)
			}
			// All that was ever allocated, whether or not it was freed.
			if all := after.TotalAlloc - before.TotalAlloc; all > 64<<20 {
				t.Errorf("%d bytes allocated", all)
			}
		})
	}
}

// BenchmarkInspect shows that memory doesn't depend on a layer's size:
// peak-B is the most that was on the heap while the layer was sent.
func BenchmarkInspect(b *testing.B) {
	for _, size := range []int64{1 << 20, 100 << 20, 1 << 30} {
		b.Run(fmt.Sprintf("%dMiB", size>>20), func(b *testing.B) {
			g := generate(b, size, lines{}, complete, types.OCILayer).sum()
			var most atomic.Uint64
			host := serve(b, func(w http.ResponseWriter, r *http.Request) bool { return g.served(peak{w, &most}, r) })
			push(b, host+"/team/image:1", imageOf(b, []string{"PATH=/usr/bin"}, mutate.Addendum{Layer: g}))
			runtime.GC()
			most.Store(0)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if r := check(b, host+"/team/image:1", Options{Inspect: true, MaxBytes: 1 << 40}); len(r.Problems) > 0 {
					b.Fatal(r.Problems)
				}
			}
			b.ReportMetric(float64(most.Load()), "peak-B")
		})
	}
}
