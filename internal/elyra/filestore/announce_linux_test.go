package filestore_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// TestAnnouncesModification: each write ends with the one event that every watchdog from 2.1.3 to
// 7.1 reports as a modification, for the instance's own name and after it got that name.
func TestAnnouncesModification(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "changed", string(elyra.NewDocument(image("changed")).Encode()))
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	changed := image("changed")
	changed.Description = "changed"
	for name, write := range map[string]func() error{
		"created": func() error { _, err := create(store, image("created")); return err },
		"changed": func() error { _, err := update(store, changed); return err },
	} {
		got := events(t, filepath.Dir(instancePath(dir, "x")), name+".json", write)
		arrived := slices.IndexFunc(got, func(mask uint32) bool { return mask&(unix.IN_MOVED_TO|unix.IN_CREATE) != 0 })
		modified := slices.Index(got, uint32(unix.IN_MODIFY))
		if arrived < 0 || modified < arrived {
			t.Errorf("%s: got events %#x, want IN_MODIFY after the name is there", name, got)
		}
	}
}

// events returns what the kernel reports of a directory's file while f runs.
func events(t *testing.T, dir, file string, f func() error) (masks []uint32) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_ALL_EVENTS); err != nil {
		t.Fatal(err)
	}
	if err := f(); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, os.Getpagesize())
	n, err := unix.Read(fd, buffer)
	if err != nil {
		t.Fatal(err)
	}
	for rest := buffer[:n]; len(rest) > 0; {
		mask, length := binary.NativeEndian.Uint32(rest[4:]), binary.NativeEndian.Uint32(rest[12:])
		end := unix.SizeofInotifyEvent + int(length)
		if name, _, _ := bytes.Cut(rest[unix.SizeofInotifyEvent:end], []byte{0}); string(name) == file {
			masks = append(masks, mask)
		}
		rest = rest[end:]
	}
	return masks
}
