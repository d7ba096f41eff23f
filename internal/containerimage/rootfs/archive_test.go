package rootfs

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// encodings are the ways in which a layer's archive is stored.
var encodings = map[string]func(testing.TB, []byte) []byte{
	"tar": func(_ testing.TB, b []byte) []byte { return b },
	"gzip": func(t testing.TB, b []byte) []byte {
		var stored bytes.Buffer
		w := gzip.NewWriter(&stored)
		w.Write(b)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return stored.Bytes()
	},
	"zstd": func(t testing.TB, b []byte) []byte {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll(b, nil)
	},
}

// A layer is read on from where it stopped, and only to where it has to be.
func TestReadOn(t *testing.T) {
	t.Parallel()
	entries := []testEntry{{name: "bin/curl", kind: File, exec: true}}
	for i := range 20_000 {
		entries = append(entries, testEntry{name: fmt.Sprintf("lib/%05d%x", i, sha256.Sum256([]byte{byte(i), byte(i >> 8)})), kind: File})
	}
	entries = append(entries, testEntry{name: "usr/bin/python3", kind: File, exec: true})
	for encoding, encode := range encodings {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			stored := encode(t, archive(t, entries))
			sum := sha256.Sum256(stored)
			index := New(0, 0)
			index.trial = 0
			layer := index.Layer("sha256:" + hex.EncodeToString(sum[:]))
			fs := index.Stack(layer)
			var offsets []int64
			read := 0
			open := func(_ context.Context, offset int64) (io.ReadCloser, error) {
				offsets = append(offsets, offset)
				return io.NopCloser(io.TeeReader(bytes.NewReader(stored[offset:]), writer(func(b []byte) { read += len(b) }))), nil
			}

			fs.Ask("/etc/x") // behind bin, before lib
			if err := layer.Read(t.Context(), fs, open, nil); err != nil {
				t.Fatal(err)
			}
			if kind, err := fs.Stat("/etc/x"); kind != None || err != nil {
				t.Errorf("%v, %v, want nothing", kind, err)
			}
			if assumed := fs.Assumed(); len(assumed) != 1 || layer.Whole() || read >= len(stored) {
				t.Errorf("assumed %v, whole %v, %d of %d bytes read", assumed, layer.Whole(), read, len(stored))
			}
			if _, err := fs.Stat("/usr/bin/python3"); !errors.As(err, new(UnreadError)) {
				t.Errorf("%v, want an UnreadError", err)
			}
			if err := layer.Read(t.Context(), nil, open, nil); err != nil {
				t.Fatal(err)
			}
			if kind, err := fs.Stat("/usr/bin/python3"); kind != File || err != nil || !layer.Whole() || len(fs.Assumed()) > 0 {
				t.Errorf("%v, %v, whole %v", kind, err, layer.Whole())
			}
			want, bytes := []int64{0, offsets[1]}, len(stored)
			if encoding == "zstd" { // read again from the beginning
				want, bytes = []int64{0, 0}, len(stored)+int(offsets[1])
			}
			if fmt.Sprint(offsets) != fmt.Sprint(want) || encoding != "zstd" && read != bytes {
				t.Errorf("opened at %v, %d of %d bytes read", offsets, read, len(stored))
			}
		})
	}
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

func TestDigest(t *testing.T) {
	t.Parallel()
	index := New(0, 0)
	layer := index.Layer("sha256:00")
	if err := layer.Read(t.Context(), nil, opener(archive(t, nil)), nil); !errors.Is(err, ErrDigest) || layer.Whole() {
		t.Errorf("%v, want %v", err, ErrDigest)
	}
}

// An archive that is not in order is read to its end.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		names  []string
		passed string
		want   bool
	}{
		{nil, "/a", false},
		{[]string{"/a"}, "/a", false},
		{[]string{"/a/b"}, "/a", false},
		{[]string{"/b"}, "/a", true},
		{[]string{"/b"}, "/c", false},
		{[]string{"/b", "/a", "/c"}, "/a", false},
		{[]string{"/b", "/b"}, "/a", true},                             // an opaque whiteout and its directory
		{[]string{"/usr/lib/a", "/usr/lib-x/a"}, "/usr/lib/b", true},   // a walk
		{[]string{"/usr/lib-x/a", "/usr/lib/a"}, "/usr/lib-x/b", true}, // strings
		{[]string{"/usr/lib-x/a", "/usr/lib/a"}, "/usr/lib/b", false},
		{[]string{"/usr/lib/a"}, "/usr/lib-x", false}, // in the order of strings it has been passed, in the other not
		{[]string{"/usr/lib/", "/usr/lib-x"}, "/usr/lib/a", false},
	} {
		var o order
		for _, name := range tt.names {
			o.see(name)
		}
		if got := o.passed(tt.passed); got != tt.want {
			t.Errorf("after %v, %s has been passed: %v, want %v", tt.names, tt.passed, got, tt.want)
		}
	}
}

