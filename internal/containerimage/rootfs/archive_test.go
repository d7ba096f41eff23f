package rootfs

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv/layertest"
)

// encodings are the ways in which a layer's archive is stored.
var encodings = map[string]func([]byte) []byte{"tar": slices.Clone[[]byte], "gzip": layertest.Gzip, "zstd": layertest.Zstd}

func TestDigest(t *testing.T) {
	t.Parallel()
	for encoding, encode := range encodings {
		stored := encode(lines{"bin/curl*"}.Tar())
		stored = append(stored, make([]byte, 100_000)...) // what's behind an archive counts
		if encoding == "zstd" {
			stored = stored[:len(stored)-100_000]
		}
		sum := sha256.Sum256(stored)
		for digest, want := range map[string]error{"sha256:00": ErrDigest, "sha256:" + hex.EncodeToString(sum[:]): nil} {
			if encoding == "gzip" && want == nil {
				continue // gzip takes no zeros for a member
			}
			l, err := Read(t.Context(), bytes.NewReader(stored), digest)
			if !errors.Is(err, want) && encoding != "gzip" || want == nil && (err != nil || Stack(l).Stat("/bin/curl") != File) {
				t.Errorf("%s, %s: %v, want %v", encoding, digest, err, want)
			}
		}
	}
}

// Whatever is sent as a layer, reading it ends without a panic.
func FuzzRead(f *testing.F) {
	plain := lines{"bin -> usr/bin", "usr/bin/curl*", "usr/bin/py = usr/bin/curl", ".wh.x", "a/.wh..wh..opq"}.Tar()
	for _, encode := range encodings {
		f.Add(encode(plain))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := Read(t.Context(), bytes.NewReader(b), ""); err == nil {
			fs := Stack(l)
			fs.LookPath([]string{"/usr/bin", "/bin"}, "curl", Root)
			fs.List("/bin")
		}
	})
}

// Entries land where containerd puts them, and are refused where it refuses them.
func TestLanding(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entries lines
		path    string
		want    Kind
		refused bool
	}{
		"a directory becomes a link":           {lines{"a/b/x", "a -> c", "a/b/p"}, "/c/b/p", File, false},
		"a hard link to a link to a directory": {lines{"l -> d", "h = l", "h/p"}, "/d/p", File, false},
		"a hard link through a link":           {lines{"l -> d", "d/p", "h = l/p"}, "/h", File, false},
		"a whiteout without a name":            {lines{"d/.wh."}, "/d", Dir, true},
		"a whiteout of its own directory":      {lines{"d/p", "d/.wh.."}, "/d/p", File, true},
		"up and out":                           {lines{"../../p"}, "/p", File, false},
	} {
		l := layerOf(t, tt.entries)
		if got := Stack(l).Stat(tt.path); got != tt.want || (l.Refused != "") != tt.refused {
			t.Errorf("%s: %s is %v, refused %q; want %v, refused %v", name, tt.path, got, l.Refused, tt.want, tt.refused)
		}
	}
}

// endless is a layer with so many entries.
func endless(n int, entry func(i int) *tar.Header) io.Reader {
	r, w := io.Pipe()
	go func() {
		buffered := bufio.NewWriterSize(w, 1<<20)
		archive := tar.NewWriter(buffered)
		var err error
		for i := 0; i < n && err == nil; i++ {
			err = archive.WriteHeader(entry(i))
		}
		_ = w.CloseWithError(errors.Join(err, archive.Close(), buffered.Flush()))
	}()
	return r
}

// A million files, as in /usr/lib/python3.11/site-packages, take less than 350 MB.
func TestMillionFiles(t *testing.T) {
	const million = 1_000_000
	before := heap()
	most := uint64(0)
	layer, err := Read(t.Context(), endless(million, func(i int) *tar.Header {
		if i%100_000 == 0 {
			most = max(most, heap())
		}
		return &tar.Header{Name: fmt.Sprintf("usr/lib/python3.11/site-packages/distribution_%04d/package/module_%d.py", i/100, i), Mode: 0o644}
	}), "")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	t.Logf("%d MB on the heap while reading, %d MB after it; %d MB by its own account", (most-before)>>20, (heap()-before)>>20, layer.Memory>>20)
	if most-before > 350_000_000 {
		t.Errorf("%d bytes were on the heap", most-before)
	}
	runtime.KeepAlive(layer)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What's kept of a layer is bounded, and so is what's unpacked of it.
func TestBounds(t *testing.T) {
	memory := maxMemory
	maxMemory = 10 << 20
	defer func() { maxMemory = memory }()
	links := endless(math.MaxInt, func(i int) *tar.Header {
		return &tar.Header{Name: fmt.Sprintf("%090d", i), Linkname: fmt.Sprintf("%090d", i), Typeflag: tar.TypeSymlink}
	})
	if _, err := Read(t.Context(), links, ""); !errors.Is(err, ErrTooManyFiles) {
		t.Errorf("links without end: %v, want %v", err, ErrTooManyFiles)
	}
	limit := maxUnpacked
	maxUnpacked = 1 << 20
	defer func() { maxUnpacked = limit }()
	zeros := layertest.Zstd(lines{"zeros < " + strings.Repeat("\x00", 2<<20)}.Tar())
	if _, err := Read(t.Context(), bytes.NewReader(zeros), ""); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d bytes of zeros: %v, want %v", len(zeros), err, ErrTooLarge)
	}
}

func TestNoArchive(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"web page": bytes.Repeat([]byte("<html>"), 1000), "bzip2": append([]byte("BZh9"), make([]byte, 1000)...), "noise": bytes.Repeat([]byte{1, 2, 3}, 1000),
	} {
		if _, err := Read(t.Context(), bytes.NewReader(b), ""); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want %v", name, err, ErrFormat)
		}
	}
	cut := lines{"0755 0:0 d/p < " + strings.Repeat("x", 600)}.Tar()
	for _, at := range []int{513, 1000} {
		if _, err := Read(t.Context(), bytes.NewReader(cut[:at]), ""); err == nil {
			t.Errorf("cut at %d of %d bytes, it's no error", at, len(cut))
		}
	}
}

// Programs say what they are in their first bytes.
func TestProgram(t *testing.T) {
	t.Parallel()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		testenv.Missing(t, "/proc", "run the test on Linux")
	}
	if p := programOf(self[:headSize]); p.Form != elfProgram || !p.RunsOn(runtime.GOARCH) || p.RunsOn("s390x") {
		t.Errorf("this program is %+v", p)
	}
	sh, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	if p := programOf(sh[:headSize]); p.Form != elfProgram || !strings.HasPrefix(p.Interpreter, "/") {
		t.Errorf("sh is %+v", p)
	}
	for head, want := range map[string]Program{
		"": {Form: Empty}, "#! /bin/sh -e\nx": {Form: Script, Interpreter: "/bin/sh"}, "#!": {Form: Script}, "text": {}, "\x7fELF": {},
	} {
		if got := programOf([]byte(head)); got != want {
			t.Errorf("%q is %+v, want %+v", head, got, want)
		}
	}
}
