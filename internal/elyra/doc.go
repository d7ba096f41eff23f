// Package elyra holds what a runtime image is to Elyra: its fields and the
// rules they obey, its name, the JSON document it is kept in, and the contract
// of the places that keep such documents. It does no I/O and knows nothing of
// Terraform.
//
// # The document
//
// A runtime image is one JSON object. Elyra reads it with Python's json module
// and holds it against its schema runtime-image.json (JSON Schema, draft 7):
//
//	document     = object with display_name, metadata, schema_name ; all required
//	display_name = string, at least 1 character
//	schema_name  = "runtime-image"
//	metadata     = object with image_name, and any of the optional keys
//	image_name   = string, at least 1 character
//	description  = string
//	tags         = array of unique items; a string among them matches tag
//	tag          = 1*notblank *( 1*blank 1*notblank )       ; blank: space or tab
//	pull_policy  = "Always" / "IfNotPresent" / "Never"
//	pull_secret  = lower / digit, *( lower / digit / "-" / "." ), lower / digit
//
// Further keys of metadata are legal and kept. A name in the document is
// ignored: the instance is named after its file. Elyra writes documents as
// Python's json.dump(document, indent=2) does: display_name, metadata,
// schema_name in this order, two spaces a level, every character outside
// printable ASCII as \uHHHH, no newline at the end. [Document] reads what Elyra
// reads, Python's NaN and Infinity too, and writes byte for byte what Elyra writes.
// Half of a surrogate pair, such as \ud800, isn't a character: it's read as U+FFFD,
// stays in values that nobody changes, and isn't accepted in keys.
//
// Sources: Elyra 4.1, elyra/metadata/schemas/runtime-image.json,
// elyra/metadata/storage.py and elyra/metadata/manager.py.
package elyra
