package elyra

import (
	"slices"
	"strings"
)

// Runtimes is the schemaspace of runtime configurations: where pipelines run.
var Runtimes = &Kind{
	Schemaspace: "runtimes",
	Noun:        "runtime",
	Schemas:     []string{KubeflowPipelines.Name, Airflow.Name},
	Check: func(document Document) error {
		_, err := document.Runtime()
		return err
	},
	Secrets: runtimeSecrets(),
}

// RuntimeSchemas are the schemas of runtimes.
func RuntimeSchemas() []*RuntimeSchema { return []*RuntimeSchema{KubeflowPipelines, Airflow} }

func runtimeSecrets() (keys []string) {
	for _, schema := range RuntimeSchemas() {
		for _, field := range schema.Fields {
			if field.Secret && !slices.Contains(keys, field.Key) {
				keys = append(keys, field.Key)
			}
		}
	}
	return keys
}

// keyRuntimeType is a constant of each schema. Elyra adds it to a document that lacks it.
const keyRuntimeType = "runtime_type"

// Runtime is what the document of a runtime says.
type Runtime struct {
	// Schema is nil if the document has none of [RuntimeSchemas].
	Schema *RuntimeSchema
	// Values are those of the schema's fields that the document has.
	Values map[string]string
	Tags   []string
}

// Document returns stored with the runtime in it, complete: with defaults and the runtime type, so
// that no Elyra rewrites it when it reads it. All else stays as it was, except for what belongs to
// another schema if stored has that. The zero Document makes a new one, with the keys in the order
// of `elyra-metadata create runtimes`.
func (r Runtime) Document(stored Document) Document {
	if before, _ := stored.Runtime(); before.Schema != nil && before.Schema != r.Schema {
		for _, field := range before.Schema.Fields {
			stored.metadata = stored.metadata.without(field.Key)
		}
	}
	fields := append(slices.Clone(r.Schema.Fields), Field{Key: keyRuntimeType})
	last := r.Schema.Fields[len(r.Schema.Fields)-1].Key
	return stored.with(r.Schema.Name, fields, last, r.Tags, func(field Field) string {
		if field.Key == keyRuntimeType {
			return r.Schema.Type
		}
		if value, ok := r.Values[field.Key]; ok {
			return value
		}
		return field.Default
	})
}

// Runtime returns the runtime that the document describes. If Elyra's schema refuses the document,
// it returns what could be read with an [InvalidError] that has all faults. None quotes a secret.
func (d Document) Runtime() (Runtime, error) {
	r, name := d.read(runtimeSecrets(), KubeflowPipelines.Name, Airflow.Name)
	runtime := Runtime{Values: map[string]string{}}
	at := slices.IndexFunc(RuntimeSchemas(), func(s *RuntimeSchema) bool { return s.Name == name })
	if at < 0 || !d.metadataIsObject {
		return runtime, r.err()
	}
	runtime.Schema = RuntimeSchemas()[at]
	kind, hasType := r.text(Field{Key: keyRuntimeType})
	if hasType && kind != runtime.Schema.Type {
		r.fault("metadata.runtime_type is %q, not %q", kind, runtime.Schema.Type)
	}
	for _, field := range runtime.Schema.Fields {
		if field.Key == keyGitHubAPIEndpoint && hasType {
			field.Required, field.Default = true, "" // Elyra doesn't fill this one in
		}
		if value, ok := r.text(field); ok {
			runtime.Values[field.Key] = value
		}
	}
	runtime.Tags = r.tags()
	if err := r.err(); err != nil {
		return runtime, err
	}
	runtime.fillIn(hasType)
	return runtime, nil
}

// fillIn gives absent values those that Elyra uses: defaults, or what its migration of old documents
// makes of the credentials, unless the runtime type is missing, too.
func (r *Runtime) fillIn(hasType bool) {
	has := func(keys ...string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return strings.TrimSpace(r.Values[key]) == "" })
	}
	for _, field := range r.Schema.Fields {
		_, given := r.Values[field.Key]
		switch {
		case given || field.Default == "":
		case field.Key == "auth_type" && hasType && has("api_username", "api_password"):
			r.Values[field.Key] = "DEX_LEGACY"
		case field.Key == "cos_auth_type" && hasType && has("cos_username", "cos_password", "cos_secret"):
			r.Values[field.Key] = "KUBERNETES_SECRET"
		default:
			r.Values[field.Key] = field.Default
		}
	}
}
