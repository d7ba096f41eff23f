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

	Name, ID, Location types.String
	Overwrite          types.Bool
	Tags               types.Set
	// texts are the values of the type's fields, in that order.
	texts []types.String

	// versions are those of the secrets, and writeOnly their values, which only a
	// configuration has.
	versions  []types.Number
	writeOnly []types.String
}

// model returns a model without values.
func (t *instanceType) model() instanceModel {
	return instanceModel{instanceType: t, texts: make([]types.String, len(t.fields)), versions: make([]types.Number, len(t.secrets))}
}

// object is the model as Terraform has it. With the tags of a struct, the framework
// would do that and its reverse, and compile regular expressions for it each time: a
// fifth of what a read costs.
func (m instanceModel) object() types.Object {
	values := map[string]attr.Value{"name": m.Name, "overwrite": m.Overwrite, "id": m.ID, "location": m.Location, "tags": m.Tags}
	for i, field := range m.fields {
		values[field.Key] = m.texts[i]
	}
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
	text := func(name string) types.String { return values[name].(types.String) } // the schema says so, here and below
	m.Name, m.ID, m.Location = text("name"), text("id"), text("location")
	m.Overwrite, m.Tags = values["overwrite"].(types.Bool), values["tags"].(types.Set)
	for i, field := range m.fields {
		m.texts[i] = text(field.Key)
	}
	m.writeOnly = make([]types.String, len(m.secrets))
	for i, secret := range m.secrets {
		m.writeOnly[i], m.versions[i] = text(writeOnly(secret)), values[version(secret)].(types.Number)
	}
	return diags
}

// text returns the value of a field.
func (m instanceModel) text(key string) types.String { return m.texts[m.index(key)] }

func (m instanceModel) index(key string) int {
	return slices.IndexFunc(m.fields, func(f elyra.Field) bool { return f.Key == key })
}

// known returns the values that are known and not null, by key, and the tags.
func (m instanceModel) known() (values map[string]string, tags []string) {
	values = make(map[string]string, len(m.fields))
	for i, field := range m.fields {
		if text := m.texts[i].ValueString(); text != "" {
			values[field.Key] = text
		}
	}
	return values, knownTexts(m.Tags)
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
// others are unmanaged, or write-only. Of too many tags it takes one more than a configuration can
// have, which is always a difference.
func (m *instanceModel) setDocument(document elyra.Document) {
	values, tags := m.read(document)
	for _, secret := range m.secrets {
		if m.text(secret.Key).IsNull() {
			delete(values, secret.Key)
		}
	}
	m.Tags = stringSet(tags[:min(len(tags), maxTags+1)])
	m.texts = make([]types.String, len(m.fields)) // copies of the model share them
	for i, field := range m.fields {
		m.texts[i] = stringOrNull(values[field.Key])
	}
}

// validate holds all known values to their rules, before anything is written.
func (m instanceModel) validate() (diags diag.Diagnostics) {
	for i, field := range m.fields {
		diags.Append(fieldRule(field).validate(path.Root(field.Key), m.texts[i])...)
	}
	diags.Append(nameRule.validate(pathName, m.Name)...)
	diags.Append(tagRule.validateSet(path.Root("tags"), m.Tags)...)
	return diags
}

// isImport reports whether the model, a state, is one of which an import knows
// nothing but the name.
func (m instanceModel) isImport() bool { return m.ID.IsNull() }

// setInstance sets what a store holds. If nothing can be read of its document, what was
// known of it stays.
func (m *instanceModel) setInstance(instance elyra.Instance) {
	if !instance.Document.IsZero() {
		m.setDocument(instance.Document)
	}
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
			sentence(fmt.Sprintf("Elyra can't derive a name from %q: %v", displayName.ValueString(), err))+
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

// sameInstance reports whether both describe the same instance. No tags and an empty set of
// them are one thing: states of old have null for none.
func (m instanceModel) sameInstance(o instanceModel) bool {
	untagged := func(tags types.Set) bool { return !tags.IsUnknown() && len(tags.Elements()) == 0 }
	return m.Name.Equal(o.Name) && (m.Tags.Equal(o.Tags) || untagged(m.Tags) && untagged(o.Tags)) &&
		slices.EqualFunc(m.texts, o.texts, equalValues) && slices.EqualFunc(m.versions, o.versions, equalValues)
}

func equalValues[Value attr.Value](a, b Value) bool { return a.Equal(b) }

// equal reports whether two states are the same.
func (m instanceModel) equal(o instanceModel) bool {
	return m.sameInstance(o) && m.Tags.Equal(o.Tags) && m.ID.Equal(o.ID) && m.Location.Equal(o.Location) && m.Overwrite.Equal(o.Overwrite)
}
