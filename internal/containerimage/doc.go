// Package containerimage asks a container registry whether pipelines of Elyra can run in an image: is it
// there, can it be pulled, does it have what Elyra needs in a container. Elyra's documentation lists these
// needs, nothing checks them, and a pipeline whose image lacks one fails on the cluster, an hour later.
//
// [Client.Check] does it all. Whatever a registry answers is in a [Report], with a [Problem] for everything
// that keeps a pipeline from running, that isn't known, or that may matter. [Kinds] lists the kinds of
// problems. If the registry doesn't answer, the error is an [UnreachableError]. Messages name arguments as the data
// source elyra_container_image does, such as max_bytes.
//
// # Asking
//
// Check speaks the OCI distribution specification, without credentials first. HEAD gives the digest of a
// tag, then everything is fetched by digest and refused when it's something else. TLS always, except for
// registries on loopback. A proxy that the environment names is used. Bodies are bounded.
//
// # Inspecting
//
// With [Options.Inspect] every layer is read, whole and once for all checks of a Client, four at a time.
// Nothing is written to disk. Package rootfs says what the image's file system looks like then. Answers
// follow from names, permissions, links, a few small files, and the first bytes of programs. Where these
// don't decide, the answer is that it isn't known. Shared libraries aren't looked at: a program's list
// of them may be anywhere in it.
//
// # What's trusted
//
// The digest of a tag is the registry's word. From there on the manifest, the configuration, and layers are
// verified before they're used.
package containerimage
