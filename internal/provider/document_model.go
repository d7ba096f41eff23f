package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// documentModel has the attributes whose values stand in the document of a
// runtime image: those that a user writes, under whatever name the instance has.
type documentModel struct {
	DisplayName types.String `tfsdk:"display_name"`
	ImageName   types.String `tfsdk:"image_name"`
	Description types.String `tfsdk:"description"`
	PullPolicy  types.String `tfsdk:"pull_policy"`
	PullSecret  types.String `tfsdk:"pull_secret"`
	Tags        types.Set    `tfsdk:"tags"`
}

// textAttribute is an attribute that is text, with the rule for its values.
type textAttribute struct {
	name     string
	rule     ruleValidator
	required bool
	value    *types.String
	field    *string
}

// texts pairs each attribute that is text with its rule and with its field in image.
func (m *documentModel) texts(image *elyra.RuntimeImage) []textAttribute {
	return []textAttribute{
		{"display_name", displayNameRule, true, &m.DisplayName, &image.DisplayName},
		{"image_name", imageNameRule, true, &m.ImageName, &image.ImageName},
		{"description", descriptionRule, false, &m.Description, &image.Description},
		{"pull_policy", pullPolicyRule, false, &m.PullPolicy, (*string)(&image.PullPolicy)},
		{"pull_secret", pullSecretRule, false, &m.PullSecret, &image.PullSecret},
	}
}

// documentTypes are those of the schemas' attributes, and others beside them.
func documentTypes(others map[string]attr.Type) map[string]attr.Type {
	others["tags"] = types.SetType{ElemType: types.StringType}
	for _, text := range new(documentModel).texts(new(elyra.RuntimeImage)) {
		others[text.name] = types.StringType
	}
	return others
}

// values are the attributes' values, and others beside them.
func (m documentModel) values(others map[string]attr.Value) map[string]attr.Value {
	others["tags"] = m.Tags
	for _, text := range m.texts(new(elyra.RuntimeImage)) {
		others[text.name] = *text.value
	}
	return others
}

// setValues is the reverse of values.
func (m *documentModel) setValues(values map[string]attr.Value) {
	m.Tags = values["tags"].(types.Set) // the schema says so, here and below
	for _, text := range m.texts(new(elyra.RuntimeImage)) {
		*text.value = values[text.name].(types.String)
	}
}

// image returns the runtime image that the model describes, without a name. What
// is unknown or null is absent in it.
func (m documentModel) image() elyra.RuntimeImage {
	var image elyra.RuntimeImage
	for _, text := range m.texts(&image) {
		*text.field = text.value.ValueString()
	}
	for _, tag := range m.Tags.Elements() {
		if text, ok := tag.(types.String); ok && !text.IsUnknown() {
			image.Tags = append(image.Tags, text.ValueString())
		}
	}
	return image
}

// maxTags is how many tags a configuration may have, and how many the data sources show. The framework
// compares each element of a set with every other: 40,000 tags would take minutes.
const maxTags = 1000

// setImage is the reverse of image. No tags and an empty set of them are one
// thing, here the empty set. Of too many tags it takes one more than a configuration can have, which
// is always a difference.
func (m *documentModel) setImage(image elyra.RuntimeImage) {
	m.Tags = stringSet(image.Tags[:min(len(image.Tags), maxTags+1)])
	for _, text := range m.texts(&image) {
		*text.value = stringOrNull(*text.field)
	}
}

// sameDocument reports whether both describe the same runtime image.
func (m documentModel) sameDocument(o documentModel) bool {
	return m.DisplayName.Equal(o.DisplayName) && m.ImageName.Equal(o.ImageName) &&
		m.Description.Equal(o.Description) && m.PullPolicy.Equal(o.PullPolicy) &&
		m.PullSecret.Equal(o.PullSecret) && m.sameTags(o)
}

// sameTags reports whether both have the same tags. States of old have null for
// none.
func (m documentModel) sameTags(o documentModel) bool {
	none := func(tags types.Set) bool { return !tags.IsUnknown() && len(tags.Elements()) == 0 }
	return m.Tags.Equal(o.Tags) || none(m.Tags) && none(o.Tags)
}
