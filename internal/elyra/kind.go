package elyra

// Kind is what a store needs to know about the instances that it keeps: one of
// Elyra's schemaspaces.
type Kind struct {
	// Schemaspace is Elyra's name for the kind: the directory below metadata, and
	// the path below the endpoint.
	Schemaspace string
	// Noun is what messages call one instance, such as "runtime image".
	Noun string
	// Schemas are the values of schema_name that Elyra itself defines. A server's
	// extensions may add others, which aren't instances of this kind.
	Schemas []string
	// Check holds a document against Elyra's schema. It fails with an
	// [InvalidError].
	Check func(Document) error
	// Secrets are the keys of metadata whose values no message quotes.
	Secrets []string
}

// RuntimeImages is the schemaspace of runtime images.
var RuntimeImages = &Kind{
	Schemaspace: "runtime-images",
	Noun:        "runtime image",
	Schemas:     []string{SchemaName},
	Check: func(document Document) error {
		_, err := document.Image("")
		return err
	},
}