// Whatever is sent as a layer, reading it ends without a panic.
func FuzzRead(f *testing.F) {
	plain := archive(f, []testEntry{{name: "bin", kind: Symlink, link: "usr/bin"}, {name: "usr/bin/curl", kind: File, exec: true},
		{name: "usr/bin/py", kind: Hardlink, link: "usr/bin/curl"}, {name: ".wh.x", kind: File}, {name: "a/.wh..wh..opq", kind: File}})
	for _, encode := range encodings {
		f.Add(encode(f, plain))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		index := New(100, 10_000)
		layer := index.Layer("")
		fs := index.Stack(layer)
		fs.Ask("/usr/bin/curl")
		if err := layer.Read(t.Context(), nil, opener(b), nil); err == nil {
			if _, err := fs.LookPath(t.Context(), []string{"/usr/bin", "/bin"}, "curl", Root); err != nil {
				t.Errorf("after the whole layer: %v", err)
			}
		}
	})
}

// Reading stops once enough is known, which is asked for each file that was asked for; what has been
// seen by then is certain, though the archive is in no order.
func TestEnough(t *testing.T) {
	t.Parallel()
	layer := archive(t, []testEntry{{name: "x", kind: File}, {name: "bin", kind: Dir}, {name: "bin/sh", kind: File}, {name: "bin/p", kind: File, exec: true}, {name: "a", kind: File}})
	index := New(0, 0)
	l := index.Layer("")
	fs := index.Stack(l)
	fs.Ask("/bin/p")
	fs.Ask("/bin/sh")
	calls := 0
	if err := l.Read(t.Context(), nil, opener(layer), func() bool { calls++; return calls == 2 }); err != nil {
		t.Fatal(err)
	}
	kind, err := fs.Stat("/bin/p")
	if kind != File || err != nil || calls != 2 || l.Whole() || len(fs.Assumed()) > 0 {
		t.Errorf("%v, %v after %d calls, whole %v", kind, err, calls, l.Whole())
	}
	if kind, err := fs.Stat("/a"); !errors.As(err, new(UnreadError)) {
		t.Errorf("%v, %v, want an UnreadError", kind, err)
	}
}

// The order of an archive is relied on once so much of it has been read.
func TestTrial(t *testing.T) {
	t.Parallel()
	layer := archive(t, []testEntry{{name: "a", kind: File}, {name: "c", kind: File}, {name: "d", kind: File}})
	for trial, whole := range map[int64]bool{0: false, int64(len(layer)): false, int64(len(layer)) + 1: true} {
		index := New(0, 0)
		index.trial = trial
		l := index.Layer("")
		fs := index.Stack(l)
		fs.Ask("/b")
		if err := l.Read(t.Context(), fs, opener(layer), nil); err != nil || l.Whole() != whole {
			t.Errorf("after %d of %d bytes: %v, whole %v, want %v", trial, len(layer), err, l.Whole(), whole)
		}
	}
}

