// Package layertest writes the archives of container image layers for tests: [Lines].
package layertest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Lines are a layer, a line for each entry of its archive, with the signs that "ls -F" has for files:
//
//	usr/bin/            a directory
//	usr/bin/curl*       a program for linux/amd64
//	usr/share/doc       a file that isn't
//	bin -> usr/bin      a symbolic link
//	usr/bin/py = a/b    a hard link
//	usr/bin/py!         an executable script
//	run/fifo|           a FIFO
//	etc/group < x:…     a file with that content
//	0700 1:2 root/      any of those with a mode and an owner
//
// Whiteouts are written as what they are, files called .wh.something.
type Lines []string

// Tar is the layer's archive.
func (l Lines) Tar() []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, line := range l {
		h, content := entry(line)
		err := w.WriteHeader(h)
		_, errContent := w.Write([]byte(content))
		if errors.Join(err, errContent) != nil {
			panic(line)
		}
	}
	_ = w.Close() // to memory
	return b.Bytes()
}

var owned = regexp.MustCompile(`^([0-7]{4}) (\d+):(\d+) `)

func entry(line string) (h *tar.Header, content string) {
	owner := owned.FindStringSubmatch(line)
	if owner != nil {
		line = line[len(owner[0]):]
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
	} else if at, ok := strings.CutSuffix(line, "|"); ok {
		h.Name, h.Typeflag = at, tar.TypeFifo
	} else if at, ok := strings.CutSuffix(line, "*"); ok {
		h.Name, h.Mode, content = at, 0o755, Program(elf.EM_X86_64, "")
	} else if at, ok := strings.CutSuffix(line, "!"); ok {
		h.Name, h.Mode, content = at, 0o755, "#!/bin/sh\n"
	} else if !strings.Contains(line, ".wh.") {
		content = "txt"
	}
	if owner != nil {
		h.Mode, _ = strconv.ParseInt(owner[1], 8, 32)
		h.Uid, _ = strconv.Atoi(owner[2])
		h.Gid, _ = strconv.Atoi(owner[3])
	}
	h.Size = int64(len(content))
	return h, content
}

// Program is the beginning of a program for a processor, with an interpreter if it isn't "".
func Program(machine elf.Machine, interpreter string) string {
	var b bytes.Buffer
	h := elf.Header64{Machine: uint16(machine), Phoff: 64, Phentsize: 56}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB)
	if interpreter != "" {
		h.Phnum = 1
		interpreter += "\x00"
	}
	_ = binary.Write(&b, binary.LittleEndian, h)
	if interpreter != "" {
		_ = binary.Write(&b, binary.LittleEndian, elf.Prog64{Type: uint32(elf.PT_INTERP), Off: 120, Filesz: uint64(len(interpreter))})
	}
	return b.String() + interpreter
}

// Gzip compresses an archive.
func Gzip(archive []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(archive)
	_ = w.Close() // to memory
	return b.Bytes()
}

// Zstd compresses an archive.
func Zstd(archive []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return w.EncodeAll(archive, nil)
}
