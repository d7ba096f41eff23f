package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// instanceType is what the resource for instances of one of Elyra's schemas has of its
// own. Ownership, plans, and messages are the same for all of them.
type instanceType struct {
	// name is that of the resource.
	name string
	kind *elyra.Kind
	// short is what descriptions call an instance, and description describes the resource.
	short, description string
	// fields are the attributes that are text.
	fields []elyra.Field
	// attributeTypes are those of the resource.
	attributeTypes map[string]attr.Type
}

var runtimeImageType = newInstanceType(instanceType{
	name: "elyra_runtime_image", kind: elyra.RuntimeImages, short: "image",
	description: "Manages a [runtime image](https://elyra.readthedocs.io/en/latest/user_guide/runtime-image-conf.html) of Elyra: the container image that a pipeline step runs in.",
	fields:      elyra.Fields(),
})

func newInstanceType(t instanceType) *instanceType {
	t.attributeTypes = map[string]attr.Type{
		"name": types.StringType, "overwrite": types.BoolType, "id": types.StringType, "location": types.StringType,
		"tags": types.SetType{ElemType: types.StringType},
	}
	for _, field := range t.fields {
		t.attributeTypes[field.Key] = types.StringType
	}
	return &t
}

// title is the noun for an instance at the beginning of a sentence.
func (t *instanceType) title() string {
	return strings.ToUpper(t.kind.Noun[:1]) + t.kind.Noun[1:]
}

// model returns a model without values.
func (t *instanceType) model() instanceModel {
	return instanceModel{instanceType: t, documentModel: documentModel{fields: t.fields}}
}

// document returns stored with values and tags in it, and all else as it was.
func (t *instanceType) document(stored elyra.Document, values map[string]string, tags []string) elyra.Document {
	image := elyra.RuntimeImage{Tags: tags}
	for _, field := range t.fields {
		*field.Of(&image) = values[field.Key]
	}
	return stored.With(image)
}

// read is the reverse of document, as far as the document can be read.
func (t *instanceType) read(document elyra.Document) (values map[string]string, tags []string) {
	image, _ := document.Image("") // the store has checked it
	values = make(map[string]string, len(t.fields))
	for _, field := range t.fields {
		values[field.Key] = *field.Of(&image)
	}
	return values, image.Tags
}
