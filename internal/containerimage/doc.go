// Package containerimage asks a container registry what Elyra's prerequisites
// for a runtime image ask: is the image there, can it be pulled without
// credentials, is there a Python 3 and a curl in its search path.
//
// Elyra's documentation ("Creating a custom runtime container image" and
// "Runtime Image Configuration") lists these, nothing checks them, and a
// pipeline whose image fails one fails on the cluster, an hour later: the first
// thing that Elyra's container command does is curl, the second python3
// (elyra/pipeline/kfp/kfp_processor.py).
//
// # Asking
//
// [Check] talks the OCI distribution specification, anonymously: no
// credentials of the machine are used or looked for. HEAD tells the digest of a
// tag, then everything is fetched by digest and refused when it is something
// else. TLS always, but for registries on loopback; a proxy that the environment
// names is used; bodies are bounded.
//
// Whatever a registry answers is a [Report], with a [Problem] for everything
// that keeps a pipeline from running; a registry that does not answer is an
// [ErrUnreachable]. Messages name arguments as the data source
// elyra_container_image does, such as max_bytes.
//
// # Inspecting
//
// With [Options.Inspect] the layers are read, the topmost first, each as a
// stream of which nothing is written to disk, and laid over each other as the
// OCI image specification (layer.md) and overlayfs say:
//
//   - The topmost layer that has anything at a path decides what is there.
//   - A whiteout (.wh.NAME) hides NAME in lower layers, an opaque whiteout
//     (.wh..wh..opq) hides all that lower layers have in its directory; neither
//     hides anything in its own layer, wherever in the archive it stands.
//   - A directory merges with the directory below, anything else replaces it.
//   - A hard link is the file that its own layer has under the other name.
//   - Each layer is unpacked by itself. An entry bin/x, where a lower layer has
//     bin as a symbolic link, therefore makes bin a directory, as BuildKit
//     documents for COPY --link; where the same layer has the link, it is
//     followed.
//   - Symbolic links lead where they lead in the container, 40 at most.
//
// python3 and curl are the first executable regular files of that name along
// the PATH of the image's configuration.
//
// Reading ends as soon as both answers are certain: layer.md forbids a layer to
// have a path twice, so what was found stays found. Until then lower layers are
// read, because a directory earlier in PATH might have the program there. Only
// paths are remembered, as hashes, and link targets, within a fixed budget; a
// layer with more is read again if a path turns out to matter that was not kept.
// Memory thus depends neither on the size of layers nor on the number of files;
// what a zstd frame may ask for is bounded too.
//
// Layers are gzip, zstd (zstd:chunked too) or plain tar, by their first bytes.
// Of an eStargz layer only the table of contents is fetched, by ranges, if the
// manifest has its digest and the registry sends ranges.
//
// # What is trusted
//
// The digest of a tag is the registry's word. From there on the manifest, the
// configuration and tables of contents are verified before they are used, and a
// layer that is read to its end before its answer is. A layer that is left
// early is not: until then one trusts the registry and TLS. Its bytes come from
// the same place as the image that would be pulled, but a pull would notice.
package containerimage
