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
// file and renamed over it, with the old file's mode and owner. In both cases
// the file's times are then set once more. A running Elyra keeps documents in
// memory until its file watcher reports that a file was modified or deleted; a
// rename and a link it ignores, a change of times it takes as a modification.
// Opening the file for writing instead would be seen too, but a reader could
// meet half a document.
package filestore
