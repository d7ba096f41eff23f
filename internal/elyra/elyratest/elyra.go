package elyratest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// resource is what Elyra's routes match, on the path as it is sent.
var resource = regexp.MustCompile(`^/elyra/metadata/runtime-images(?:/([A-Za-z0-9_.-]+))?$`)

// runtimeImageSchema has the keys of Elyra's own, and of their contents what a
// client may want to know.
var runtimeImageSchema = map[string]any{
	"$schema": "", "$id": "", "title": "Runtime Image", "name": "runtime-image",
	"schemaspace": "runtime-images", "schemaspace_id": "", "uihints": map[string]any{},
	"properties": map[string]any{
		"schema_name": map[string]any{}, "display_name": map[string]any{},
		"metadata": map[string]any{"properties": map[string]any{
			"description": map[string]any{}, "tags": map[string]any{}, "image_name": map[string]any{},
			"pull_policy": map[string]any{"enum": []string{"Always", "IfNotPresent", "Never"}}, "pull_secret": map[string]any{},
		}},
	},
	"required": []string{"schema_name", "display_name", "metadata"},
}

// refusal is an error with the status that Elyra gives it.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

func refusef(status int, format string, args ...any) *refusal {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// instance is a document on its way through the endpoint.
type instance struct {
	Name        string          `json:"name"`
	DisplayName json.RawMessage `json:"display_name"`
	Metadata    json.RawMessage `json:"metadata"`
	SchemaName  json.RawMessage `json:"schema_name"`
}

// elyra is the metadata service. The caller holds mu.
func (s *Server) elyra(w http.ResponseWriter, method, name string, body []byte) {
	var (
		status  = http.StatusOK
		result  any
		refused *refusal
	)
	switch {
	case name == "" && method == http.MethodGet:
		result = map[string]any{"runtime-images": s.all()}
	case name == "" && method == http.MethodPost:
		var created *instance
		if created, refused = s.create(body); refused == nil {
			status, result = http.StatusCreated, created
			w.Header().Set("Location", s.base+"/elyra/metadata/runtime-images/"+created.Name)
		}
	case name != "" && method == http.MethodGet:
		result, refused = s.get(name)
	case name != "" && method == http.MethodPut:
		result, refused = s.update(name, body)
	case name != "" && method == http.MethodDelete:
		if refused = s.remove(name); refused == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	default:
		refused = refusef(http.StatusMethodNotAllowed, "")
	}
	if refused != nil {
		refuse(w, refused.status, refused.message)
		return
	}
	answer(w, status, result)
}

// load reads one file as Elyra does: any object will do.
func load(name, document string) (*instance, *refusal) {
	if !json.Valid([]byte(document)) {
		return nil, refusef(http.StatusBadRequest, "JSON failed to load for instance '%s' in the runtime-images schemaspace with error: it is broken.", name)
	}
	loaded := &instance{DisplayName: json.RawMessage("null"), Metadata: json.RawMessage("{}"), SchemaName: json.RawMessage("null")}
	if json.Unmarshal([]byte(document), &map[string]any{}) != nil || strings.TrimSpace(document) == "null" {
		return nil, refusef(http.StatusInternalServerError, "TypeError('list indices must be integers or slices, not str')")
	}
	// A name of another type is ignored like any other name.
	_ = json.Unmarshal([]byte(document), loaded)
	loaded.Name = name
	return loaded, nil
}

// find is Elyra's search for one name: all levels, the furthest first, and what
// can't be read at any of them is the answer.
func (s *Server) find(name string) (found *instance, level Level, refused *refusal) {
	for l := levels - 1; l >= 0; l-- {
		document, ok := s.files[l][name]
		if !ok {
			continue
		}
		if found, refused = load(name, document); refused != nil {
			return nil, l, refused
		}
		level = l
	}
	if found == nil {
		return nil, 0, refusef(http.StatusNotFound, "No such instance named '%s' was found in the runtime-images schemaspace.", name)
	}
	return found, level, nil
}

// known looks the instance's schema up.
func (i *instance) known() *refusal {
	var schema any
	_ = json.Unmarshal(i.SchemaName, &schema)
	if schema != nil && schema != "" && schema != elyra.SchemaName {
		return refusef(http.StatusInternalServerError, `SchemaNotFoundError("No such schema named '%v' was found in the runtime-images schemaspace.")`, schema)
	}
	return nil
}

func (i *instance) document() elyra.Document {
	document, err := elyra.ParseDocument(slices.Concat([]byte(`{"display_name":`), i.DisplayName,
		[]byte(`,"metadata":`), i.Metadata, []byte(`,"schema_name":`), i.SchemaName, []byte{'}'}))
	if err != nil {
		panic(err) // its parts were parsed
	}
	return document
}

// validate holds the instance against Elyra's schema.
func (i *instance) validate() *refusal {
	var schema any
	if _ = json.Unmarshal(i.SchemaName, &schema); schema == nil || schema == "" {
		return refusef(http.StatusBadRequest, "Instance '%s' in the runtime-images schemaspace is missing a 'schema_name' field!", i.Name)
	}
	_, err := i.document().Image(i.Name)
	var invalid *elyra.InvalidError
	if errors.As(err, &invalid) {
		return refusef(http.StatusBadRequest, "Validation failed for instance '%s' using the runtime-image schema with error: %s.", i.Name, invalid.Reasons[0])
	}
	return nil
}

func (s *Server) get(name string) (*instance, *refusal) {
	found, _, refused := s.find(name)
	if refused == nil {
		refused = found.known()
	}
	if refused == nil {
		refused = found.validate()
	}
	return found, refused
}

// all leaves out what is wrong, without a word; what can't even be loaded does
// not hide what is further away, what is merely invalid does.
func (s *Server) all() []*instance {
	nearest := map[string]*instance{}
	for l := levels - 1; l >= 0; l-- {
		for name, document := range s.files[l] {
			if loaded, refused := load(name, document); refused == nil {
				nearest[name] = loaded
			}
		}
	}
	valid := []*instance{}
	for _, name := range slices.Sorted(maps.Keys(nearest)) {
		if i := nearest[name]; i.known() == nil && i.validate() == nil {
			valid = append(valid, i)
		}
	}
	return valid
}

// create saves what the store sends: a valid name, and a document.
func (s *Server) create(body []byte) (*instance, *refusal) {
	var sent struct{ Name string }
	_ = json.Unmarshal(body, &sent)
	created, refused := load(sent.Name, string(body))
	if refused == nil {
		refused = created.validate()
	}
	if refused != nil {
		return nil, refused
	}
	_, taken := s.files[Writable][sent.Name]
	switch _, _, refused := s.find(sent.Name); {
	case taken || refused == nil:
		return nil, refusef(http.StatusConflict, "An instance named '%s' already exists in the runtime-images schemaspace.", sent.Name)
	case refused.status != http.StatusNotFound:
		return nil, refused
	}
	s.files[Writable][sent.Name] = string(created.document().Encode())
	return created, nil
}

func (s *Server) update(name string, body []byte) (*instance, *refusal) {
	if _, refused := s.get(name); refused != nil {
		return nil, refused
	}
	updated, refused := load(name, string(body))
	if refused == nil {
		refused = updated.validate()
	}
	if refused != nil {
		return nil, refused
	}
	s.files[Writable][name] = string(updated.document().Encode())
	return updated, nil
}

func (s *Server) remove(name string) *refusal {
	found, level, refused := s.find(name)
	if refused == nil {
		refused = found.known()
	}
	if refused == nil && level != Writable {
		refused = refusef(http.StatusForbidden, "Removal of instance '%s' from the runtime-images schemaspace is not permitted!", name)
	}
	if refused == nil {
		delete(s.files[Writable], name)
	}
	return refused
}
