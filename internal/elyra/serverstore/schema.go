package serverstore

import (
	"context"
	"encoding/json"
	"fmt"
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

// Supports implements [elyra.Store] by the server's schema, which is asked for
// once.
func (s *Store) Supports(ctx context.Context, property string) (bool, error) {
	schema, err := s.Schema(ctx)
	return schema.Supports(property), err
}

// schemaOnce keeps the schema once it was fetched.
type schemaOnce struct {
	// turn is held while fetching; a channel, so that waiting can be given up.
	turn   chan struct{}
	schema *Schema
	err    error
}

// Schema asks the server for its schema of runtime images, once for the life of
// the store: a failure is kept, too, unless it is the context's.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	select {
	case s.schema.turn <- struct{}{}:
	case <-ctx.Done():
		return Schema{}, ctx.Err()
	}
	defer func() { <-s.schema.turn }()
	if s.schema.schema == nil && s.schema.err == nil {
		schema, err := s.fetchSchema(ctx)
		if ctx.Err() != nil {
			return Schema{}, ctx.Err()
		}
		s.schema.schema, s.schema.err = &schema, err
	}
	return *s.schema.schema, s.schema.err
}

func (s *Store) fetchSchema(ctx context.Context) (Schema, error) {
	a, _, err := s.client.do(ctx, request{method: http.MethodGet, path: schemaPath})
	if err != nil {
		return Schema{}, fmt.Errorf("read the server's schema of runtime images: %w", err)
	}
	var wire struct {
		Properties struct {
			Metadata struct {
				Properties map[string]json.RawMessage `json:"properties"`
			} `json:"metadata"`
		} `json:"properties"`
	}
	if !a.isJSON() || json.Unmarshal(a.body, &wire) != nil || wire.Properties.Metadata.Properties == nil {
		return Schema{}, fmt.Errorf("read the server's schema of runtime images: %w", s.client.unexpected(a))
	}
	var schema Schema
	for key := range wire.Properties.Metadata.Properties {
		schema.Properties = append(schema.Properties, key)
	}
	slices.Sort(schema.Properties)
	return schema, nil
}
