package containerimage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// The table of contents of an eStargz layer serves only when the manifest has
// its digest and the registry sends ranges; otherwise the layer is read, which
// comes to the same.
func TestTOC(t *testing.T) {
	t.Parallel()
	content := lines{"bin/curl*", "bin/python3 -> python3.11", "bin/python3.11*", "bin/hard = bin/curl"}
	for i := range 2000 {
		content = append(content, fmt.Sprintf("lib/%d", i))
	}
	good := encodings["estargz"](t, content.tar(t))
	size, _ := good.Layer.Size()
	annotated := func(toc string) mutate.Addendum {
		return mutate.Addendum{Layer: good.Layer, Annotations: map[string]string{estargz.TOCJSONDigestAnnotation: toc}}
	}
	noRanges := func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("Range"); return false }
	otherRange := func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Range") != "" {
			r.Header.Set("Range", "bytes=0-50")
		}
		return false
	}
	cutRange := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Range") == "" {
			return false
		}
		w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/*")
		w.WriteHeader(http.StatusPartialContent)
		return true
	}
	for _, tt := range []struct {
		name  string
		layer mutate.Addendum
		fault func(http.ResponseWriter, *http.Request) bool
		whole bool // the layer is read from its beginning
	}{
		{"used", good, nil, false},
		{"no annotation", mutate.Addendum{Layer: good.Layer}, nil, true},
		{"another digest", annotated("sha256:" + strings.Repeat("0", 64)), nil, true},
		{"not an eStargz", mutate.Addendum{Layer: encodings["gzip"](t, content.tar(t)).Layer, Annotations: good.Annotations}, nil, true},
		{"no ranges", good, noRanges, true},
		{"another range", good, otherRange, true},
		{"range cut short", good, cutRange, true},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			var log recorder
			host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
				log.note(w, r)
				return tt.fault != nil && tt.fault(w, r)
			})
			// python3 is decided last, and not at all by what is found first.
			push(t, host+"/team/image:1", imageOf(t, []string{"PATH=/sbin:/bin"}, tt.layer))
			log.take()
			r := check(t, host+"/team/image:1", Options{Inspect: true})
			if met(r) != "true" || r.Python.Target != "/bin/python3.11" {
				t.Errorf("%+v", r)
			}
			whole := false
			for _, line := range log.take() {
				whole = whole || strings.HasSuffix(line, layerDigest(t, imageOf(t, nil, tt.layer)))
			}
			if whole != tt.whole {
				t.Errorf("layer read whole: %v, want %v (%d of %d bytes)", whole, tt.whole, r.Inspected, size)
			}
		})
	}
}

// A table of contents is not trusted to be of reasonable shape.
func TestTOCNonsense(t *testing.T) {
	t.Parallel()
	for name, json := range map[string]string{
		"endless string": `{"entries":[{"name":"` + strings.Repeat("x", 2*maxTOCEntry) + `"}]}`,
		"endless value":  `{"other":"` + strings.Repeat("x", 2*maxTOCEntry) + `","entries":[]}`,
		"no object":      `[]`,
		"no list":        `{"entries":{}}`,
		"cut":            `{"entries":[{"name":"a"`,
		"empty":          ``,
	} {
		s := newUnion(1, 10, 10).scan(0)
		dec := newTOCDecoder(strings.NewReader(json))
		if err := dec.entries(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever a registry sends as a layer, reading it ends without a panic.
func FuzzReadTar(f *testing.F) {
	plain := lines{"bin -> usr/bin", "usr/bin/curl*", "usr/bin/py = usr/bin/curl", ".wh.x", "a/.wh..wh..opq"}.tar(f)
	for _, encode := range encodings {
		rc, err := encode(f, plain).Layer.Compressed()
		if err != nil {
			f.Fatal(err)
		}
		b, err := io.ReadAll(rc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		u := newUnion(1, 100, 10_000)
		u.ask("/usr/bin/curl")
		if _, err := readTar(bytes.NewReader(b), u.scan(0), func() bool { return false }); err == nil {
			if _, err := u.lookPath([]string{"/usr/bin", "/bin"}, "curl"); err != nil {
				t.Errorf("after the whole layer: %v", err)
			}
		}
		_ = readTOC(bytes.NewReader(b), "", u.scan(0))
	})
}

func TestTooManyLinks(t *testing.T) {
	t.Parallel()
	u := newUnion(1, 10, 1000)
	var many lines
	for i := range 100 {
		many = append(many, fmt.Sprintf("%d -> target", i))
	}
	if _, err := readTar(bytes.NewReader(many.tar(t)), u.scan(0), nil); !errors.Is(err, errTooManyLinks) {
		t.Errorf("%v, want %v", err, errTooManyLinks)
	}
}
