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
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// requireRoot runs the calling test as root, which may mount: by sudo where that asks for nothing,
// and returns false where another process has run it. Without either, the test is skipped, but
// fails with CI=true.
func requireRoot(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() == 0 {
		return true
	}
	if exec.CommandContext(t.Context(), "sudo", "-n", "true").Run() == nil {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "sudo", "-n", "CI="+os.Getenv("CI"), self, "-test.v", "-test.run=^"+t.Name()+"$").CombinedOutput()
		if err != nil || strings.Contains(string(out), "--- SKIP") {
			t.Errorf("as root: %v\n%s", err, out)
		}
		return false
	}
	testenv.Missing(t, "root, who may mount,", "sudo without a password does, too")
	return false
}

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

// lifecycle creates, refuses to create again, updates and deletes an instance in a data directory.
func lifecycle(t *testing.T, dir string) {
	t.Helper()
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	want := image("life")
	if _, err := create(store, want); err != nil {
		t.Fatal(err)
	}
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
	noLeftovers(t, dir, 1)
	if _, err := store.Delete(t.Context(), "life", nil); err != nil {
		t.Error(err)
	}
	noLeftovers(t, dir, 0)
}

// TestFixedModes: a mount that dictates all modes, as those of Windows shares and of some clouds do.
func TestFixedModes(t *testing.T) {
	if !requireRoot(t) {
		return
	}
	lifecycle(t, mounted(t, func(dir string) {
		system(t, "bindfs", "--chmod-deny", "--perms=a=rwX", t.TempDir(), dir)
	}))
}

