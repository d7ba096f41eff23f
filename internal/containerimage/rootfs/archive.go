package rootfs

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow bounds the memory that a zstd frame may ask for: as much as zstd --long, its command
// line's largest window without further options.
const maxZstdWindow = 128 << 20

// maxContent bounds what is kept of a file, in bytes.
const maxContent = 64 << 10

// Errors of [Layer.Read].
var (
	// ErrDigest says that a layer's content does not have the layer's digest.
	ErrDigest = errors.New("its content does not have the digest that the manifest says")

	// ErrFormat says that a layer is no archive in a form that runtimes unpack.
	ErrFormat = errors.New("it is not a tar archive, plain or compressed with gzip or zstd")
)

// Opener opens a layer as it is stored, from the given offset in bytes.
type Opener func(ctx context.Context, offset int64) (io.ReadCloser, error)

// Read reads the layer on, from where it stopped, until its end; until it is past everything that
// was asked of fs, when the archive is in order; or until enough, which is asked whenever something
// that was asked for has been seen, reports true. Both fs and enough may be nil.
//
// A layer that has been read to its end is read again from its beginning.
func (l *Layer) Read(ctx context.Context, fs *FS, open Opener, enough func() bool) (err error) {
	r := l.reading
	if r == nil {
		r = &reading{stored: source{sum: sha256.New()}}
		l.index.mu.Lock()
		r.scan = l.begin()
		l.index.mu.Unlock()
	}
	l.reading, r.stored.ctx, r.stored.open = nil, ctx, open
	defer func() { r.leave(err) }()
	if r.archive == nil {
		if r.plain, err = decompress(&r.stored); err != nil {
			return err
		}
		r.archive = tar.NewReader(r.plain)
	}
	return r.entries(ctx, fs, enough)
}

// reading is a layer in the course of being read.
type reading struct {
	*scan
	stored  source
	plain   io.ReadCloser // stored, decompressed; nil before it was opened
	archive *tar.Reader
}

// leave closes the connection, and keeps what is needed to read on later. What a zstd decoder holds
// is too much to be kept: such a layer is read again.
func (r *reading) leave(err error) {
	_ = r.stored.Close()
	if _, large := r.plain.(zstdReader); err == nil && !r.whole && !large {
		r.reading = r
		return
	}
	if r.plain != nil {
		_ = r.plain.Close()
	}
}

// entries takes in the entries of the archive.
func (r *reading) entries(ctx context.Context, fs *FS, enough func() bool) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h, err := r.archive.Next()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // the header is valid then
			return err
		}
		asked, passed, err := r.take(fs, h)
		if err != nil {
			return err
		}
		if passed || asked && enough != nil && enough() {
			return nil
		}
	}
}

// take takes in one entry. It reports whether it is one that was asked for, and whether everything
// that was asked of fs is behind.
func (r *reading) take(fs *FS, h *tar.Header) (asked, passed bool, err error) {
	e := Entry{Name: h.Name, Link: h.Linkname, Meta: Meta{Kind: kindOf(h),
		Mode: uint16(h.Mode & 0o777), UID: uint32(h.Uid), GID: uint32(h.Gid)}}
	var head []byte
	var wanted bool
	if e.Kind == File {
		if head, wanted, err = r.head(h); err != nil {
			return false, false, err
		}
		e.Script = bytes.HasPrefix(head, []byte("#!"))
	}
	x := r.index
	x.mu.Lock()
	defer x.mu.Unlock()
	r.at = ""
	if err := r.add(e); err != nil {
		return false, false, err
	}
	k := x.key(r.at)
	if wanted && x.wants(r.at, k) {
		r.contents[k] = head
	}
	_, asked = x.asked[k]
	return asked && e.Kind != Dir, fs != nil && r.stored.offset >= x.trial && r.order.passedAll(fs.last), nil
}

// head reads the beginning of a file: two bytes of a program, and what is kept of content where a file
// of that name is wanted; where this one lands is not known yet.
func (r *reading) head(h *tar.Header) (head []byte, wanted bool, err error) {
	n := int64(0)
	if h.Mode&0o111 != 0 {
		n = 2
	}
	r.index.mu.Lock()
	wanted = len(r.index.content[path.Base(h.Name)]) > 0
	r.index.mu.Unlock()
	if wanted {
		n = maxContent
	}
	head = make([]byte, min(n, h.Size))
	_, err = io.ReadFull(r.archive, head)
	return head, wanted, err
}

// finish reads the layer past what the archive needs, verifies its digest, and says that all of it
// is known.
func (r *reading) finish() error {
	if _, err := io.Copy(io.Discard, &r.stored); err != nil {
		return err
	}
	r.index.mu.Lock()
	defer r.index.mu.Unlock()
	if got := "sha256:" + hex.EncodeToString(r.stored.sum.Sum(nil)); r.digest != "" && got != r.digest {
		r.forget()
		return fmt.Errorf("%w (it has %s)", ErrDigest, got)
	}
	r.whole = true
	return nil
}

func kindOf(h *tar.Header) Kind {
	switch h.Typeflag {
	case tar.TypeDir:
		return Dir
	case tar.TypeSymlink:
		return Symlink
	case tar.TypeLink:
		return Hardlink
	case tar.TypeReg, tar.TypeGNUSparse:
		return File
	}
	return Other
}

// source reads a layer as it is stored, over as many connections as it takes.
type source struct {
	ctx    context.Context // of the Read under way
	open   Opener
	rc     io.ReadCloser // nil when none is open
	offset int64
	sum    hash.Hash
}

// Read implements [io.Reader].
func (s *source) Read(p []byte) (int, error) {
	if s.rc == nil {
		rc, err := s.open(s.ctx, s.offset)
		if err != nil {
			return 0, err
		}
		s.rc = rc
	}
	n, err := s.rc.Read(p)
	s.offset += int64(n)
	s.sum.Write(p[:n])
	return n, err
}

// Close implements [io.Closer]. Reading on opens it again.
func (s *source) Close() error {
	if s.rc == nil {
		return nil
	}
	rc := s.rc
	s.rc = nil
	return rc.Close()
}

// zstdReader tells a zstd decoder from others.
type zstdReader struct{ io.ReadCloser }

// decompress opens a layer by its first bytes, as runtimes do, rather than by its media type, which
// some builders get wrong.
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
			return nil, err // never zr, which is a nil pointer then, and no nil reader
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
		return zstdReader{zr.IOReadCloser()}, nil
	}
	return plainTar(br)
}

// plainTar is br, if its first block can be a tar header or the end of an archive: "ustar" stands at
// a place of its own in all but archives from before 1988.
func plainTar(br *bufio.Reader) (io.ReadCloser, error) {
	block, err := br.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(block) == 512 && !bytes.Equal(block[257:262], []byte("ustar")) && bytes.IndexFunc(block, func(r rune) bool { return r != 0 }) >= 0 {
		return nil, ErrFormat
	}
	return io.NopCloser(br), nil
}
