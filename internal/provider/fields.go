package provider

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// fieldDescriptions describe the fields in all schemas.
var fieldDescriptions = map[string]string{
	"display_name": "Name that Elyra's editors show.",
	"description":  "Description for people.",
	"image_name":   "[Container image](https://kubernetes.io/docs/concepts/containers/images/), in the form `[registry/]owner/image[:tag][@digest]`. It's stored exactly as written, because Elyra compares image names as plain text.",
	"pull_policy":  "When the cluster pulls the image. See [Image pull policy](https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy). If unset, the cluster's default applies.",
	"pull_secret":  "Name of the Kubernetes Secret with the registry's credentials. It must exist in the namespace that the pipeline runs in. See [Pull an image from a private registry](https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/).",

	"api_endpoint":        "Address of Kubeflow's API, or of Airflow's user interface, which Elyra links to: `http://` or `https://` and a host.",
	"public_api_endpoint": "Address for links to runs. If unset, they use `api_endpoint`.",
	"user_namespace":      "Kubernetes namespace that pipelines run in: 2 to 63 lowercase letters, digits, and hyphens.",
	"engine":              "Workflow engine.",
	"auth_type":           "How Elyra authenticates with Kubeflow.",
	"api_username":        "User name for the API. Required or forbidden depending on `auth_type`.",
	"api_password":        "Password or token for the API. Required or forbidden depending on `auth_type`.",
	"git_type":            "Service that hosts the DAG repository. `GITLAB` and `GITEA` require `github_api_endpoint`, and a package that Elyra doesn't install by default.",
	"github_api_endpoint": "Address of the API of GitHub, GitLab, or Gitea.",
	"github_repo":         "DAG repository, such as `owner/repository`.",
	"github_branch":       "Branch of the DAG repository.",
	"github_repo_token":   "Access token that may push to the DAG repository.",
	"cos_endpoint":        "Address of the S3-compatible object storage, without a path.",
	"public_cos_endpoint": "Address for links to files. If unset, they use `cos_endpoint`.",
	"cos_bucket":          "Bucket for the files of pipelines: 3 to 222 lowercase letters, digits, hyphens, and dots.",
	"cos_auth_type":       "How Elyra and the pipelines authenticate with the object storage.",
	"cos_secret":          "Name of the Kubernetes Secret with the object storage's credentials. Required with `KUBERNETES_SECRET`; otherwise, it must be unset.",
	"cos_username":        "User name or access key for the object storage. Required, except with `AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS`, where it must be unset.",
	"cos_password":        "Password or secret key for the object storage, at least 8 characters. Required, except with `AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS`, where it must be unset.",
}

const (
	tagsDescription     = "Tags for searching and filtering in Elyra's user interface."
	locationDescription = "Path of the file, or URL. If it depends on the working directory or the environment, it's known only after apply, because a saved plan can be applied on another machine."
)

func fieldDescription(field elyra.Field) string {
	description := fieldDescriptions[field.Key]
	if choices := field.Choices(); len(choices) > 0 {
		description += " One of `" + strings.Join(choices, "`, `") + "`."
	}
	return description
}

// fieldRule is the rule for values of a field in a configuration.
func fieldRule(field elyra.Field) ruleValidator {
	if field.Key == "image_name" {
		return imageNameRule
	}
	return ruleValidator{what: strings.ReplaceAll(field.Key, "_", " "), check: field.Check}
}

// writeOnly and version are the names of the other arguments for a secret.
func writeOnly(secret elyra.Field) string { return secret.Key + "_wo" }
func version(secret elyra.Field) string   { return secret.Key + "_wo_version" }

// maxTags is how many tags a configuration may have, and how many the data sources show. The framework
// compares each element of a set with every other: 40,000 tags would take minutes.
const maxTags = 1000

// stringOrNull maps the empty string, which no document has, to null.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

func stringSet(values []string) types.Set {
	return types.SetValueMust(types.StringType, stringList(slices.Sorted(slices.Values(values))).Elements())
}

func stringList(values []string) types.List {
	elements := make([]attr.Value, len(values))
	for i, value := range values {
		elements[i] = types.StringValue(value)
	}
	return types.ListValueMust(types.StringType, elements)
}

func stringMap(values map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(values))
	for name, value := range values {
		elements[name] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
}

// composed returns a stored text as Terraform has it in a configuration: with composed characters.
func composed(stored string) string { return norm.NFC.String(stored) }

// collection is a list, set, or tuple.
type collection interface{ Elements() []attr.Value }

// knownTexts are the elements of a list or set of strings that are known.
func knownTexts(texts collection) (known []string) {
	for _, element := range texts.Elements() {
		if text, ok := element.(types.String); ok && !text.IsUnknown() {
			known = append(known, text.ValueString())
		}
	}
	return known
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
