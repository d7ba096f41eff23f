package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// runtimeImageModel is a runtime image as the resource's configuration, plan
// and state have it.
type runtimeImageModel struct {
	DisplayName types.String `tfsdk:"display_name"`
	ImageName   types.String `tfsdk:"image_name"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	PullPolicy  types.String `tfsdk:"pull_policy"`
	PullSecret  types.String `tfsdk:"pull_secret"`
	Tags        types.Set    `tfsdk:"tags"`
	Overwrite   types.Bool   `tfsdk:"overwrite"`
	ID          types.String `tfsdk:"id"`
	// Location is null in the state of an invalid instance: Elyra sees none.
	Location types.String `tfsdk:"location"`
}

// runtimeImageIdentityModel is what Terraform tells runtime images apart by.
type runtimeImageIdentityModel struct {
	Name types.String `tfsdk:"name"`
}

// image returns the runtime image that the model describes. All values must be
// known; those that were unknown when the configuration was validated are
// validated here, before anything is written.
func (m runtimeImageModel) image(ctx context.Context) (elyra.RuntimeImage, diag.Diagnostics) {
	var tags []string
	diags := m.Tags.ElementsAs(ctx, &tags, false)
	if diags.HasError() {
		return elyra.RuntimeImage{}, diags
	}
	for _, attribute := range m.rules() {
		diags.Append(attribute.rule.validate(attribute.path, attribute.value)...)
	}
	for _, tag := range m.Tags.Elements() {
		diags.Append(tagRule.validate(path.Root("tags").AtSetValue(tag), tag.(types.String))...)
	}
	return elyra.RuntimeImage{
		Name:        m.Name.ValueString(),
		DisplayName: m.DisplayName.ValueString(),
		ImageName:   m.ImageName.ValueString(),
		Description: m.Description.ValueString(),
		PullPolicy:  elyra.PullPolicy(m.PullPolicy.ValueString()),
		PullSecret:  m.PullSecret.ValueString(),
		Tags:        tags,
	}, diags
}

type attributeRule struct {
	path  path.Path
	value types.String
	rule  ruleValidator
}

// rules pairs the string attributes with what holds for their values.
func (m runtimeImageModel) rules() []attributeRule {
	return []attributeRule{
		{pathDisplayName, m.DisplayName, displayNameRule},
		{pathImageName, m.ImageName, imageNameRule},
		{pathName, m.Name, nameRule},
		{path.Root("description"), m.Description, descriptionRule},
		{path.Root("pull_policy"), m.PullPolicy, pullPolicyRule},
		{path.Root("pull_secret"), m.PullSecret, pullSecretRule},
	}
}

// setState takes over a state, of which nothing is unknown. The framework does
// the same, at a cost that shows in a plan over many resources.
func (m *runtimeImageModel) setState(raw tftypes.Value) {
	state := attributesOf(raw)
	m.DisplayName = state.stringValue("display_name")
	m.ImageName = state.stringValue("image_name")
	m.Name = state.stringValue("name")
	m.Description = state.stringValue("description")
	m.PullPolicy = state.stringValue("pull_policy")
	m.PullSecret = state.stringValue("pull_secret")
	m.ID = state.stringValue("id")
	m.Location = state.stringValue("location")
	var overwrite *bool
	_ = state["overwrite"].As(&overwrite) // the schema says what it is, here and below
	m.Overwrite = types.BoolPointerValue(overwrite)
	m.Tags = types.SetNull(types.StringType)
	if tags := state["tags"]; !tags.IsNull() {
		var elements []tftypes.Value
		_ = tags.As(&elements)
		texts := make([]string, len(elements))
		for i, element := range elements {
			_ = element.As(&texts[i])
		}
		m.Tags = stringSet(texts)
	}
}

// setInstance takes over what a store holds. What means the same stays as it
// is, so that no difference shows: no tags and an empty set of them.
func (m *runtimeImageModel) setInstance(instance elyra.Instance) {
	m.Name = types.StringValue(instance.Name)
	m.DisplayName = stringOrNull(instance.DisplayName)
	m.ImageName = stringOrNull(instance.ImageName)
	m.Description = stringOrNull(instance.Description)
	m.PullPolicy = stringOrNull(string(instance.PullPolicy))
	m.PullSecret = stringOrNull(instance.PullSecret)
	if len(instance.Tags) > 0 {
		m.Tags = stringSet(instance.Tags)
	} else if m.Tags.IsNull() || m.Tags.IsUnknown() || len(m.Tags.Elements()) > 0 {
		m.Tags = types.SetNull(types.StringType)
	}
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
	return state.Location.IsNull() ||
		!m.Name.Equal(state.Name) || !m.DisplayName.Equal(state.DisplayName) || !m.ImageName.Equal(state.ImageName) ||
		!m.Description.Equal(state.Description) || !m.PullPolicy.Equal(state.PullPolicy) ||
		!m.PullSecret.Equal(state.PullSecret) || !m.Tags.Equal(state.Tags)
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
