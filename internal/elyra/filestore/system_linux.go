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

// maxAttributes is the size of the longest list of attributes, and of the largest value (Linux's
// XATTR_LIST_MAX and XATTR_SIZE_MAX).
const maxAttributes = 64 << 10

// copyAttributes gives a new file the extended attributes of an old one: those of users, the SELinux
// label, and the access control list. If the directory has a default list, a new file inherits it; it
// is removed if the old file has none. Attributes that the system refuses are left out, except the
// list: without it, the mode's group bits, which are the list's mask, would be the group's rights.
func copyAttributes(to, from *os.File) error {
	buffer := make([]byte, maxAttributes)
	n, err := unix.Flistxattr(int(from.Fd()), buffer)
	if err != nil && !refused(err) {
		return fmt.Errorf("list its extended attributes: %w", err)
	}
	names := strings.FieldsFunc(string(buffer[:max(n, 0)]), func(r rune) bool { return r == 0 })
	for _, name := range names {
		isACL := slices.Contains(aclAttributes, name)
		if !isACL && name != "security.selinux" && !strings.HasPrefix(name, "user.") {
			continue
		}
		n, err := unix.Fgetxattr(int(from.Fd()), name, buffer)
		if err == nil {
			err = unix.Fsetxattr(int(to.Fd()), name, buffer[:n], 0)
		}
		if err != nil && (isACL || !refused(err)) {
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
