// Package rootfs answers questions about the file system of a container image from the archives of
// its layers, each read once as a stream. It knows no network, writes nothing to disk, and keeps no
// file: only which paths there are, who may use them, and where symbolic links point.
//
// An [Index] holds what is known of layers, within a fixed budget of memory. [Index.Layer] adds a
// layer, [Index.Stack] lays layers over each other. Questions such as [FS.LookPath] are asked of the
// stack; one that depends on a layer that was not read far enough fails with an [UnreadError] that
// says which. [Layer.Read] then reads on, and the question is asked again.
//
// # How layers lie over each other
//
// As the OCI image specification (layer.md) and overlayfs say:
//
//   - The topmost layer that has anything at a path decides what is there.
//   - A whiteout (.wh.NAME) hides NAME in lower layers, an opaque whiteout (.wh..wh..opq) hides
//     everything that lower layers have in its directory. Neither hides anything in its own layer,
//     wherever in the archive it stands.
//   - A directory merges with the directory below, anything else replaces it.
//   - A hard link is the file that its own layer has under the other name.
//   - Each layer is unpacked by itself. An entry bin/x, where a lower layer has bin as a symbolic
//     link, therefore makes bin a directory, as BuildKit documents for COPY --link; where the same
//     layer has the link, it is followed.
//   - Symbolic links lead where they lead in the container, 40 at most.
//
// # How far a layer is read
//
// A path that was found stays found, since layer.md forbids a layer to have a path twice. That a
// path is absent is certain only at the end of the layer. But image builders write a layer in
// lexical order, so as long as the entries seen so far are in order, everything that should have
// come by now is taken to be absent, and reading stops behind the last path that was asked for, though
// not within the first MiB. [FS.Assumed] lists the layers whose order an answer relies on. Callers
// rely on it for what is there, and read to the end ([Layer.Read] with a nil [FS]) before they say
// that something is missing.
//
// What a layer could pretend: entries in order for as long as anybody looks, and behind them one out
// of order, which puts another program into a directory that comes earlier in PATH. The programs
// that were found would still be there. Digests are verified at the end of a layer only, so what
// was read of a layer that was left early is the word of the registry. Its bytes come from the same
// place as the image that would be pulled, but a pull would notice a wrong digest.
//
// # Memory
//
// Paths are kept as 64-bit hashes, with a seed of their own for each Index, so that an image cannot
// be built to collide; by chance, among a million names, a lookup errs once in 10^13. A layer with
// more names than the budget allows is read again if a path that was not kept turns out to matter.
// Memory depends neither on the size of layers nor on the number of files; what a zstd frame may ask
// for is bounded too.
package rootfs
