// Package filestore keeps instances as JSON files in Jupyter data directories, as
// Elyra's FileMetadataStore does (Elyra 4.1, elyra/metadata/storage.py). Start
// with [New].
//
// Instances of a kind are the *.json files of <data dir>/metadata/<schemaspace>.
// Of several data directories, the first is written and all are read. A name in an
// earlier directory hides the same name in a later one; see [SearchPath].
//
// # Writes
//
// A document is written whole and flushed to the disk under a name that nobody takes
// for an instance. Then it gets its own name. For a new file, that's a rename that
// fails if the name is taken (renameat2 on Linux, renameatx_np on macOS), or a hard
// link if the file system has no such rename. A changed document is renamed over the
// old file and keeps its mode, owner, extended attributes, and access control list. A
// reader finds the whole document or none; on a file system with neither such a
// rename nor links, it can find an empty one for a moment. Then the directory is
// flushed, so that a power cut takes nothing back. The first write of a process
// removes what killed processes left.
//
// An update and a deletion look at the instance, and ask whether it's the expected
// one, right before they rename or remove it. Another program's write in that moment,
// some microseconds, is lost. Within a process, the caller keeps writes of one name apart.
//
// An update replaces a symbolic link by a file, as Elyra does, and a deletion removes
// the link. Neither touches the link's target.
//
// # A running Elyra
//
// A running Elyra keeps documents in memory until its file watcher, the Python
// package watchdog, reports that a file was modified or deleted; it ignores renames
// and links. So the file's first byte is written over itself afterward. A reader
// finds the same document before and after, and each watcher that Elyra runs with
// (watchdog 2.1.3 to 7.1, by its source: inotify's IN_MODIFY, FSEvents' ItemModified,
// a last write no older than the last change on Windows) reports a modification. Since
// watchdog 7, a change of times or modes no longer counts as one. If the disk refuses
// the byte, only the modification time is set, for which Linux reports the same event.
package filestore
