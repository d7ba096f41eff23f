package filestore

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// specialBits are the bits of a mode's fourth octal digit, least first.
var specialBits = []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid}

// ParseMode reads a mode in octal, such as "755" or "2775".
func ParseMode(octal string) (fs.FileMode, error) {
	bits, err := strconv.ParseUint(octal, 8, 12)
	mode := fs.FileMode(bits).Perm()
	for i, flag := range specialBits {
		if bits>>(9+i)&1 == 1 {
			mode |= flag
		}
	}
	return mode, err
}

// FormatMode writes a mode as chmod reads it, such as "0755" or "2775".
func FormatMode(mode fs.FileMode) string {
	bits := mode.Perm()
	for i, flag := range specialBits {
		if mode&flag != 0 {
			bits |= 1 << (9 + i)
		}
	}
	return fmt.Sprintf("%04o", uint32(bits))
}

// withMode returns what a mode becomes if asked is set: special bits that it has stay, since
// directories inherit the set-group-ID bit.
func withMode(mode, asked fs.FileMode) fs.FileMode {
	return mode&^fs.ModePerm | asked
}

// setMode sets a mode if the file doesn't have it. A mount with fixed modes refuses that; then the
// mode stays.
func setMode(f *os.File, mode fs.FileMode) error {
	info, err := f.Stat()
	if err != nil || withMode(info.Mode(), mode) == info.Mode() {
		return err
	}
	if err := f.Chmod(withMode(info.Mode(), mode)); err != nil && !refused(err) {
		return err
	}
	return nil
}

// modeDrift returns the file of an instance and the directories it is in, if they have other modes
// than the configuration asks for. Windows has no modes.
func (s *Store) modeDrift(path string) (drifts []elyra.ModeDrift) {
	if runtime.GOOS == "windows" {
		return nil
	}
	look := func(path string, want fs.FileMode) {
		if want == 0 {
			return
		}
		if info, err := os.Stat(path); err == nil && withMode(info.Mode(), want) != info.Mode() {
			drifts = append(drifts, elyra.ModeDrift{Path: path, Directory: info.IsDir(), Mode: info.Mode() &^ fs.ModeType, Want: want})
		}
	}
	directory := filepath.Dir(path)
	look(filepath.Dir(directory), s.config.DirectoryPermission)
	look(directory, s.config.DirectoryPermission)
	look(path, s.config.FilePermission)
	return drifts
}