// Entries land where a runtime would put them that unpacks the archive in its order.
func TestLanding(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entries []testEntry
		path    string
		want    Kind
	}{
		"a directory becomes a link":           {[]testEntry{{name: "a/b/x", kind: File}, {name: "a", kind: Symlink, link: "c"}, {name: "a/b/p", kind: File}}, "/c/b/p", File},
		"a hard link to a link to a directory": {[]testEntry{{name: "l", kind: Symlink, link: "d"}, {name: "h", kind: Hardlink, link: "l"}, {name: "h/p", kind: File}}, "/d/p", File},
		"a hard link through a link":           {[]testEntry{{name: "l", kind: Symlink, link: "d"}, {name: "d/p", kind: File}, {name: "h", kind: Hardlink, link: "l/p"}}, "/h", File},
		"a hard link to a directory":           {[]testEntry{{name: "d", kind: Dir}, {name: "h", kind: Hardlink, link: "d"}}, "/h", Hardlink},
		"a hard link below a file":             {[]testEntry{{name: "f", kind: File}, {name: "h", kind: Hardlink, link: "f/x"}}, "/h", None},
		"below a file":                         {[]testEntry{{name: "f", kind: File}, {name: "f/x", kind: File}}, "/f/x", None},
		"a whiteout without a name":            {[]testEntry{{name: "d/.wh.", kind: File}}, "/d", Dir},
		"a whiteout of its own directory":      {[]testEntry{{name: "d/p", kind: File}, {name: "d/.wh..", kind: File}, {name: "d/.wh...", kind: File}}, "/d/p", File},
		"up and out":                           {[]testEntry{{name: "../../p", kind: File}}, "/p", File},
	} {
		if got, err := stack(t, tt.entries).Stat(tt.path); got != tt.want || err != nil {
			t.Errorf("%s: %s is %v, %v, want %v", name, tt.path, got, err, tt.want)
		}
	}
}

// What is kept of a layer is bounded, whatever it holds.
func TestBounds(t *testing.T) {
	t.Parallel()
	links, files, hard := []testEntry{}, []testEntry{}, []testEntry{{name: "f", kind: File}}
	for i := range 10 {
		links = append(links, testEntry{name: fmt.Sprint(i), kind: Symlink, link: "target"})
		files = append(files, testEntry{name: fmt.Sprint(i), kind: File})
		hard = append(hard, testEntry{name: fmt.Sprint(i), kind: Hardlink, link: "f"})
	}
	const link = 64 + len("target")
	for _, tt := range []struct {
		entries      []testEntry
		names, links int
		want         error
		kept         int // names
	}{
		{links, 5, 10 * link, nil, 10},
		{links, 5, 10*link - 1, ErrTooManyLinks, 9},
		{files, 5, 1, nil, 5},
		{files, 10, 1, nil, 10},
		{hard, 11, 1, nil, 11}, // each is its file
	} {
		l := New(tt.names, tt.links).Layer("")
		err := l.Read(t.Context(), nil, opener(archive(t, tt.entries)), nil)
		if !errors.Is(err, tt.want) || len(l.names) != tt.kept || l.lossy != (tt.kept == tt.names && len(tt.entries) > tt.names) {
			t.Errorf("room for %d names and %d bytes of links: %v, %d names, lossy %v; want %v, %d", tt.names, tt.links, err, len(l.names), l.lossy, tt.want, tt.kept)
		}
	}
}

// One layer's links do not keep another from being read: those of layers that were read are given up,
// and found again by reading again.
func TestLinksOfManyLayers(t *testing.T) {
	t.Parallel()
	index := New(-1, 15*linkSize("target"))
	var stored [][]byte
	var layers []*Layer
	for i := range 4 {
		entries := []testEntry{{name: fmt.Sprintf("%d/target", i), kind: File}}
		for j := range 10 {
			entries = append(entries, testEntry{name: fmt.Sprintf("%d/%d", i, j), kind: Symlink, link: "target"})
		}
		stored, layers = append(stored, archive(t, entries)), append(layers, index.Layer(""))
	}
	fs := index.Stack(layers...)
	fs.Ask("/0/0")
	read := func(i int) {
		if err := layers[i].Read(t.Context(), nil, opener(stored[i]), nil); err != nil {
			t.Fatal(err)
		}
	}
	for i := range layers {
		read(i)
	}
	for _, p := range []string{"/0/0", "/1/1", "/2/2", "/0/3"} {
		var unread UnreadError
		reads := 0
		kind, err := fs.Stat(p)
		for ; errors.As(err, &unread) && reads < 10; kind, err = fs.Stat(p) {
			read(unread.Layer)
			reads++
		}
		if kind != File || err != nil {
			t.Errorf("%s is %v, %v, after %d more reads", p, kind, err, reads)
		}
	}
}

func TestNoArchive(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"web page": bytes.Repeat([]byte("<html>"), 1000), "bzip2": append([]byte("BZh9"), make([]byte, 1000)...), "noise": bytes.Repeat([]byte{1, 2, 3}, 1000),
	} {
		if err := New(0, 0).Layer("").Read(t.Context(), nil, opener(b), nil); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want %v", name, err, ErrFormat)
		}
	}
}
