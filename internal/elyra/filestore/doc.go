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
// A new file is written beside its place under a name that Elyra does not read,
// and then hard-linked to it: the link fails where the name is taken, and a
// reader finds the whole document or none. A change is written beside the old
// file and renamed over it, with the old file's mode and owner.
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
