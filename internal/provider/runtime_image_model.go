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
	Location  types.String
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

// get is the reverse of object, for a configuration, plan or state that isn't null.
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

// runtimeImageIdentityModel identifies a runtime image for Terraform.
type runtimeImageIdentityModel struct {
	Name types.String `tfsdk:"name"`
}

// image returns the runtime image that the model describes. Unknown and null values
// are absent in it.
func (m runtimeImageModel) image() elyra.RuntimeImage {
	image := m.documentModel.image()
	image.Name = m.Name.ValueString()
	return image
}

// validate holds all known values to their rules, before anything is written.
func (m runtimeImageModel) validate() (diags diag.Diagnostics) {
	for i, field := range elyra.Fields() {
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
func (m runtimeImageModel) isImport() bool { return m.ID.IsNull() }

// setInstance sets what a store holds.
func (m *runtimeImageModel) setInstance(instance elyra.Instance) {
	m.setImage(imageOf(instance))
	m.setPlace(instance)
}

// setInvalid sets what can be read of an invalid instance. If that's nothing, what
// was known of it stays.
func (m *runtimeImageModel) setInvalid(instance elyra.Instance) {
	if !instance.Document.IsZero() {
		m.setImage(imageOf(instance))
	}
	m.setPlace(instance)
}

// setPlace sets what an instance has besides its document.
func (m *runtimeImageModel) setPlace(instance elyra.Instance) {
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
func (m *runtimeImageModel) deriveName() (diags diag.Diagnostics) {
	displayName := m.text("display_name")
	if displayName.IsUnknown() {
		m.Name = types.StringUnknown()
		return nil
	}
	name, err := derivedName(displayName.ValueString())
	if err != nil {
		diags.AddAttributeError(pathDisplayName, "Display name gives no name",
			sentence(fmt.Sprintf("from %q Elyra can't derive a name for the instance: %v", displayName.ValueString(), err))+
				" Set one yourself:\n\n    name = \"my-image\"")
		return diags
	}
	m.Name = types.StringValue(name)
	return nil
}

// differs reports whether applying the model, a plan, over state writes
// anything.
func (m runtimeImageModel) differs(state runtimeImageModel) bool {
	return !m.Location.Equal(state.Location) || !m.sameImage(state)
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
