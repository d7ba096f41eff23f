// Package rootfs answers questions about the file system of a container image from the archives of its
// layers. It uses no network, writes nothing to disk, and keeps no file's content except what decides
// whether pip installs, who a user is, and which operating system it is.
//
// [Read] reads one layer, whole, into a map of paths. [Stack] lays layers over each other, and [FS]
// answers: [FS.LookPath], [FS.Writable], [FS.Content], and so on. A layer never changes once it's read, so
// several stacks can share it.
//
// # How layers lie over each other
//
// The rules are those of the OCI image specification (layer.md), of containerd's unpacker
// (pkg/archive/tar.go), and of overlayfs:
//
//   - The topmost layer that has anything at a path decides what's there.
//   - A whiteout (.wh.NAME) hides NAME in lower layers. An opaque whiteout (.wh..wh..opq) hides everything
//     that lower layers have in its directory, except at the root, where overlayfs ignores it.
//   - A directory merges with the directory below. Anything else replaces it.
//   - Each layer is unpacked by itself. An entry bin/x, where a lower layer has bin as a symbolic link,
//     makes bin a directory. Where the same layer has the link, it's followed.
//   - Symbolic links lead where they lead in the container, 40 at most.
//
// containerd refuses some layers, such as one with a hard link to a file of a lower layer. [Layer.Refused]
// says why: no cluster can start such an image.
package rootfs
