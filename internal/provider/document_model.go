package provider

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// documentModel has the attributes whose values stand in the document of an
// instance: those that a user writes, under whatever name the instance has.
type documentModel struct {
	fields []elyra.Field
	// texts are those of the fields, in that order.
	texts []types.String
	Tags  types.Set
}

// fieldDescriptions describe the fields in all schemas.
var fieldDescriptions = map[string]string{
	"display_name": "Name that Elyra's editors show.",
	"description":  "Description for people.",
	"image_name":   "[Container image](https://kubernetes.io/docs/concepts/containers/images/), in the form `[registry/]owner/image[:tag][@digest]`. It's stored exactly as written, because Elyra compares image names as plain text.",
	"pull_policy":  "When the cluster pulls the image: `Always`, `IfNotPresent`, or `Never`. See [Image pull policy](https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy). If unset, the cluster's default applies.",
	"pull_secret":  "Name of the Kubernetes Secret with the registry's credentials. It must exist in the namespace that the pipeline runs in. See [Pull an image from a private registry](https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/).",
}

// fieldRule is the rule for values of a field in a configuration.
func fieldRule(field elyra.Field) ruleValidator {
	if field.Key == "image_name" {
		return imageNameRule
	}
	return ruleValidator{strings.ReplaceAll(field.Key, "_", " "), field.Check}
}

// text returns the value of a field.
func (m documentModel) text(key string) types.String { return m.texts[m.index(key)] }

func (m documentModel) index(key string) int {
	return slices.IndexFunc(m.fields, func(f elyra.Field) bool { return f.Key == key })
}

// values are the attributes' values, and others next to them.
func (m documentModel) values(others map[string]attr.Value) map[string]attr.Value {
	others["tags"] = m.Tags
	for i, field := range m.fields {
		others[field.Key] = m.texts[i]
	}
	return others
}

// setValues is the reverse of values.
func (m *documentModel) setValues(values map[string]attr.Value) {
	m.Tags = values["tags"].(types.Set) // the schema says so, here and below
	m.texts = make([]types.String, len(m.fields))
	for i, field := range m.fields {
		m.texts[i] = values[field.Key].(types.String)
	}
}

// known returns the values that are known and not null, by key, and the tags.
func (m documentModel) known() (values map[string]string, tags []string) {
	values = make(map[string]string, len(m.fields))
	for i, field := range m.fields {
		if text := m.texts[i].ValueString(); text != "" {
			values[field.Key] = text
		}
	}
	for _, tag := range m.Tags.Elements() {
		if text, ok := tag.(types.String); ok && !text.IsUnknown() {
			tags = append(tags, text.ValueString())
		}
	}
	return values, tags
}

// maxTags is how many tags a configuration may have, and how many the data sources show. The framework
// compares each element of a set with every other: 40,000 tags would take minutes.
const maxTags = 1000

// setKnown is the reverse of known. No tags and an empty set of them are one
// thing, here the empty set. Of too many tags it takes one more than a configuration can have, which
// is always a difference.
func (m *documentModel) setKnown(values map[string]string, tags []string) {
	m.Tags = stringSet(tags[:min(len(tags), maxTags+1)])
	m.texts = make([]types.String, len(m.fields))
	for i, field := range m.fields {
		m.texts[i] = stringOrNull(values[field.Key])
	}
}

// sameDocument reports whether both describe the same instance.
func (m documentModel) sameDocument(o documentModel) bool {
	return slices.EqualFunc(m.texts, o.texts, func(a, b types.String) bool { return a.Equal(b) }) && m.sameTags(o)
}

// sameTags reports whether both have the same tags. States of old have null for
// none.
func (m documentModel) sameTags(o documentModel) bool {
	none := func(tags types.Set) bool { return !tags.IsUnknown() && len(tags.Elements()) == 0 }
	return m.Tags.Equal(o.Tags) || none(m.Tags) && none(o.Tags)
}
