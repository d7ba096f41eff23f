package filestore

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// renameNoReplace renames a file within a directory, and fails with EEXIST if the name is taken.
func renameNoReplace(dir *os.File, from, to string) error {
	fd := int(dir.Fd())
	return unix.Renameat2(fd, from, fd, to, unix.RENAME_NOREPLACE)
}

// aclAttributes hold access control lists, of POSIX and of NFS version 4.
var aclAttributes = []string{"system.posix_acl_access", "system.nfs4_acl"}

// copyAttributes gives a new file the extended attributes of an old one: those of users, the SELinux
// label, and the access control list. If the directory has a default list, a new file inherits it; it
// is removed if the old file has none. Attributes that the system refuses are left out, except the
// list: without it, the mode's group bits, which are the list's mask, would be the group's rights.
func copyAttributes(to, from *os.File) error {
	names, err := attributes(from)
	if err != nil {
		return fmt.Errorf("list its extended attributes: %w", err)
	}
	for _, name := range names {
		isACL := slices.Contains(aclAttributes, name)
		if !isACL && name != "security.selinux" && !strings.HasPrefix(name, "user.") {
			continue
		}
		if err := copyAttribute(to, from, name); err != nil && (isACL || !refused(err)) {
			return fmt.Errorf("keep its extended attribute %s: %w", name, err)
		}
	}
	if slices.Contains(names, aclAttributes[0]) {
		return nil
	}
	err = unix.Fremovexattr(int(to.Fd()), aclAttributes[0])
	if err != nil && !refused(err) && !errors.Is(err, unix.ENODATA) {
		return fmt.Errorf("remove the extended attribute %s: %w", aclAttributes[0], err)
	}
	return nil
}

// attributes lists a file's extended attributes; none if the file system doesn't support them.
func attributes(f *os.File) ([]string, error) {
	value, err := grown(func(buffer []byte) (int, error) { return unix.Flistxattr(int(f.Fd()), buffer) })
	if err != nil && !refused(err) {
		return nil, err
	}
	return strings.FieldsFunc(string(value), func(r rune) bool { return r == 0 }), nil
}

func copyAttribute(to, from *os.File, name string) error {
	value, err := grown(func(buffer []byte) (int, error) { return unix.Fgetxattr(int(from.Fd()), name, buffer) })
	if err != nil {
		return err
	}
	return unix.Fsetxattr(int(to.Fd()), name, value, 0)
}

// grown calls read with larger and larger buffers until the value fits.
func grown(read func([]byte) (int, error)) ([]byte, error) {
	for size := 256; ; size *= 4 {
		buffer := make([]byte, size)
		n, err := read(buffer)
		if errors.Is(err, unix.ERANGE) && size <= 1<<20 {
			continue
		}
		if err != nil {
			return nil, err
		}
		return buffer[:n], nil
	}
}
