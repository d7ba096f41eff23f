package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func newKubeflowPipelinesRuntimeJSONFunction() function.Function {
	return newRuntimeFunction("kubeflow_pipelines_runtime_json", elyra.KubeflowPipelines)
}

func newAirflowRuntimeJSONFunction() function.Function {
	return newRuntimeFunction("airflow_runtime_json", elyra.Airflow)
}

// newRuntimeFunction returns a function that renders a runtime, given as an object.
func newRuntimeFunction(name string, schema *elyra.RuntimeSchema) function.Function {
	definition := function.Definition{
		Summary: "The document of a runtime configuration for " + schema.Title,
		MarkdownDescription: "Returns the JSON document of a runtime configuration for " + schema.Title + ", byte for byte as `elyra-metadata create runtimes` writes it to a file. It's complete, with all defaults, so Elyra doesn't rewrite it.\n\n" +
			"The document contains the credentials. If one of the values is [ephemeral](https://developer.hashicorp.com/terraform/language/values/variables#ephemeral), so is the result, and no state or plan contains it. A tag list keeps its order.",
	}
	parameter := function.DynamicParameter{Name: "runtime", MarkdownDescription: runtimeParameterDescription(schema)}
	further := []string{"name", "id", "location", "overwrite"} // of a resource
	for _, field := range schema.Fields {
		if field.Secret {
			further = append(further, version(field))
		}
	}
	return newObjectFunction(name, definition, parameter, objectType{schema.Title + " runtime", schema.Fields, further},
		func(object *objectArgument, _ map[string]attr.Value) (string, error) {
			for _, fault := range schema.CheckTogether(object.values, object.unknown) {
				object.fault("%s", fault)
			}
			return string(elyra.Runtime{Schema: schema, Values: object.values, Tags: object.tags}.Document(elyra.Document{}).Encode()), nil
		})
}

// runtimeParameterDescription lists the attributes. A list of Markdown wouldn't survive a table of editors.
func runtimeParameterDescription(schema *elyra.RuntimeSchema) string {
	var b strings.Builder
	b.WriteString("Object with these attributes, or a whole resource that has them:\n")
	for _, field := range schema.Fields {
		fmt.Fprintf(&b, "\n- `%s`: %s", field.Key, fieldDescription(field))
		switch {
		case field.Required:
			b.WriteString(" Required.")
		case field.Default != "":
			fmt.Fprintf(&b, " Defaults to `\"%s\"`.", field.Default)
		}
	}
	return b.String() + "\n- `tags`: Tags, as a list or set of strings."
}
