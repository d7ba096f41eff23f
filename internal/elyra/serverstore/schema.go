package serverstore

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Schema is what a server's Elyra knows of runtime images.
type Schema struct {
	// Properties are the keys of metadata that its schema describes, sorted.
	Properties []string
}

// Supports reports whether the server knows a key of metadata. It keeps others,
// too, but its editors and pipelines ignore them.
func (s Schema) Supports(property string) bool {
	_, found := slices.BinarySearch(s.Properties, property)
	return found
}

// Traits implements [elyra.Store]: a server shows nothing of invalid instances,
// and nothing of the levels of its search path.
func (s *Store) Traits() elyra.Traits { return elyra.Traits{} }

// Overlooked implements [elyra.Store]: a server shows no directories.
func (s *Store) Overlooked() []elyra.Overlooked { return nil }

// Supports implements [elyra.Store] by the server's schema, which is asked for
// once.
func (s *Store) Supports(ctx context.Context, property string) (bool, error) {
	schema, err := s.Schema(ctx)
	return schema.Supports(property), err
}

// Schema asks the server for its schema of runtime images, once for the life of
// the store: a failure is kept, too.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	return s.schema.Get(ctx, s.fetchSchema)
}

func (s *Store) fetchSchema(ctx context.Context) (Schema, error) {
	a, _, err := s.client.do(ctx, request{method: http.MethodGet, path: schemaPath})
	if err != nil {
		return Schema{}, err
	}
	var wire struct {
		Properties struct {
			Metadata struct {
				Properties map[string]json.RawMessage `json:"properties"`
			} `json:"metadata"`
		} `json:"properties"`
	}
	if !a.isJSON() || json.Unmarshal(a.body, &wire) != nil || wire.Properties.Metadata.Properties == nil {
		return Schema{}, s.client.unexpected(a)
	}
	var schema Schema
	for key := range wire.Properties.Metadata.Properties {
		schema.Properties = append(schema.Properties, key)
	}
	slices.Sort(schema.Properties)
	return schema, nil
}
