package filestore_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// installs is where the programs come from that tests need.
const installs = "scripts/filesystems.sh installs it"

// system runs a program, which is one of those that scripts/filesystems.sh installs.
func system(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		testenv.Missing(t, name, installs)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// mounted makes a directory, mounts on it what the command mounts there, and unmounts it with the
// end of the test.
func mounted(t *testing.T, mount func(dir string)) string {
	t.Helper()
	dir := t.TempDir()
	mount(dir)
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount %s: %v: %s", dir, err, out)
		}
	})
	return dir
}

// lifecycle creates an instance in a data directory, and does with it what changes does.
func lifecycle(t *testing.T, dir string) {
	t.Helper()
	_, err := create(storeOn(dir), image("life"))
	must(t, err)
	changes(t, dir)
}

// changes refuses to create an instance again, updates, and deletes it.
func changes(t *testing.T, dir string) {
	t.Helper()
	store, want := storeOn(dir), image("life")
	if _, err := create(store, want); !errors.Is(err, elyra.ErrExists) {
		t.Errorf("the second Create: %v, want ErrExists", err)
	}
	want.Description = "changed"
	if _, err := update(store, want); err != nil {
		t.Error(err)
	}
	if got, err := store.Get(t.Context(), "life", elyra.Current); err != nil || !imageOf(got).Equal(want) {
		t.Errorf("read %+v, %v", imageOf(got), err)
	}
	checkFiles(t, dir, "life.json")
	if _, err := store.Delete(t.Context(), "life", nil); err != nil {
		t.Error(err)
	}
	checkFiles(t, dir)
}

// TestFixedModes: a mount that dictates all modes, as those of Windows shares and of some clouds do.
func TestFixedModes(t *testing.T) {
	if !testenv.AsRoot(t) {
		return
	}
	lifecycle(t, mounted(t, func(dir string) {
		system(t, "bindfs", "--chmod-deny", "--perms=a=rwX", t.TempDir(), dir)
	}))
}

// TestNoHardLinks: exfat, which has neither links nor modes, nor a case of its own.
func TestNoHardLinks(t *testing.T) {
	if !testenv.AsRoot(t) {
		return
	}
	dir := mounted(t, func(dir string) {
		disk := filepath.Join(t.TempDir(), "exfat")
		must(t, os.WriteFile(disk, nil, 0o600), os.Truncate(disk, 4<<20))
		system(t, "mkfs.exfat", disk)
		device := system(t, "losetup", "--find", "--show", disk)
		t.Cleanup(func() {
			_ = exec.CommandContext(context.WithoutCancel(t.Context()), "losetup", "--detach", device).Run()
		})
		system(t, "mount.exfat-fuse", device, dir)
	})
	if err := os.Link(dir, filepath.Join(dir, "link")); err == nil {
		t.Fatal("this exfat has hard links")
	}
	lifecycle(t, dir)

	writeInstance(t, dir, "UPPER", document("UPPER"))
	store := storeOn(dir)
	if _, err := create(store, image("upper")); !errors.Is(err, elyra.ErrExists) {
		t.Errorf("a name that differs only in case: %v, want ErrExists", err)
	}
}

// TestOverlay: the file system of containers, with an instance in the layer below.
func TestOverlay(t *testing.T) {
	if !testenv.AsRoot(t) {
		return
	}
	lower := t.TempDir()
	writeInstance(t, lower, "life", document("life"))
	dir := mounted(t, func(dir string) {
		layers := mounted(t, func(dir string) { system(t, "mount", "-t", "tmpfs", "tmpfs", dir) })
		system(t, "mkdir", layers+"/upper", layers+"/work")
		system(t, "mount", "-t", "overlay", "-o", fmt.Sprintf("lowerdir=%s,upperdir=%[2]s/upper,workdir=%[2]s/work", lower, layers), "overlay", dir)
	})
	changes(t, dir)
	lifecycle(t, dir)
}

