// Command schemajson prints the provider's schemas as "terraform providers schema -json" does.
//
// tfplugindocs writes the documentation from it. Asking the provider itself, in process, needs no
// Terraform at all, and leaves out nothing for being newer than the Terraform at hand: identities
// (1.12) and list resources (1.14).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/provider"
)

func main() {
	server := provider.NewServer("docs")()
	if err := write(context.Background(), os.Stdout, "elyra", server); err != nil {
		fmt.Fprintln(os.Stderr, "schemajson:", err)
		os.Exit(1)
	}
}

// write asks server for its schemas and writes them to w, under the provider's name.
func write(ctx context.Context, w io.Writer, name string, server tfprotov6.ProviderServer) error {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("get provider schema: %w", err)
	}
	if err := failure(schemas.Diagnostics); err != nil {
		return fmt.Errorf("get provider schema: %w", err)
	}
	if len(schemas.EphemeralResourceSchemas)+len(schemas.ActionSchemas)+len(schemas.StateStoreSchemas) > 0 {
		return errors.New("the provider has ephemeral resources, actions or state stores, which schemajson can't write yet")
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("get resource identity schemas: %w", err)
	}
	if err := failure(identities.Diagnostics); err != nil {
		return fmt.Errorf("get resource identity schemas: %w", err)
	}

	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(document{
		FormatVersion: "1.0",
		ProviderSchemas: map[string]providerSchemas{name: {
			Provider:                newSchema(schemas.Provider),
			ResourceSchemas:         convert(schemas.ResourceSchemas, newSchema),
			DataSourceSchemas:       convert(schemas.DataSourceSchemas, newSchema),
			ListResourceSchemas:     convert(schemas.ListResourceSchemas, newSchema),
			Functions:               convert(schemas.Functions, newFunction),
			ResourceIdentitySchemas: convert(identities.IdentitySchemas, newIdentity),
		}},
	})
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// failure joins the errors among diagnostics; nil when there isn't one.
func failure(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail))
		}
	}
	return errors.Join(errs...)
}

// The types below are the JSON of "terraform providers schema -json":
// https://developer.hashicorp.com/terraform/cli/commands/providers/schema

type document struct {
	FormatVersion   string                     `json:"format_version"`
	ProviderSchemas map[string]providerSchemas `json:"provider_schemas"`
}

type providerSchemas struct {
	Provider                *schema              `json:"provider,omitempty"`
	ResourceSchemas         map[string]*schema   `json:"resource_schemas,omitempty"`
	DataSourceSchemas       map[string]*schema   `json:"data_source_schemas,omitempty"`
	ListResourceSchemas     map[string]*schema   `json:"list_resource_schemas,omitempty"`
	Functions               map[string]*function `json:"functions,omitempty"`
	ResourceIdentitySchemas map[string]*identity `json:"resource_identity_schemas,omitempty"`
}

type schema struct {
	Version int64  `json:"version"`
	Block   *block `json:"block,omitempty"`
}

