// Package filestore keeps runtime images as JSON files in Jupyter data
// directories, as Elyra's FileMetadataStore does (Elyra 4.1,
// elyra/metadata/storage.py).
//
// Instances are the *.json files of <data dir>/metadata/runtime-images. Of
// several data directories the first is written, all are read, and a name found
// nearer hides the same name further away; see [SearchPath].
//
// # Writes
//
// A document is written whole and flushed to the disk under a name that nobody takes for an
// instance, and then gets its own name. For a new file that is a rename that fails where the name is
// taken (renameat2 on Linux, renameatx_np on macOS), or a hard link where the file system has no
// such rename; a changed one is renamed over the old file and keeps its mode, owner, extended
// attributes and access control list. A reader finds the whole document or none; where there is
// neither such a rename nor a link, an empty one for a moment. Then the directory is flushed, so
// that a power cut takes nothing back. What a killed process leaves is removed with the next
// process's first write.
//
// A running Elyra keeps documents in memory until its file watcher, the Python
// package watchdog, reports that a file was modified or deleted; a rename and a
// link it ignores. So the file's first byte is written over itself afterwards:
// a reader finds the same document before and after, and each watcher that Elyra
// runs with (watchdog 2.1.3 to 7.1, by its source: inotify's IN_MODIFY, FSEvents'
// ItemModified, a last write no older than the last change on Windows) takes
// that for a modification. A change of times or modes is one no longer since
// watchdog 7. Where the disk refuses the byte, the modification time alone is
// set, for which Linux reports the same event.
package filestore
