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
// With [Options.Inspect] the layers are read, the topmost first, each as a stream of which nothing is
// written to disk. Package rootfs says what the image's file system looks like then. python3 and curl
// are the first executable files of that name along the PATH of the image's configuration.
//
// Reading ends as soon as everything is found. Until then lower layers are read, because a directory
// earlier in PATH might have the program there. Within a layer reading stops behind the last path that
// matters, and goes on to the end only before something is called missing.
//
// Layers are gzip, zstd (zstd:chunked too) or plain tar, by their first bytes. An eStargz layer is
// read as the gzip that it is: its table of contents would save most of the bytes, but among the images
// that people run pipelines on there is none, and the table cost a dependency and 250 lines.
//
// # What is trusted
//
// The digest of a tag is the registry's word. From there on the manifest and the configuration are
// verified before they are used, and a layer that is read to its end before its answer is. A layer that
// is left early is not: package rootfs says what it could pretend.
package containerimage