// TestNoHardLinks: exfat, which has neither links nor modes, nor a case of its own.
func TestNoHardLinks(t *testing.T) {
	if !requireRoot(t) {
		return
	}
	dir := mounted(t, func(dir string) {
		disk := filepath.Join(t.TempDir(), "exfat")
		if err := errors.Join(os.WriteFile(disk, nil, 0o600), os.Truncate(disk, 4<<20)); err != nil {
			t.Fatal(err)
		}
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

	writeInstance(t, dir, "UPPER", string(elyra.NewDocument(image("UPPER")).Encode()))
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	if _, err := create(store, image("upper")); !errors.Is(err, elyra.ErrExists) {
		t.Errorf("a name that differs only in case: %v, want ErrExists", err)
	}
}

// TestOverlay: the file system of containers, with an instance in the layer below.
func TestOverlay(t *testing.T) {
	if !requireRoot(t) {
		return
	}
	lower := t.TempDir()
	writeInstance(t, lower, "below", string(elyra.NewDocument(image("below")).Encode()))
	dir := mounted(t, func(dir string) {
		layers := mounted(t, func(dir string) { system(t, "mount", "-t", "tmpfs", "tmpfs", dir) })
		system(t, "mkdir", layers+"/upper", layers+"/work")
		system(t, "mount", "-t", "overlay", "-o", fmt.Sprintf("lowerdir=%s,upperdir=%[2]s/upper,workdir=%[2]s/work", lower, layers), "overlay", dir)
	})
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	changed := image("below")
	changed.Description = "changed"
	if _, err := create(store, changed); !errors.Is(err, elyra.ErrExists) {
		t.Errorf("Create: %v, want ErrExists", err)
	}
	if _, err := update(store, changed); err != nil {
		t.Error(err)
	}
	if got, err := store.Get(t.Context(), "below", elyra.Current); err != nil || !imageOf(got).Equal(changed) {
		t.Errorf("read %+v, %v", imageOf(got), err)
	}
	if _, err := store.Delete(t.Context(), "below", nil); err != nil {
		t.Error(err)
	}
	lifecycle(t, dir)
}

// TestDiskRefuses: on a disk that is full, of bytes or of inodes, or read-only, nothing changes and
// the error says where.
func TestDiskRefuses(t *testing.T) {
	if !requireRoot(t) {
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
			if err := os.Symlink("there.json", instancePath(dir, "linked")); err != nil {
				t.Fatal(err)
			}
			system(t, "mount", "-o", "remount,ro", dir)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := mounted(t, func(dir string) { system(t, "mount", "-t", "tmpfs", "-o", tt.options, "tmpfs", dir) })
			store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
			want := image("there")
			if _, err := create(store, want); err != nil {
				t.Fatal(err)
			}
			tt.spoil(dir)
			left := 1
			if errors.Is(tt.want, syscall.EROFS) {
				// Even root can't remove a link on a read-only mount, as a ConfigMap's is, and a reader sees that before it writes.
				left = 2
				got, err := store.Get(t.Context(), "linked", elyra.Current)
				if _, deleteErr := store.Delete(t.Context(), "linked", nil); err != nil || got.Writable || !errors.Is(deleteErr, elyra.ErrReadOnly) {
					t.Errorf("the link: %+v, %v, deleted: %v", got, err, deleteErr)
				}
			}
			changed := want
			changed.Description = strings.Repeat("changed", 1000)
			_, createErr := create(store, image("new"))
			_, updateErr := update(store, changed)
			for call, err := range map[string]error{"Create": createErr, "Update": updateErr} {
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), filepath.Dir(instancePath(dir, "x"))) || strings.Contains(err.Error(), ".tmp") {
					t.Errorf("%s: %v, want %v with the directory's path", call, err, tt.want)
				}
			}
			if got, err := store.Get(t.Context(), "there", elyra.Current); err != nil || !imageOf(got).Equal(want) {
				t.Errorf("read %+v, %v", imageOf(got), err)
			}
			noLeftovers(t, dir, left)
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

// acl is a POSIX access control list as Linux keeps it: entries of a tag, rights and an id.
func acl(entries ...[3]uint32) []byte {
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, entry := range entries {
		list = binary.LittleEndian.AppendUint16(list, uint16(entry[0]))
		list = binary.LittleEndian.AppendUint16(list, uint16(entry[1]))
		list = binary.LittleEndian.AppendUint32(list, entry[2])
	}
	return list
}

// The tags of an entry, by acl(5) and linux/posix_acl.h.
const (
	aclUserObj, aclUser, aclGroupObj, aclMask, aclOther = 0x01, 0x02, 0x04, 0x10, 0x20

	aclNobody = 0xffffffff
)

// TestAttributes: an update keeps the access control list and the attributes of users, and a file
// that has no list gets none from its directory.
func TestAttributes(t *testing.T) {
	const attribute = "system.posix_acl_access"
	note := strings.Repeat("of the user's", 100)
	dir := t.TempDir()
	document := string(elyra.NewDocument(image("x")).Encode())
	for _, name := range []string{"listed", "plain"} {
		writeInstance(t, dir, name, document)
	}
	listed, plain := instancePath(dir, "listed"), instancePath(dir, "plain")
	list := acl([3]uint32{aclUserObj, 6, aclNobody}, [3]uint32{aclUser, 6, 12345}, [3]uint32{aclGroupObj, 0, aclNobody}, [3]uint32{aclMask, 6, aclNobody}, [3]uint32{aclOther, 0, aclNobody})
	inherited := acl([3]uint32{aclUserObj, 6, aclNobody}, [3]uint32{aclUser, 4, 54321}, [3]uint32{aclGroupObj, 4, aclNobody}, [3]uint32{aclMask, 4, aclNobody}, [3]uint32{aclOther, 4, aclNobody})
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
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	for _, name := range []string{"listed", "plain"} {
		changed := image(name)
		changed.Description = "changed"
		if _, err := update(store, changed); err != nil {
			t.Fatal(err)
		}
	}
	value := make([]byte, 4096)
	if n, err := unix.Getxattr(listed, attribute, value); err != nil || string(value[:n]) != string(list) {
		t.Errorf("the list is now %x, %v, want %x", value[:max(n, 0)], err, list)
	}
	if n, err := unix.Getxattr(listed, "user.note", value); err != nil || string(value[:n]) != note {
		t.Errorf("the user's attribute is now %q, %v", value[:max(n, 0)], err)
	}
	if n, err := unix.Getxattr(listed, "security.selinux", value); labelled && (err != nil || string(value[:n]) != label) {
		t.Errorf("the label is now %q, %v", value[:max(n, 0)], err)
	}
	if n, err := unix.Getxattr(plain, attribute, value); !errors.Is(err, unix.ENODATA) {
		t.Errorf("a file without a list has now %x, %v", value[:max(n, 0)], err)
	}
	checkMode(t, listed, 0o660)
	checkMode(t, plain, 0o640)
}
