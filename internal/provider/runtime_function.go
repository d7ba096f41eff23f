package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func newKubeflowPipelinesRuntimeJSONFunction() function.Function {
	return newRuntimeFunction("kubeflow_pipelines_runtime_json", elyra.KubeflowPipelines)
}

func newAirflowRuntimeJSONFunction() function.Function {
	return newRuntimeFunction("airflow_runtime_json", elyra.Airflow)
}

// newRuntimeFunction returns a function that renders a runtime, given as an object.
func newRuntimeFunction(name string, runtime *elyra.RuntimeSchema) function.Function {
	return providerFunction{
		name: name,
		definition: function.Definition{
			Summary: "The document of a runtime configuration for " + runtime.Title,
			MarkdownDescription: "Returns the JSON document of a runtime configuration for " + runtime.Title + ", byte for byte as `elyra-metadata create runtimes` writes it to a file. It's complete, with all defaults, so Elyra doesn't rewrite it.\n\n" +
				"The document contains the credentials. If one of the values is [ephemeral](https://developer.hashicorp.com/terraform/language/values/variables#ephemeral), so is the result, and no state or plan contains it. A tag list keeps its order.",
			Parameters: []function.Parameter{function.DynamicParameter{
				Name:                "runtime",
				MarkdownDescription: runtimeParameterDescription(runtime),
				AllowUnknownValues:  true,
			}},
			Return: function.StringReturn{},
		},
		run: func(ctx context.Context, arguments function.ArgumentsData) (any, *function.FuncError) {
			var argument types.Dynamic
			if err := arguments.Get(ctx, &argument); err != nil {
				return nil, err
			}
			object := objectArgument{what: runtime.Title + " runtime"}
			document := object.runtime(argument, runtime)
			return object.result(func() (string, error) { return string(document.Encode()), nil })
		},
	}
}

// runtimeParameterDescription lists the attributes. A list of Markdown wouldn't survive a table of editors.
func runtimeParameterDescription(runtime *elyra.RuntimeSchema) string {
	var b strings.Builder
	b.WriteString("Object with these attributes:\n")
	for _, field := range runtime.Fields {
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

// runtimeDescriptions describe the fields of runtimes that images don't have.
var runtimeDescriptions = map[string]string{
	"api_endpoint":        "Address of the API that pipelines are submitted to: `http://` or `https://` and a host.",
	"public_api_endpoint": "Address of the user interface that links to runs lead to, if it isn't `api_endpoint`.",
	"user_namespace":      "Kubernetes namespace that pipelines run in: 2 to 63 lowercase letters, digits, and hyphens.",
	"engine":              "Workflow engine.",
	"auth_type":           "How Elyra authenticates with Kubeflow.",
	"api_username":        "User name for the API. Required or forbidden depending on `auth_type`.",
	"api_password":        "Password or token for the API. Required or forbidden depending on `auth_type`.",
	"git_type":            "Kind of the site with the DAG repository. `GITLAB` and `GITEA` require `github_api_endpoint`, and a package that Elyra doesn't install by default.",
	"github_api_endpoint": "Address of the API of GitHub, GitLab, or Gitea.",
	"github_repo":         "DAG repository, such as `owner/repository`.",
	"github_branch":       "Branch of the DAG repository.",
	"github_repo_token":   "Access token that may push to the DAG repository.",
	"cos_endpoint":        "Address of the S3-compatible object storage, without a path.",
	"public_cos_endpoint": "Address of the object storage that links lead to, if it isn't `cos_endpoint`.",
	"cos_bucket":          "Bucket for the files of pipelines: 3 to 222 lowercase letters, digits, hyphens, and dots.",
	"cos_auth_type":       "How Elyra and the pipelines authenticate with the object storage.",
	"cos_secret":          "Name of the Kubernetes Secret with the object storage's credentials. Required for `KUBERNETES_SECRET`, else forbidden.",
	"cos_username":        "User name or access key for the object storage. Forbidden for `AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS`, else required.",
	"cos_password":        "Password or secret key for the object storage, at least 8 characters. Forbidden for `AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS`, else required.",
}

func fieldDescription(field elyra.Field) string {
	description, ok := runtimeDescriptions[field.Key]
	if !ok {
		return fieldDescriptions[field.Key]
	}
	if choices := field.Choices(); len(choices) > 0 {
		description += " One of `" + strings.Join(choices, "`, `") + "`."
	}
	return description
}

// runtime reads the argument. Nothing that it says contains a secret: the rules quote none.
func (o *objectArgument) runtime(argument attr.Value, schema *elyra.RuntimeSchema) elyra.Document {
	attributes, ok := o.attributes(argument, "display_name, api_endpoint, cos_endpoint, and cos_bucket")
	if !ok {
		return elyra.Document{}
	}
	known := []string{"tags"}
	var unknown []string
	runtime := elyra.Runtime{Schema: schema, Values: map[string]string{}}
	for _, field := range schema.Fields {
		known = append(known, field.Key)
		if value := underlying(attributes[field.Key]); value != nil && value.IsUnknown() {
			unknown = append(unknown, field.Key)
		}
		given := o.text(field.Key, attributes[field.Key], func(value string) error {
			runtime.Values[field.Key] = value
			return field.Check(value)
		})
		if !given && field.Required {
			o.fault("%s is missing", field.Key)
		}
	}
	o.displayName = runtime.Values["display_name"]
	runtime.Tags = o.tags(attributes["tags"])
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !slices.Contains(known, name) {
			o.fault("%q isn't an attribute of this %s; use %q, or remove it", name, o.what, nearest(name, known))
		}
	}
	for _, fault := range schema.CheckTogether(runtime.Values, unknown) {
		o.faults = append(o.faults, fault.String())
	}
	return runtime.Document(elyra.Document{})
}

// nearest returns the candidate that the fewest changed letters make of a name.
func nearest(name string, candidates []string) string {
	return slices.MinFunc(candidates, func(a, b string) int { return distance(name, a) - distance(name, b) })
}

// distance is Levenshtein's, by bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
