package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// instanceModel is an instance as the configuration, plan, and state of its resource
// have it.
type instanceModel struct {
	*instanceType
	documentModel

	Name      types.String
	Overwrite types.Bool
	ID        types.String
	Location  types.String

	// versions are those of the secrets, and writeOnly their values, which only a
	// configuration has.
	versions  []types.Number
	writeOnly []types.String
}

// object is the model as Terraform has it. With the tags of a struct, the framework
// would do that and its reverse, and compile regular expressions for it each time: a
// fifth of what a read costs.
func (m instanceModel) object() types.Object {
	values := m.values(map[string]attr.Value{
		"name": m.Name, "overwrite": m.Overwrite, "id": m.ID, "location": m.Location,
	})
	for i, secret := range m.secrets {
		values[writeOnly(secret)], values[version(secret)] = types.StringNull(), m.versions[i]
	}
	return types.ObjectValueMust(m.attributeTypes, values)
}

// get is the reverse of object, for a configuration, plan or state that isn't null.
func (m *instanceModel) get(ctx context.Context, from interface {
	Get(context.Context, any) diag.Diagnostics
}) diag.Diagnostics {
	var object types.Object
	diags := from.Get(ctx, &object)
	if diags.HasError() {
		return diags
	}
	values := object.Attributes()
	m.setValues(values)
	m.Name, m.ID = values["name"].(types.String), values["id"].(types.String) // the schema says so
	m.Overwrite, m.Location = values["overwrite"].(types.Bool), values["location"].(types.String)
	m.writeOnly = make([]types.String, len(m.secrets))
	for i, secret := range m.secrets {
		m.writeOnly[i], m.versions[i] = values[writeOnly(secret)].(types.String), values[version(secret)].(types.Number)
	}
	return diags
}

// instanceIdentityModel identifies an instance for Terraform.
type instanceIdentityModel struct {
	Name types.String `tfsdk:"name"`
}

// document puts the model into a stored document and keeps all else, with the secrets that
// the model doesn't have. Other unknown and null values are absent in it.
func (m instanceModel) document(stored elyra.Document) elyra.Document {
	values, tags := m.known()
	if len(m.secrets) > 0 {
		before, _ := m.read(stored)
		m.keepSecrets(values, before)
	}
	return m.instanceType.document(stored, values, tags)
}

// setDocument sets what a document has, and of its secrets those that the model has already:
// others are unmanaged, or write-only.
func (m *instanceModel) setDocument(document elyra.Document) {
	values, tags := m.read(document)
	for _, secret := range m.secrets {
		if m.texts == nil || m.text(secret.Key).IsNull() {
			delete(values, secret.Key)
		}
	}
	m.setKnown(values, tags)
}

// validate holds all known values to their rules, before anything is written.
func (m instanceModel) validate() (diags diag.Diagnostics) {
	for i, field := range m.instanceType.fields {
		diags.Append(fieldRule(field).validate(path.Root(field.Key), m.texts[i])...)
	}
	diags.Append(nameRule.validate(pathName, m.Name)...)
	for _, tag := range m.Tags.Elements() {
		if text, ok := tag.(types.String); ok {
			diags.Append(tagRule.validate(path.Root("tags").AtSetValue(tag), text)...)
		}
	}
	return diags
}

// isImport reports whether the model, a state, is one of which an import knows
// nothing but the name.
func (m instanceModel) isImport() bool { return m.ID.IsNull() }

// setInstance sets what a store holds.
func (m *instanceModel) setInstance(instance elyra.Instance) {
	m.setDocument(instance.Document)
	m.setPlace(instance)
}

// setInvalid sets what can be read of an invalid instance. If that's nothing, what
// was known of it stays.
func (m *instanceModel) setInvalid(instance elyra.Instance) {
	if !instance.Document.IsZero() {
		m.setDocument(instance.Document)
	}
	m.setPlace(instance)
}

// setPlace sets what an instance has besides its document.
func (m *instanceModel) setPlace(instance elyra.Instance) {
	m.Name, m.ID = types.StringValue(instance.Name), types.StringValue(instance.Name)
	m.Location = types.StringValue(instance.Location)
	if m.Overwrite.IsNull() { // an import doesn't know it
		m.Overwrite = types.BoolValue(false)
	}
	if m.Tags.IsNull() {
		m.Tags = stringSet(nil)
	}
}

// deriveName sets the name that Elyra would make of the display name.
func (m *instanceModel) deriveName() (diags diag.Diagnostics) {
	displayName := m.text("display_name")
	if displayName.IsUnknown() {
		m.Name = types.StringUnknown()
		return nil
	}
	name, err := derivedName(displayName.ValueString())
	if err != nil {
		diags.AddAttributeError(pathDisplayName, "Display name gives no name",
			sentence(fmt.Sprintf("from %q Elyra can't derive a name for the instance: %v", displayName.ValueString(), err))+
				" Set one yourself:\n\n    name = \"my-"+m.short+"\"")
		return diags
	}
	m.Name = types.StringValue(name)
	return nil
}

// differs reports whether applying the model, a plan, over state writes
// anything.
func (m instanceModel) differs(state instanceModel) bool {
	return !m.Location.Equal(state.Location) || !m.sameInstance(state)
}

// sameInstance reports whether both describe the same instance.
func (m instanceModel) sameInstance(o instanceModel) bool {
	return m.Name.Equal(o.Name) && m.sameDocument(o.documentModel) &&
		slices.EqualFunc(m.versions, o.versions, func(a, b types.Number) bool { return a.Equal(b) })
}

// equal reports whether two states are the same.
func (m instanceModel) equal(o instanceModel) bool {
	return m.sameInstance(o) && m.Tags.Equal(o.Tags) && m.ID.Equal(o.ID) && m.Location.Equal(o.Location) && m.Overwrite.Equal(o.Overwrite)
}

func (m instanceModel) identity() instanceIdentityModel {
	return instanceIdentityModel{Name: m.Name}
}

// stringOrNull maps the empty string, which no document has, to null.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

func stringSet(values []string) types.Set {
	elements := make([]attr.Value, len(values))
	for i, value := range slices.Sorted(slices.Values(values)) {
		elements[i] = types.StringValue(value)
	}
	return types.SetValueMust(types.StringType, elements)
}
