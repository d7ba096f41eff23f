package containerimage

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sys/unix"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// A builder makes layers as a Dockerfile does: each step is a script that root runs in the file system
// so far, and what it changed is a layer. The file systems are overlayfs's, as container engines mount
// them, on a Debian of real packages.
type builder struct {
	dir    string                 // a directory for each layer, on a file system of its own
	rootfs string                 // what scripts/rootfs.sh made
	base   *builtLayer            // the Debian
	layers map[string]*builtLayer // by all scripts up to it
	made   int
}

// builtLayer is a layer as overlayfs keeps it, and as an archive.
type builtLayer struct {
	name    string // of its directory
	archive []byte // gzip
}

// install is a step that installs one of the sets of packages of scripts/rootfs.sh. Packages that must
// be ready before others are unpacked (Pre-Depends) are so at the second try, or the third.
func install(set string) string {
	return "export DEBIAN_FRONTEND=noninteractive; for try in 1 2 3; do " +
		"dpkg --skip-same-version --force-unsafe-io -i /mnt/" + set + "/*.deb && exit; done; exit 1"
}

// newBuilder returns a builder. Without root, or without the Debian, the test is skipped, except where
// CI is set. It returns nil where another process ran the test as root.
func newBuilder(t testing.TB) *builder {
	t.Helper()
	rootfs := os.Getenv("ROOTFS_DIR")
	if rootfs == "" {
		testenv.Missing(t, "ROOTFS_DIR", `it names the directory that "scripts/rootfs.sh CACHE" prints; make test sets it`)
	}
	registryBinary(t)
	if !testenv.AsRoot(t, "ROOTFS_DIR="+rootfs, "REGISTRY_BIN="+os.Getenv("REGISTRY_BIN")) {
		return nil
	}
	archive, err := os.ReadFile(filepath.Join(rootfs, "base.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{dir: t.TempDir(), rootfs: rootfs, base: &builtLayer{"base", archive}, layers: map[string]*builtLayer{}}
	b.host(t, "mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", b.dir)
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "umount", b.dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	b.host(t, "mkdir", "base", "root")
	b.host(t, "tar", "--extract", "--gzip", "--numeric-owner", "--file", filepath.Join(rootfs, "base.tar.gz"), "--directory", "base")
	return b
}

// host runs a program of this machine.
func (b *builder) host(t testing.TB, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = b.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// within returns a command that sees the layers mounted at b.dir/root. The mount is its own, and
// ends with it.
func (b *builder) within(t testing.TB, options string, layers []*builtLayer, args ...string) *exec.Cmd {
	t.Helper()
	return b.container(t, b.rootfs, "", options, layers, args...)
}

// container is the same with another directory at /mnt, and after a script of root's.
func (b *builder) container(t testing.TB, mnt, script, options string, layers []*builtLayer, args ...string) *exec.Cmd {
	t.Helper()
	var lower []string
	for _, l := range layers {
		lower = append([]string{l.name}, lower...)
	}
	const mount = `mount -t overlay overlay -o "$1" root && mount --bind "$2" root/mnt && mount --rbind /dev root/dev && eval "$3" && shift 3 && exec "$@"`
	cmd := exec.CommandContext(t.Context(), "unshare", append([]string{"--mount", "--propagation", "private", "sh", "-c", mount, "sh",
		"lowerdir=" + strings.Join(lower, ":") + options, mnt, cmp.Or(script, ":")}, args...)...)
	cmd.Dir = b.dir
	return cmd
}

// build runs steps over the Debian, those that weren't run before, and returns the layers, the bottom
// first.
func (b *builder) build(t testing.TB, steps []string) []*builtLayer {
	t.Helper()
	layers := []*builtLayer{b.base}
	for i, step := range steps {
		key := strings.Join(steps[:i+1], "\n")
		if b.layers[key] == nil {
			b.layers[key] = b.step(t, layers, step)
		}
		layers = append(layers, b.layers[key])
	}
	return layers
}

func (b *builder) step(t testing.TB, below []*builtLayer, script string) *builtLayer {
	t.Helper()
	b.made++
	l := &builtLayer{name: fmt.Sprintf("l%d", b.made)}
	b.host(t, "mkdir", "-p", l.name, "work")
	cmd := b.within(t, ",upperdir="+l.name+",workdir=work", below, "chroot", "root", "/bin/sh", "-ec", script)
	cmd.Env = []string{"PATH=" + defaultPath, "LC_ALL=C"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	b.host(t, "rm", "-r", "work")
	l.archive = pack(t, filepath.Join(b.dir, l.name))
	return l
}

// squash makes one layer of several.
func (b *builder) squash(t testing.TB, layers []*builtLayer) *builtLayer {
	t.Helper()
	cmd := b.within(t, "", layers, "tar", "--create", "--gzip", "--numeric-owner", "--sort=name", "--one-file-system", "--directory", "root", ".")
	archive, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return &builtLayer{archive: archive}
}

// addendum is the layer for an image.
func (l *builtLayer) addendum() mutate.Addendum {
	return mutate.Addendum{Layer: static.NewLayer(l.archive, types.OCILayer)}
}

// zstd is the same, compressed with zstd.
func (l *builtLayer) zstd(t testing.TB) mutate.Addendum {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(l.archive))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return encodings["zstd"](plain)
}

// pack makes an archive of a layer that overlayfs keeps in dir, as image builders do: a file's second name is a
// hard link, and whiteouts have the names that layer.md gives them. They come first. Programs make the rest,
// since under the race detector Go's gzip takes a minute.
func pack(t testing.TB, dir string) []byte {
	t.Helper()
	var whiteouts bytes.Buffer
	w := tar.NewWriter(&whiteouts)
	var devices strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(p, dir+"/")
		opaque := make([]byte, 1) // as overlayfs marks it
		switch n, _ := unix.Lgetxattr(p, "trusted.overlay.opaque", opaque); {
		case err != nil:
			return err
		case d.Type()&fs.ModeCharDevice != 0: // a file that the layer deletes
			fmt.Fprintln(&devices, "./"+name)
			name = filepath.Join(filepath.Dir(name), ".wh."+d.Name())
		case d.IsDir() && string(opaque[:max(n, 0)]) == "y":
			name += "/.wh..wh..opq"
		default:
			return nil
		}
		return w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg})
	})
	if err := errors.Join(err, w.Flush()); err != nil {
		t.Fatal(err)
	}
	const script = `{ cat "$1"; tar --create --numeric-owner --sort=name --no-wildcards --anchored --exclude-from=- --directory "$0" .; } | gzip --no-name`
	first := filepath.Join(t.TempDir(), "whiteouts")
	if err := os.WriteFile(first, whiteouts.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script, dir, first)
	cmd.Stdin = strings.NewReader(devices.String())
	archive, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return archive
}
