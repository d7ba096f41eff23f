package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Everything that a reader can set or get says what it is: this is all that
// editors and the documentation know.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	provider := startProvider(t, &elyraProvider{version: "test"}, nil)
	schemas := provider.schemas(t)
	identities, err := provider.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	check(t, err, identities.Diagnostics)

	seen := 0
	described := func(what, description string) {
		seen++
		if description == "" {
			t.Errorf("%s has no description", what)
		}
	}
	var attributes func(where string, attributes []*tfprotov6.SchemaAttribute)
	attributes = func(where string, list []*tfprotov6.SchemaAttribute) {
		for _, attribute := range list {
			described(where+"."+attribute.Name, attribute.Description)
			if attribute.NestedType != nil {
				attributes(where+"."+attribute.Name, attribute.NestedType.Attributes)
			}
		}
	}
	var block func(where string, block *tfprotov6.SchemaBlock)
	block = func(where string, b *tfprotov6.SchemaBlock) {
		described(where, b.Description)
		attributes(where, b.Attributes)
		for _, nested := range b.BlockTypes {
			block(where+"."+nested.TypeName, nested.Block)
		}
	}
	block("provider", schemas.Provider.Block)
	for kind, all := range map[string]map[string]*tfprotov6.Schema{
		"resource": schemas.ResourceSchemas, "data": schemas.DataSourceSchemas,
		"list": schemas.ListResourceSchemas, "ephemeral": schemas.EphemeralResourceSchemas,
	} {
		for name, schema := range all {
			block(kind+"."+name, schema.Block)
		}
	}
	for name, schema := range identities.IdentitySchemas {
		for _, attribute := range schema.IdentityAttributes {
			described("identity."+name+"."+attribute.Name, attribute.Description)
		}
	}
	for name, function := range schemas.Functions {
		described(name+"()", function.Description)
		described(name+"()'s summary", function.Summary)
		for _, parameter := range append(function.Parameters, function.VariadicParameter) {
			if parameter != nil {
				described(name+"("+parameter.Name+")", parameter.Description)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d descriptions were looked at", seen)
	}
}