// TestDiskRefuses: on a disk that is full, of bytes or of inodes, or read-only, nothing changes and
// the error says where.
func TestDiskRefuses(t *testing.T) {
	if !testenv.AsRoot(t) {
		return
	}
	tests := map[string]struct {
		options string
		spoil   func(dir string)
		want    error
	}{
		"bytes":  {options: "size=64k", want: syscall.ENOSPC, spoil: func(dir string) { fill(t, dir, 64<<10) }},
		"inodes": {options: "nr_inodes=6", want: syscall.ENOSPC, spoil: func(dir string) { fill(t, dir, 0) }},
		"read-only": {options: "size=64k", want: syscall.EROFS, spoil: func(dir string) {
			must(t, os.Symlink("there.json", instancePath(dir, "linked")))
			system(t, "mount", "-o", "remount,ro", dir)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := mounted(t, func(dir string) { system(t, "mount", "-t", "tmpfs", "-o", tt.options, "tmpfs", dir) })
			store := storeOn(dir)
			want := image("there")
			_, err := create(store, want)
			must(t, err)
			tt.spoil(dir)
			left := []string{"there.json"}
			if errors.Is(tt.want, syscall.EROFS) {
				// Even root can't remove a link on a read-only mount, as a ConfigMap's is, and a reader sees that before it writes.
				left = []string{"linked.json", "there.json"}
				got, err := store.Get(t.Context(), "linked", elyra.Current)
				if _, deleteErr := store.Delete(t.Context(), "linked", nil); err != nil || got.Writable || !errors.Is(deleteErr, elyra.ErrReadOnly) {
					t.Errorf("the link: %+v, %v, deleted: %v", got, err, deleteErr)
				}
			}
			_, createErr := create(store, image("new"))
			_, updateErr := update(store, described("there", strings.Repeat("changed", 1000)))
			for call, err := range map[string]error{"Create": createErr, "Update": updateErr} {
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), filepath.Dir(instancePath(dir, "x"))) || strings.Contains(err.Error(), ".tmp") {
					t.Errorf("%s: %v, want %v with the directory's path", call, err, tt.want)
				}
			}
			if got, err := store.Get(t.Context(), "there", elyra.Current); err != nil || !imageOf(got).Equal(want) {
				t.Errorf("read %+v, %v", imageOf(got), err)
			}
			checkFiles(t, dir, left...)
		})
	}
}

// fill fills a disk: with bytes or, if size is 0, with files.
func fill(t *testing.T, dir string, size int) {
	t.Helper()
	for i := range 1000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("fill%d", i)), make([]byte, size), 0o600); errors.Is(err, syscall.ENOSPC) {
			return
		}
	}
	t.Fatal("the disk didn't fill up")
}

// acl is an access control list as Linux keeps it (linux/posix_acl_xattr.h): the rights of the owner,
// of a user, of the group, the mask, and the rights of others.
func acl(user uint32, rights [5]uint16) []byte {
	list := binary.LittleEndian.AppendUint32(nil, 2) // the version
	for i, tag := range []uint16{0x01, 0x02, 0x04, 0x10, 0x20} {
		id := uint32(0xffffffff) // nobody
		if i == 1 {
			id = user
		}
		list = binary.LittleEndian.AppendUint16(list, tag)
		list = binary.LittleEndian.AppendUint16(list, rights[i])
		list = binary.LittleEndian.AppendUint32(list, id)
	}
	return list
}

// TestAttributes: an update keeps the access control list and the attributes of users, and a file
// that has no list gets none from its directory.
func TestAttributes(t *testing.T) {
	const attribute = "system.posix_acl_access"
	note := strings.Repeat("of the user's", 100)
	dir := t.TempDir()
	for _, name := range []string{"listed", "plain"} {
		writeInstance(t, dir, name, document("x"))
	}
	listed, plain := instancePath(dir, "listed"), instancePath(dir, "plain")
	list, inherited := acl(12345, [5]uint16{6, 6, 0, 6, 0}), acl(54321, [5]uint16{6, 4, 4, 4, 4})
	if err := errors.Join(
		unix.Setxattr(listed, attribute, list, 0),
		unix.Setxattr(listed, "user.note", []byte(note), 0),
		unix.Setxattr(filepath.Dir(plain), "system.posix_acl_default", inherited, 0),
		os.Chmod(plain, 0o640),
	); err != nil {
		t.Fatalf("this test needs a temporary directory with access control lists: %v", err)
	}
	const label = "system_u:object_r:usr_t:s0"
	labelled := unix.Setxattr(listed, "security.selinux", []byte(label), 0) == nil // by root, where no policy is against it
	store := storeOn(dir)
	for _, name := range []string{"listed", "plain"} {
		_, err := update(store, described(name, "changed"))
		must(t, err)
	}
	value := func(path, attribute string) string {
		value := make([]byte, 4096)
		n, err := unix.Getxattr(path, attribute, value)
		if err != nil {
			return err.Error()
		}
		return string(value[:n])
	}
	if got := value(listed, attribute); got != string(list) {
		t.Errorf("the list is now %x, want %x", got, list)
	}
	if got := value(listed, "user.note"); got != note {
		t.Errorf("the user's attribute is now %q", got)
	}
	if got := value(listed, "security.selinux"); labelled && got != label {
		t.Errorf("the label is now %q", got)
	}
	if got := value(plain, attribute); got != unix.ENODATA.Error() {
		t.Errorf("a file without a list has now %x", got)
	}
	checkMode(t, listed, 0o660)
	checkMode(t, plain, 0o640)
}
