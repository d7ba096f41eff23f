package main

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// server answers with schemas, and knows nothing else.
type server struct {
	tfprotov6.ProviderServer
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (s server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return s.schemas, nil
}

func (s server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return s.identities, nil
}

// The wanted JSON has the form of "terraform providers schema -json".
func TestWrite(t *testing.T) {
	t.Parallel()
	markdown := tfprotov6.StringKindMarkdown
	provider := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{
		Description: "Settings.",
		Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "token", Type: tftypes.String, Optional: true, Sensitive: true, Description: "A `token`.", DescriptionKind: markdown},
		},
	}}
	resource := &tfprotov6.Schema{Version: 1, Block: &tfprotov6.SchemaBlock{
		DescriptionKind: markdown,
		Deprecated:      true,
		Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "tags", Type: tftypes.Set{ElementType: tftypes.String}, Required: true},
			{Name: "secret", Type: tftypes.String, Optional: true, WriteOnly: true, Deprecated: true},
			{Name: "parts", Computed: true, NestedType: &tfprotov6.SchemaObject{
				Nesting:    tfprotov6.SchemaObjectNestingModeList,
				Attributes: []*tfprotov6.SchemaAttribute{{Name: "size", Type: tftypes.Number, Computed: true}},
			}},
		},
		BlockTypes: []*tfprotov6.SchemaNestedBlock{
			{TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeSet, MaxItems: 1, Block: &tfprotov6.SchemaBlock{}},
		},
	}}
	list := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{
		Attributes: []*tfprotov6.SchemaAttribute{{Name: "search", Type: tftypes.String, Optional: true}},
	}}
	function := &tfprotov6.Function{
		Summary:           "Sums.",
		Description:       "Sums up.",
		Parameters:        []*tfprotov6.FunctionParameter{{Name: "first", Type: tftypes.Number, Description: "The first."}},
		VariadicParameter: &tfprotov6.FunctionParameter{Name: "others", Type: tftypes.DynamicPseudoType, AllowNullValue: true},
		Return:            &tfprotov6.FunctionReturn{Type: tftypes.Object{AttributeTypes: map[string]tftypes.Type{"sum": tftypes.Number}}},
	}
	identity := &tfprotov6.ResourceIdentitySchema{IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
		{Name: "name", Type: tftypes.String, RequiredForImport: true, Description: "The name."},
		{Name: "at", Type: tftypes.String, OptionalForImport: true},
	}}

	var got bytes.Buffer
	err := write(t.Context(), &got, "x", server{
		schemas: &tfprotov6.GetProviderSchemaResponse{
			Provider:            provider,
			ResourceSchemas:     map[string]*tfprotov6.Schema{"x_y": resource},
			ListResourceSchemas: map[string]*tfprotov6.Schema{"x_y": list},
			Functions:           map[string]*tfprotov6.Function{"sum": function},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"x_y": identity},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	equalJSON(t, got.String(), `{"format_version": "1.0", "provider_schemas": {"x": {
		"provider": {"version": 0, "block": {
			"attributes": {
				"token": {"type": "string", "description": "A `+"`token`"+`.", "description_kind": "markdown", "optional": true, "sensitive": true}
			},
			"description": "Settings.", "description_kind": "plain"}},
		"resource_schemas": {"x_y": {"version": 1, "block": {
			"attributes": {
				"parts": {"nested_type": {
					"attributes": {"size": {"type": "number", "description_kind": "plain", "computed": true}},
					"nesting_mode": "list"}, "description_kind": "plain", "computed": true},
				"secret": {"type": "string", "description_kind": "plain", "deprecated": true, "optional": true, "write_only": true},
				"tags": {"type": ["set", "string"], "description_kind": "plain", "required": true}
			},
			"block_types": {"timeouts": {"nesting_mode": "set", "block": {"description_kind": "plain"}, "max_items": 1}},
			"description_kind": "markdown", "deprecated": true}}},
		"list_resource_schemas": {"x_y": {"version": 0, "block": {
			"attributes": {"search": {"type": "string", "description_kind": "plain", "optional": true}},
			"description_kind": "plain"}}},
		"functions": {"sum": {
			"description": "Sums up.", "summary": "Sums.", "return_type": ["object", {"sum": "number"}],
			"parameters": [{"name": "first", "description": "The first.", "type": "number"}],
			"variadic_parameter": {"name": "others", "is_nullable": true, "type": "dynamic"}}},
		"resource_identity_schemas": {"x_y": {"version": 0, "attributes": {
			"at": {"type": "string", "optional_for_import": true},
			"name": {"type": "string", "description": "The name.", "required_for_import": true}}}}
	}}}`)
}

func TestWrite_errors(t *testing.T) {
	t.Parallel()
	empty := tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}}
	for name, schemas := range map[string]*tfprotov6.GetProviderSchemaResponse{
		"an error":  {Provider: &empty, Diagnostics: []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "an error"}}},
		"ephemeral": {Provider: &empty, EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"x_y": &empty}},
	} {
		err := write(t.Context(), &bytes.Buffer{}, "x", server{schemas: schemas, identities: &tfprotov6.GetResourceIdentitySchemasResponse{}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func equalJSON(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
