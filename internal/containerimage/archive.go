package containerimage

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow bounds the memory that a zstd frame may ask for: as much as
// zstd --long, its command line's largest window without further options.
const maxZstdWindow = 128 << 20

// decompress opens a layer by its first bytes, as runtimes do, rather than by
// its media type, which some builders get wrong.
func decompress(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	magic, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return gzip.NewReader(br)
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
	return io.NopCloser(br), nil
}

// readTar takes in a layer's archive from r until its end, or until enough
// says that nothing in it can matter any more; then it reports true. At the
// end it reads r to its end too, past what the archive needs, so that whoever
// verifies r's digest has seen all of it.
func readTar(r io.Reader, s *scan, enough func() bool) (stopped bool, err error) {
	plain, err := decompress(r)
	if err != nil {
		return false, err
	}
	defer plain.Close()
	tr := tar.NewReader(plain)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // the header is valid then
			return false, err
		}
		if err := s.add(h.Name, tarKind(h), h.Linkname); err != nil {
			return false, err
		}
		if s.hit {
			s.hit = false
			if enough() {
				return true, nil
			}
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return false, err
	}
	s.finish()
	return false, nil
}

func tarKind(h *tar.Header) kind {
	switch h.Typeflag {
	case tar.TypeDir:
		return kindDir
	case tar.TypeSymlink:
		return kindSymlink
	case tar.TypeLink:
		return kindHardlink
	case tar.TypeReg, tar.TypeGNUSparse:
		return fileKind(h.Mode)
	}
	return kindOther
}

func fileKind(mode int64) kind {
	if mode&0o111 != 0 {
		return kindExec
	}
	return kindPlain
}

// eStargz, as containerd's stargz-snapshotter documents it
// (docs/estargz.md): a gzip layer whose last gzip member is empty and carries,
// in its header's extra field, the offset of another member, a tar archive
// that begins with the table of contents.
const (
	// tocDigestAnnotation, on the layer's descriptor, is the digest of the
	// table of contents. The manifest is verified, so it vouches for the table.
	tocDigestAnnotation = "containerd.io/snapshot/stargz/toc.digest"

	tocName       = "stargz.index.json"
	tocFooterSize = 51
	tocMagic      = "STARGZ"

	// maxTOCEntry bounds what one entry of the table may take, in bytes. An
	// entry holds a path, a link's target and extended attributes.
	maxTOCEntry = 4 << 20
)

var errNoTOC = errors.New("no table of contents")

// tocOffset reads the footer of an eStargz layer.
func tocOffset(footer []byte) (int64, error) {
	zr, err := gzip.NewReader(bytes.NewReader(footer))
	if err != nil {
		return 0, errNoTOC
	}
	// "SG", the length 22 in two bytes, 16 hexadecimal digits, the magic.
	extra := zr.Extra
	if len(extra) != 26 || string(extra[:4]) != "SG\x16\x00" || string(extra[20:]) != tocMagic {
		return 0, errNoTOC
	}
	off, err := strconv.ParseInt(string(extra[4:20]), 16, 64)
	if err != nil {
		return 0, errNoTOC
	}
	return off, nil
}

// readTOC takes in a layer's table of contents, entry by entry. What it took
// in may be used only when it returns no error: the table has the digest want.
func readTOC(r io.Reader, want string, s *scan) error {
	zr, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	zr.Multistream(false)
	tr := tar.NewReader(zr)
	h, err := tr.Next()
	if err != nil {
		return err
	}
	if h.Name != tocName {
		return errNoTOC
	}
	sum := sha256.New()
	table := io.TeeReader(tr, sum)
	if err := newTOCDecoder(table).entries(s); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, table); err != nil {
		return err
	}
	if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("table of contents has digest %s, the manifest says %s", got, want)
	}
	s.finish()
	return nil
}

// tocDecoder reads a table of contents in JSON, and holds one entry at a time.
type tocDecoder struct {
	*json.Decoder
	leash *leash
}

func newTOCDecoder(r io.Reader) *tocDecoder {
	l := &leash{r: r}
	return &tocDecoder{json.NewDecoder(l), l}
}

// entries takes them in.
func (dec *tocDecoder) entries(s *scan) error {
	if err := dec.expect(json.Delim('{')); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if key != "entries" {
			var skipped json.RawMessage
			if err := dec.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		if err := dec.expect(json.Delim('[')); err != nil {
			return err
		}
		for dec.More() {
			var e struct {
				Name     string `json:"name"`
				Type     string `json:"type"`
				Mode     int64  `json:"mode"`
				LinkName string `json:"linkName"`
			}
			if err := dec.Decode(&e); err != nil {
				return err
			}
			dec.leash.seen = 0
			k := kindOther
			switch e.Type {
			case "chunk": // more of the file before it
				continue
			case "dir":
				k = kindDir
			case "reg":
				k = fileKind(e.Mode)
			case "symlink":
				k = kindSymlink
			case "hardlink":
				k = kindHardlink
			}
			if err := s.add(e.Name, k, e.LinkName); err != nil {
				return err
			}
		}
		if err := dec.expect(json.Delim(']')); err != nil {
			return err
		}
	}
	return dec.expect(json.Delim('}'))
}

func (dec *tocDecoder) expect(want json.Delim) error {
	got, err := dec.Token()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("table of contents: %v where %v should be", got, want)
	}
	return nil
}

// leash keeps a JSON decoder, which holds a value until it is whole, from
// holding more than maxTOCEntry.
type leash struct {
	r    io.Reader
	seen int
}

func (l *leash) Read(p []byte) (int, error) {
	if l.seen > maxTOCEntry {
		return 0, errors.New("table of contents: an entry is too long")
	}
	n, err := l.r.Read(p)
	l.seen += n
	return n, err
}
