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

// runtimeImageModel is a runtime image as the resource's configuration, plan
// and state have it.
type runtimeImageModel struct {
	documentModel

	Name      types.String
	Overwrite types.Bool
	ID        types.String
	// Location is null in the state of an invalid instance: Elyra sees none.
	Location types.String
}

// runtimeImageTypes are those of the schema's attributes.
var runtimeImageTypes = documentTypes(map[string]attr.Type{
	"name": types.StringType, "overwrite": types.BoolType, "id": types.StringType, "location": types.StringType,
})

// object is the model as Terraform has it. With the tags of a struct, the framework
// would do that and its reverse, and compile regular expressions for it each time: a
// fifth of what a read costs.
func (m runtimeImageModel) object() types.Object {
	return types.ObjectValueMust(runtimeImageTypes, m.values(map[string]attr.Value{
		"name": m.Name, "overwrite": m.Overwrite, "id": m.ID, "location": m.Location,
	}))
}

// get is the reverse of object, for a configuration, plan or state that is not null.
func (m *runtimeImageModel) get(ctx context.Context, from interface {
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
	return diags
}

// runtimeImageIdentityModel is what Terraform tells runtime images apart by.
type runtimeImageIdentityModel struct {
	Name types.String `tfsdk:"name"`
}

// image returns the runtime image that the model describes. What is unknown or
// null is absent in it.
func (m runtimeImageModel) image() elyra.RuntimeImage {
	image := m.documentModel.image()
	image.Name = m.Name.ValueString()
	return image
}

// validate holds all known values to their rules, before anything is written.
func (m runtimeImageModel) validate() (diags diag.Diagnostics) {
	for _, text := range m.texts(new(elyra.RuntimeImage)) {
		diags.Append(text.rule.validate(path.Root(text.name), *text.value)...)
	}
	diags.Append(nameRule.validate(pathName, m.Name)...)
	for _, tag := range m.Tags.Elements() {
		if text, ok := tag.(types.String); ok {
			diags.Append(tagRule.validate(path.Root("tags").AtSetValue(tag), text)...)
		}
	}
	return diags
}

// held is what the model, a state, knows of its instance.
func (m runtimeImageModel) held(remembered memory) held {
	at := m.Location.ValueString()
	if m.Location.IsNull() {
		at = remembered.Location
	}
	return held{image: m.image(), at: at, uncertain: remembered.Uncertain}
}

// isImport reports whether the model, a state, is one of which an import knows
// nothing but the name.
func (m runtimeImageModel) isImport() bool { return m.ID.IsNull() }

// setInstance takes over what a store holds.
func (m *runtimeImageModel) setInstance(instance elyra.Instance) {
	m.setImage(instance.RuntimeImage)
	m.Name = types.StringValue(instance.Name)
	m.Location = types.StringValue(instance.Location)
	m.setImported()
}

// setInvalid takes over what can be read of an invalid instance. Where that is
// nothing, what was known of it stays.
func (m *runtimeImageModel) setInvalid(instance elyra.Instance) {
	if !instance.Document.IsZero() {
		m.setInstance(instance)
	}
	m.Location = types.StringNull()
	m.setImported()
}

// setImported fills in what an import knows nothing of.
func (m *runtimeImageModel) setImported() {
	m.ID = m.Name
	if m.Overwrite.IsNull() {
		m.Overwrite = types.BoolValue(false)
	}
}

// deriveName sets the name that Elyra would make of the display name.
func (m *runtimeImageModel) deriveName() (diags diag.Diagnostics) {
	if m.DisplayName.IsUnknown() {
		m.Name = types.StringUnknown()
		return nil
	}
	name, err := derivedName(m.DisplayName.ValueString())
	if err != nil {
		diags.AddAttributeError(pathDisplayName, "Display name gives no name",
			sentence(fmt.Sprintf("from %q Elyra cannot derive a name for the instance: %v", m.DisplayName.ValueString(), err))+
				" Set one yourself:\n\n    name = \"my-image\"")
		return diags
	}
	m.Name = types.StringValue(name)
	return nil
}

// differs reports whether applying the model, a plan, over state writes
// anything.
func (m runtimeImageModel) differs(state runtimeImageModel) bool {
	return state.Location.IsNull() || !m.Location.Equal(state.Location) || !m.sameImage(state)
}

// sameImage reports whether both describe the same runtime image.
func (m runtimeImageModel) sameImage(o runtimeImageModel) bool {
	return m.Name.Equal(o.Name) && m.sameDocument(o.documentModel)
}

// equal reports whether two states are the same.
func (m runtimeImageModel) equal(o runtimeImageModel) bool {
	return m.sameImage(o) && m.Tags.Equal(o.Tags) && m.ID.Equal(o.ID) && m.Location.Equal(o.Location) && m.Overwrite.Equal(o.Overwrite)
}

func (m runtimeImageModel) identity() runtimeImageIdentityModel {
	return runtimeImageIdentityModel{Name: m.Name}
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
