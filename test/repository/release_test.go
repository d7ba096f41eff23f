//go:build release

package repository

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestAccRelease builds a release, twice, and looks at it as the registries and
// Terraform do. It takes minutes: make test-release runs it.
func TestAccRelease(t *testing.T) {
	h := newHome(t)
	h.newKey(t)
	h.runIn(t, ".", "make release-snapshot")
	_, version, found := strings.Cut(readFile(t, "CHANGELOG.md"), "## ")
	version, _, _ = strings.Cut(version, " ")
	if !found || version == "" {
		t.Fatal("CHANGELOG.md names no release")
	}
	prefix := "terraform-provider-elyra_" + version + "_"
	sums := readFile(t, filepath.Join("dist", prefix+"SHA256SUMS"))

	h.runIn(t, "dist", "gpg --batch --verify "+prefix+"SHA256SUMS.sig "+prefix+"SHA256SUMS")
	t.Run("checksums", func(t *testing.T) { checkSums(t, prefix, sums) })
	t.Run("install", func(t *testing.T) { installFromMirror(t, h, prefix) })
	t.Run("reproducible", func(t *testing.T) {
		h.runIn(t, ".", "umask 077; TZ=Asia/Tokyo make release-snapshot")
		if again := readFile(t, filepath.Join("dist", prefix+"SHA256SUMS")); again != sums {
			t.Errorf("a second build has other checksums:\n%s\nthe first:\n%s", again, sums)
		}
	})
}

// newKey makes a key to sign with, which goes with the home directory.
func (h *home) newKey(t *testing.T) {
	t.Helper()
	directory := t.TempDir()
	must(t, os.Chmod(directory, 0o700))
	h.environment = append(h.environment, "GNUPGHOME="+directory)
	h.runIn(t, ".", "gpg --batch --passphrase '' --quick-generate-key 'A test <test@example.com>' rsa3072 sign never")
	t.Cleanup(func() {
		stop := exec.CommandContext(context.WithoutCancel(t.Context()), "gpgconf", "--kill", "gpg-agent")
		stop.Env = h.environment
		if output, err := stop.CombinedOutput(); err != nil {
			t.Errorf("gpgconf --kill gpg-agent: %v\n%s", err, output)
		}
	})
	listing := h.runIn(t, ".", "gpg --batch --with-colons --list-secret-keys")
	_, fingerprint, _ := strings.Cut(listing, "\nfpr:::::::::")
	fingerprint, _, _ = strings.Cut(fingerprint, ":")
	h.environment = append(h.environment, "GPG_FINGERPRINT="+fingerprint)
}

// checkSums wants each file that the sums list, and nothing else in them than
// archives of one program and the manifest.
func checkSums(t *testing.T, prefix, sums string) {
	t.Helper()
	var platforms []string
	for line := range strings.Lines(sums) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		rest, ours := strings.CutPrefix(name, prefix)
		if !ours {
			t.Errorf("SHA256SUMS lists %q", name)
			continue
		}
		file := filepath.Join("dist", name)
		if rest == "manifest.json" {
			file = "terraform-registry-manifest.json"
		} else {
			platforms = append(platforms, strings.TrimSuffix(rest, ".zip"))
			checkArchive(t, file)
		}
		if actual := fmt.Sprintf("%x", sha256.Sum256([]byte(readFile(t, file)))); actual != sum {
			t.Errorf("%s has the sum %s, and SHA256SUMS says %s", file, actual, sum)
		}
	}
	slices.Sort(platforms)
	want := []string{
		"darwin_amd64", "darwin_arm64", "freebsd_amd64", "linux_386", "linux_amd64", "linux_arm", "linux_arm64",
		"windows_amd64", "windows_arm64",
	}
	if !slices.Equal(platforms, want) {
		t.Errorf("there are archives for %q, expected %q", platforms, want)
	}
	if !strings.Contains(sums, prefix+"manifest.json") {
		t.Error("SHA256SUMS doesn't list the manifest")
	}
}

func checkArchive(t *testing.T, name string) {
	t.Helper()
	archive, err := zip.OpenReader(name)
	must(t, err)
	defer func() { _ = archive.Close() }()
	for _, file := range archive.File {
		program := strings.HasPrefix(file.Name, "terraform-provider-elyra_v")
		if !program && file.Name != "LICENSE" {
			t.Errorf("%s has %q in it", name, file.Name)
		}
		if want := map[bool]os.FileMode{true: 0o755, false: 0o644}[program]; file.Mode().Perm() != want {
			t.Errorf("%s: %s has mode %v, expected %v", name, file.Name, file.Mode().Perm(), want)
		}
	}
}

// installFromMirror has terraform init install the archive for this machine, and
// applies README's configuration with it.
func installFromMirror(t *testing.T, h home, prefix string) {
	t.Helper()
	archive := prefix + runtime.GOOS + "_" + runtime.GOARCH + ".zip"
	for _, registry := range registries {
		write(t, filepath.Join(h.dir, "mirror", registry, "elyra-ai", "elyra", archive), readFile(t, filepath.Join("dist", archive)))
	}
	h.useMirror(t, filepath.Join(h.dir, "mirror"))
	readme, work := readFile(t, "README.md"), filepath.Join(h.dir, "work")
	write(t, filepath.Join(work, "main.tf"), codeBlocks(readme, "terraform")[0])
	h.runAll(t, work, consoleBlocks(readme)[1])
}
