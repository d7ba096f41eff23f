package rootfs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
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

func TestDigest(t *testing.T) {
	t.Parallel()
	for encoding, encode := range encodings {
		stored := encode(t, archive(t, []testEntry{{name: "bin/curl", kind: File, exec: true}}))
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
	plain := archive(f, []testEntry{{name: "bin", kind: symlink, link: "usr/bin"}, {name: "usr/bin/curl", kind: File, exec: true, content: "\x7fELF"},
		{name: "usr/bin/py", hard: true, link: "usr/bin/curl"}, {name: ".wh.x", kind: File}, {name: "a/.wh..wh..opq", kind: File}})
	for _, encode := range encodings {
		f.Add(encode(f, plain))
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
		entries []testEntry
		path    string
		want    Kind
		refused bool
	}{
		"a directory becomes a link":           {[]testEntry{{name: "a/b/x", kind: File}, {name: "a", kind: symlink, link: "c"}, {name: "a/b/p", kind: File}}, "/c/b/p", File, false},
		"a hard link to a link to a directory": {[]testEntry{{name: "l", kind: symlink, link: "d"}, {name: "h", hard: true, link: "l"}, {name: "h/p", kind: File}}, "/d/p", File, false},
		"a hard link through a link":           {[]testEntry{{name: "l", kind: symlink, link: "d"}, {name: "d/p", kind: File}, {name: "h", hard: true, link: "l/p"}}, "/h", File, false},
		"a hard link to a directory":           {[]testEntry{{name: "d", kind: Dir}, {name: "h", hard: true, link: "d"}}, "/h", None, true},
		"a hard link to nothing":               {[]testEntry{{name: "h", hard: true, link: "f"}}, "/h", None, true},
		"a hard link to what comes later":      {[]testEntry{{name: "h", hard: true, link: "f"}, {name: "f", kind: File}}, "/h", None, true},
		"below a file":                         {[]testEntry{{name: "f", kind: File}, {name: "f/x", kind: File}}, "/f", File, true},
		"a whiteout without a name":            {[]testEntry{{name: "d/.wh.", kind: File}}, "/d", Dir, true},
		"a whiteout of its own directory":      {[]testEntry{{name: "d/p", kind: File}, {name: "d/.wh..", kind: File}}, "/d/p", File, true},
		"a whiteout behind its file":           {[]testEntry{{name: "d/p", kind: File}, {name: "d/.wh.p", kind: File}}, "/d/p", File, true},
		"a whiteout before its file":           {[]testEntry{{name: "d/.wh.p", kind: File}, {name: "d/p", kind: File}}, "/d/p", File, false},
		"up and out":                           {[]testEntry{{name: "../../p", kind: File}}, "/p", File, false},
	} {
		l := layerOf(t, tt.entries)
		if got := Stack(l).Stat(tt.path); got != tt.want || (l.Refused != "") != tt.refused {
			t.Errorf("%s: %s is %v, refused %q; want %v, refused %v", name, tt.path, got, l.Refused, tt.want, tt.refused)
		}
	}
}

// filler is a layer that goes on and on: a million files, or zeros.
type filler struct {
	next func(i int) []byte
	i    int
	left []byte
}

func (f *filler) Read(p []byte) (int, error) {
	if len(f.left) == 0 {
		if f.left = f.next(f.i); f.left == nil {
			return 0, io.EOF
		}
		f.i++
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}

// block is the entry of an empty file or a symbolic link. Package tar takes ten times as long.
func block(kind Kind, name string) []byte {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x0000000000000\x0000000000000\x00        ")
	b[156] = map[Kind]byte{File: '0', symlink: '2'}[kind]
	copy(b[157:], name)
	copy(b[257:], "ustar\x0000")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// A million files, as in /usr/lib/python3.11/site-packages, take less than 350 MB.
func TestMillionFiles(t *testing.T) {
	const million = 1_000_000
	before := heap()
	most := uint64(0)
	layer, err := Read(t.Context(), &filler{next: func(i int) []byte {
		if i == million {
			return nil
		}
		if i%100_000 == 0 {
			most = max(most, heap())
		}
		return block(File, fmt.Sprintf("usr/lib/python3.11/site-packages/distribution_%04d/package/module_%d.py", i/100, i))
	}}, "")
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
	if _, err := Read(t.Context(), &filler{next: func(i int) []byte { return block(symlink, fmt.Sprintf("%090d", i)) }}, ""); !errors.Is(err, ErrTooManyFiles) {
		t.Errorf("links without end: %v, want %v", err, ErrTooManyFiles)
	}
	limit := maxUnpacked
	maxUnpacked = 1 << 20
	defer func() { maxUnpacked = limit }()
	zeros := encodings["zstd"](t, append(archive(t, []testEntry{{name: "zeros", kind: File, size: 2 << 20}})[:512], make([]byte, 2<<20)...))
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
	cut := archive(t, []testEntry{{name: "d/p", kind: File, exec: true, content: strings.Repeat("x", 600)}})
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
