package provider

import (
	"net/url"
	"slices"
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
	// fields are the attributes that are text, and secrets those of them that are a secret.
	fields, secrets []elyra.Field
	// runtime is the schema, and nil for images. Its name is schema.
	runtime *elyra.RuntimeSchema
	schema  string
	// attributeTypes are those of the resource.
	attributeTypes map[string]attr.Type
}

var runtimeImageType = newInstanceType(instanceType{
	name: "elyra_runtime_image", kind: elyra.RuntimeImages, schema: elyra.SchemaName, short: "image",
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
		if field.Secret {
			t.secrets = append(t.secrets, field)
			t.attributeTypes[writeOnly(field)], t.attributeTypes[version(field)] = types.StringType, types.NumberType
		}
	}
	return &t
}

// newRuntimeType returns the type of the runtimes of one schema.
func newRuntimeType(name, page string, runtime *elyra.RuntimeSchema) *instanceType {
	return newInstanceType(instanceType{
		name: name, kind: elyra.Runtimes, schema: runtime.Name, short: "runtime", fields: runtime.Fields, runtime: runtime,
		description: "Manages a [runtime configuration](https://elyra.readthedocs.io/en/latest/user_guide/runtime-conf.html#" + page + ") of Elyra for " + runtime.Title + ": where pipelines run, and the object storage for their files.",
	})
}

var (
	kubeflowPipelinesType = newRuntimeType("elyra_kubeflow_pipelines_runtime", "kubeflow-pipelines-configuration-settings", elyra.KubeflowPipelines)
	airflowType           = newRuntimeType("elyra_airflow_runtime", "apache-airflow-configuration-settings", elyra.Airflow)

	instanceTypes = []*instanceType{airflowType, kubeflowPipelinesType, runtimeImageType}
)

// foreign returns the other type that a document is of; nil if there's none.
func (t *instanceType) foreign(document elyra.Document) *instanceType {
	if t.runtime == nil {
		return nil
	}
	found, _ := document.Runtime() // the schema is all that matters
	for _, other := range instanceTypes {
		if other != t && other.runtime != nil && other.runtime == found.Schema {
			return other
		}
	}
	return nil
}

// title is the noun for an instance at the beginning of a sentence.
func (t *instanceType) title() string {
	return strings.ToUpper(t.kind.Noun[:1]) + t.kind.Noun[1:]
}

// document returns stored with values and tags in it, and all else as it was.
func (t *instanceType) document(stored elyra.Document, values map[string]string, tags []string) elyra.Document {
	if t.runtime != nil {
		return elyra.Runtime{Schema: t.runtime, Values: values, Tags: tags}.Document(stored)
	}
	return stored.With(runtimeImage(values, tags))
}

func runtimeImage(values map[string]string, tags []string) elyra.RuntimeImage {
	image := elyra.RuntimeImage{Tags: tags}
	for _, field := range elyra.Fields() {
		*field.Of(&image) = values[field.Key]
	}
	return image
}

// read is the reverse of document, as far as the document can be read.
func (t *instanceType) read(document elyra.Document) (values map[string]string, tags []string) {
	if t.runtime != nil {
		runtime, _ := document.Runtime() // the store has checked it
		for key, value := range runtime.Values {
			if !slices.Contains(t.kind.Secrets, key) {
				runtime.Values[key] = withoutCredentials(value)
			}
		}
		return runtime.Values, runtime.Tags
	}
	image, _ := document.Image("") // the store has checked it
	values = make(map[string]string, len(t.fields))
	for _, field := range t.fields {
		values[field.Key] = *field.Of(&image)
	}
	return values, image.Tags
}

// withoutCredentials takes user name and password out of an address.
func withoutCredentials(text string) string {
	if !strings.Contains(text, "://") || !strings.Contains(text, "@") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	if u.User == nil {
		return text
	}
	u.User = nil
	return u.String()
}