type block struct {
	Attributes      map[string]*attribute   `json:"attributes,omitempty"`
	BlockTypes      map[string]*nestedBlock `json:"block_types,omitempty"`
	Description     string                  `json:"description,omitempty"`
	DescriptionKind string                  `json:"description_kind,omitempty"`
	Deprecated      bool                    `json:"deprecated,omitempty"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       *block `json:"block,omitempty"`
	MinItems    int64  `json:"min_items,omitempty"`
	MaxItems    int64  `json:"max_items,omitempty"`
}

type attribute struct {
	Type            tftypes.Type `json:"type,omitempty"`
	NestedType      *nestedType  `json:"nested_type,omitempty"`
	Description     string       `json:"description,omitempty"`
	DescriptionKind string       `json:"description_kind,omitempty"`
	Deprecated      bool         `json:"deprecated,omitempty"`
	Required        bool         `json:"required,omitempty"`
	Optional        bool         `json:"optional,omitempty"`
	Computed        bool         `json:"computed,omitempty"`
	Sensitive       bool         `json:"sensitive,omitempty"`
	WriteOnly       bool         `json:"write_only,omitempty"`
}

type nestedType struct {
	Attributes  map[string]*attribute `json:"attributes,omitempty"`
	NestingMode string                `json:"nesting_mode"`
}

type identity struct {
	Version    int64                         `json:"version"`
	Attributes map[string]*identityAttribute `json:"attributes,omitempty"`
}

type identityAttribute struct {
	Type              tftypes.Type `json:"type"`
	Description       string       `json:"description,omitempty"`
	RequiredForImport bool         `json:"required_for_import,omitempty"`
	OptionalForImport bool         `json:"optional_for_import,omitempty"`
}

type function struct {
	Description        string       `json:"description,omitempty"`
	Summary            string       `json:"summary,omitempty"`
	DeprecationMessage string       `json:"deprecation_message,omitempty"`
	ReturnType         tftypes.Type `json:"return_type"`
	Parameters         []*parameter `json:"parameters,omitempty"`
	VariadicParameter  *parameter   `json:"variadic_parameter,omitempty"`
}

type parameter struct {
	Name        string       `json:"name,omitempty"`
	Description string       `json:"description,omitempty"`
	IsNullable  bool         `json:"is_nullable,omitempty"`
	Type        tftypes.Type `json:"type"`
}

// convert applies f to each value of m.
func convert[From, To any](m map[string]From, f func(From) To) map[string]To {
	converted := make(map[string]To, len(m))
	for name, value := range m {
		converted[name] = f(value)
	}
	return converted
}

func newSchema(from *tfprotov6.Schema) *schema {
	return &schema{Version: from.Version, Block: newBlock(from.Block)}
}

func newBlock(from *tfprotov6.SchemaBlock) *block {
	to := &block{
		Attributes:      newAttributes(from.Attributes),
		BlockTypes:      make(map[string]*nestedBlock, len(from.BlockTypes)),
		Description:     from.Description,
		DescriptionKind: kind(from.DescriptionKind),
		Deprecated:      from.Deprecated,
	}
	for _, nested := range from.BlockTypes {
		to.BlockTypes[nested.TypeName] = &nestedBlock{
			NestingMode: blockNesting[nested.Nesting],
			Block:       newBlock(nested.Block),
			MinItems:    nested.MinItems,
			MaxItems:    nested.MaxItems,
		}
	}
	return to
}

func newAttributes(from []*tfprotov6.SchemaAttribute) map[string]*attribute {
	to := make(map[string]*attribute, len(from))
	for _, a := range from {
		to[a.Name] = &attribute{
			Type:            a.Type,
			Description:     a.Description,
			DescriptionKind: kind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			to[a.Name].NestedType = &nestedType{
				Attributes:  newAttributes(a.NestedType.Attributes),
				NestingMode: attributeNesting[a.NestedType.Nesting],
			}
		}
	}
	return to
}

func newIdentity(from *tfprotov6.ResourceIdentitySchema) *identity {
	to := &identity{Version: from.Version, Attributes: make(map[string]*identityAttribute, len(from.IdentityAttributes))}
	for _, a := range from.IdentityAttributes {
		to.Attributes[a.Name] = &identityAttribute{
			Type:              a.Type,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return to
}

func newFunction(from *tfprotov6.Function) *function {
	to := &function{
		Description:        from.Description,
		Summary:            from.Summary,
		DeprecationMessage: from.DeprecationMessage,
		ReturnType:         from.Return.Type,
		VariadicParameter:  newParameter(from.VariadicParameter),
	}
	for _, p := range from.Parameters {
		to.Parameters = append(to.Parameters, newParameter(p))
	}
	return to
}

func newParameter(from *tfprotov6.FunctionParameter) *parameter {
	if from == nil {
		return nil
	}
	return &parameter{Name: from.Name, Description: from.Description, IsNullable: from.AllowNullValue, Type: from.Type}
}

func kind(k tfprotov6.StringKind) string {
	if k == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}

var blockNesting = map[tfprotov6.SchemaNestedBlockNestingMode]string{
	tfprotov6.SchemaNestedBlockNestingModeSingle: "single",
	tfprotov6.SchemaNestedBlockNestingModeGroup:  "group",
	tfprotov6.SchemaNestedBlockNestingModeList:   "list",
	tfprotov6.SchemaNestedBlockNestingModeSet:    "set",
	tfprotov6.SchemaNestedBlockNestingModeMap:    "map",
}

var attributeNesting = map[tfprotov6.SchemaObjectNestingMode]string{
	tfprotov6.SchemaObjectNestingModeSingle: "single",
	tfprotov6.SchemaObjectNestingModeList:   "list",
	tfprotov6.SchemaObjectNestingModeSet:    "set",
	tfprotov6.SchemaObjectNestingModeMap:    "map",
}
