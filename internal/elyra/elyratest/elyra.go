package elyratest

import (
	"crypto/rand"
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

var (
	// resource is what Elyra's routes match, on the path as it is sent.
	resource = regexp.MustCompile(`^/elyra/metadata/runtime-images(?:/([A-Za-z0-9_.-]+))?$`)
	slash    = regexp.MustCompile(`^(.+)/+$`)
	// saved is the rule for names that Elyra writes, its slip with the comma
	// included.
	saved = regexp.MustCompile(`^[a-z]([a-z0-9-_]*[a-z,0-9])?$`)
)

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

func newID() string { return rand.Text() }

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

// payload reads a body.
func payload(body []byte) (map[string]json.RawMessage, *refusal) {
	if len(body) == 0 || string(body) == "null" {
		return nil, refusef(http.StatusInternalServerError, `TypeError("argument of type 'NoneType' is not iterable")`)
	}
	if !json.Valid(body) {
		return nil, refusef(http.StatusInternalServerError, "HTTPError()")
	}
	var fields map[string]json.RawMessage
	// A document that isn't an object lacks all required keys.
	_ = json.Unmarshal(body, &fields)
	return fields, nil
}

func (s *Server) create(body []byte) (*instance, *refusal) {
	fields, refused := payload(body)
	if refused != nil {
		return nil, refused
	}
	for _, field := range []string{"schema_name", "metadata"} {
		if fields[field] == nil {
			return nil, refusef(http.StatusBadRequest, "Insufficient information - '%s' is missing from request body.", field)
		}
	}
	if fields["name"] == nil && fields["display_name"] == nil {
		return nil, refusef(http.StatusBadRequest, "Insufficient information - request body requires one of the following: ['name', 'display_name'].")
	}
	created := fromFields(fields)
	if created.known() != nil {
		return nil, refusef(http.StatusNotFound, "No such schema named '%s' was found in the runtime-images schemaspace.", strings.Trim(string(created.SchemaName), `"`))
	}
	var name, displayName string
	_ = json.Unmarshal(fields["name"], &name)
	if _ = json.Unmarshal(fields["display_name"], &displayName); name == "" && displayName != "" {
		var err error
		if name, err = elyra.NameFromDisplayName(displayName); err != nil {
			return nil, refusef(http.StatusInternalServerError, "IndexError('string index out of range')")
		}
	}
	created.Name = name
	if refused := save(name); refused != nil {
		return nil, refused
	}
	if refused := created.validate(); refused != nil {
		return nil, refused
	}
	exists := refusef(http.StatusConflict, "An instance named '%s' already exists in the runtime-images schemaspace.", name)
	if _, taken := s.files[Writable][name]; taken {
		return nil, exists
	}
	switch _, _, refused := s.find(name); {
	case refused == nil:
		return nil, exists
	case refused.status != http.StatusNotFound:
		return nil, refused
	}
	s.files[Writable][name] = string(created.document().Encode())
	return created, nil
}

func fromFields(fields map[string]json.RawMessage) *instance {
	i := &instance{DisplayName: fields["display_name"], Metadata: fields["metadata"], SchemaName: fields["schema_name"]}
	for _, part := range []*json.RawMessage{&i.DisplayName, &i.SchemaName} {
		if *part == nil {
			*part = json.RawMessage("null")
		}
	}
	if i.Metadata == nil {
		i.Metadata = json.RawMessage("{}")
	}
	return i
}

func save(name string) *refusal {
	if name == "" {
		return refusef(http.StatusBadRequest, "Name of metadata was not provided.")
	}
	if !saved.MatchString(name) {
		return refusef(http.StatusBadRequest, "Name of metadata must be lowercase alphanumeric, beginning with alpha and can include embedded hyphens ('-') and underscores ('_').")
	}
	return nil
}

func (s *Server) update(name string, body []byte) (*instance, *refusal) {
	fields, broken := payload(body)
	if broken != nil && broken.message == "HTTPError()" {
		return nil, broken
	}
	if _, refused := s.get(name); refused != nil {
		return nil, refused
	}
	if broken != nil {
		return nil, broken
	}
	var renamed string
	if _ = json.Unmarshal(fields["name"], &renamed); fields["name"] != nil && renamed != name {
		return nil, refusef(http.StatusBadRequest, "The attempt to rename instance '%s' to '%s' is not supported.", name, renamed)
	}
	updated := fromFields(fields)
	updated.Name = name
	if refused := updated.known(); refused != nil {
		return nil, refused
	}
	if refused := save(name); refused != nil {
		return nil, refused
	}
	if string(updated.SchemaName) == "null" {
		return nil, refusef(http.StatusInternalServerError, `SchemaNotFoundError("No such schema named 'None' was found in the runtime-images schemaspace.")`)
	}
	if refused := updated.validate(); refused != nil {
		return nil, refused
	}
	s.files[Writable][name] = string(updated.document().Encode())
	return updated, nil
}

func (s *Server) remove(name string) *refusal {
	found, level, refused := s.find(name)
	if refused != nil {
		return refused
	}
	if refused := found.known(); refused != nil {
		return refused
	}
	if level != Writable {
		return refusef(http.StatusForbidden, "Removal of instance '%s' from the runtime-images schemaspace is not permitted!", name)
	}
	delete(s.files[Writable], name)
	return nil
}
