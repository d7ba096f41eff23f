package rootfs

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// MaxUnpacked bounds the size of a layer's archive, in bytes: 20 GB of zeros take 0.7 MB of zstd.
const MaxUnpacked = 20 << 30

var maxUnpacked int64 = MaxUnpacked // tests set it

// maxZstdWindow bounds the memory that a zstd frame may ask for: the largest window of zstd --long.
const maxZstdWindow = 128 << 20

// Errors of [Read], besides [ErrTooManyFiles] and those of reading.
var (
	// ErrDigest says that a layer's content doesn't have the layer's digest.
	ErrDigest = errors.New("its content doesn't match its digest")

	// ErrFormat says that a layer isn't an archive in a form that runtimes unpack.
	ErrFormat = errors.New("it isn't a tar archive, plain or compressed with gzip or zstd")

	// ErrTooLarge says that the archives of an image's layers are larger than [MaxUnpacked].
	ErrTooLarge = fmt.Errorf("with it, the image unpacks to more than %d GiB", MaxUnpacked>>30)
)

// Read reads a layer as it's stored to its end. It must have that digest, "sha256:…"; "" takes any.
func Read(ctx context.Context, stored io.Reader, digest string) (*Layer, error) {
	sum := sha256.New()
	stored = io.TeeReader(stored, sum)
	plain, err := decompress(stored)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	limited := &io.LimitedReader{R: plain, N: maxUnpacked}
	l := newLayer()
	err = l.entries(ctx, tar.NewReader(limited))
	l.Unpacked = maxUnpacked - limited.N
	switch {
	case limited.N == 0:
		return nil, ErrTooLarge
	case err != nil:
		return nil, err
	}
	if _, err := io.Copy(io.Discard, stored); err != nil { // what's behind the archive
		return nil, err
	}
	if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); digest != "" && got != digest {
		return nil, ErrDigest
	}
	return l, nil
}

func (l *Layer) entries(ctx context.Context, archive *tar.Reader) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // the header is valid then
			return err
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		r := record{meta: meta{kind: kindOf(h), mode: uint16(h.Mode & 0o777), uid: uint32(h.Uid), gid: uint32(h.Gid)}}
		switch r.kind {
		case symlink:
			r.extra = &extra{link: h.Linkname}
		case File:
			if r.extra, err = keep(archive, h); err != nil {
				return err
			}
		}
		if err := l.add(h, r); err != nil {
			return err
		}
	}
}

// headSize is how much of a program is read: enough for the program headers and the interpreter's name,
// which linkers put first.
const headSize = 4 << 10

// keep reads what's kept of a file: what a program is, and the content of a few small files.
func keep(r io.Reader, h *tar.Header) (*extra, error) {
	size := contentSize(path.Base(path.Clean("/" + h.Name)))
	program := h.Mode&0o111 != 0
	if size == 0 && !program {
		return nil, nil //nolint:nilnil // most files are neither
	}
	head := make([]byte, min(cmp.Or(size, headSize), h.Size))
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	x := &extra{}
	if program {
		x.program = programOf(head)
	}
	if size > 0 {
		x.content, x.whole = head, int64(len(head)) == h.Size
	}
	return x, nil
}

// contentSize is how many bytes are kept of a file with that name: of users and groups, and of what configures
// Python and pip. Links may lead to them, so their directory doesn't matter.
func contentSize(base string) int64 {
	switch {
	case base == "passwd", base == "group":
		return 4 << 20
	case base == "pyvenv.cfg", base == "pip.conf", base == "os-release", strings.HasSuffix(base, ".pth"):
		return 64 << 10
	}
	return 0
}

func kindOf(h *tar.Header) Kind {
	switch h.Typeflag {
	case tar.TypeDir:
		return Dir
	case tar.TypeSymlink:
		return symlink
	case tar.TypeReg, tar.TypeGNUSparse:
		return File
	}
	return other
}

// decompress opens a layer by its first bytes, as runtimes do, since some builders get its media type
// wrong.
func decompress(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	magic, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		zr, err := gzip.NewReader(br)
		if err != nil {
			return nil, err // never zr, which is a nil pointer then
		}
		return zr, nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}),
		len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18}):
		// The second is a skippable frame (RFC 8878, 3.1.2).
		zr, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, err
		}
		return zr.IOReadCloser(), nil
	}
	// All archives but those from before 1988 have "ustar" at a place of its own.
	block, err := br.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(block) == 512 && !bytes.Equal(block[257:262], []byte("ustar")) && bytes.IndexFunc(block, func(r rune) bool { return r != 0 }) >= 0 {
		return nil, ErrFormat
	}
	return io.NopCloser(br), nil
}
