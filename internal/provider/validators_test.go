package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// complete is a configuration with what the resource needs, and these attributes; null leaves one out.
func (p testProvider) complete(t testing.TB, attributes map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	argument := map[string]func(map[string]tftypes.Value) tftypes.Value{
		resourceName: with, kubeflowPipelinesType.name: kfp, airflowType.name: airflow,
	}[p.name](attributes)
	var all map[string]tftypes.Value
	check(t, argument.As(&all), nil)
	return p.config(t, all)
}

func number(n int) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }

// TestRules: what terraform validate says, on the argument and without a secret, and what only a plan can say.
func TestRules(t *testing.T) {
	t.Parallel()
	null, unknown := tftypes.NewValue(tftypes.String, nil), tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	const iam = "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"
	const add = "Add:\n\n    "
	const nameRule = " isn't a name that Elyra can save: it must consist of lowercase letters, digits, hyphens and underscores, begin with a letter and end with a letter or digit"
	const outside = "https://kfp.example.com"
	dex := func(endpoint string) map[string]tftypes.Value {
		return set("api_endpoint", endpoint, "auth_type", "DEX_LDAP", "api_username", "me", "api_password", runtimeSecret)
	}
	kubeflow, onAirflow := kubeflowPipelinesType.name, airflowType.name
	for name, test := range map[string]struct {
		resource, at string
		attributes   map[string]tftypes.Value
		want         string
		inPlan       bool
	}{
		"image without an owner":     {resourceName, "image_name", set("image_name", "python:3.11"), `image_name = "library/python:3.11"`, false},
		"image's address":            {resourceName, "image_name", set("image_name", "https://quay.io/a/b:1"), `image_name = "quay.io/a/b:1"`, false},
		"uppercase image":            {resourceName, "image_name", set("image_name", "Jdoe/My-Image:1"), `image_name = "jdoe/my-image:1"`, false},
		"image without a tag":        {resourceName, "image_name", set("image_name", "a/b"), `"a/b:1.0"`, false},
		"empty display name":         {resourceName, "display_name", set("display_name", ""), "Invalid display name", false},
		"no name":                    {resourceName, "display_name", set("display_name", "!!!", "image_name", "team/my-image:1"), `name = "my-image"`, true},
		"uppercase name":             {resourceName, "name", set("name", "Upper"), `use "upper"`, false},
		"name with a suggestion":     {resourceName, "name", set("name", "My  name\t2"), `"My  name\t2"` + nameRule + `; use "my_name_2"`, false},
		"dots in a name":             {resourceName, "name", set("name", "python-3.12-ubi9"), `; use "python-3-12-ubi9"`, false},
		"name without a suggestion":  {resourceName, "name", set("name", "größe"), `"größe"` + nameRule + ".", false},
		"empty name":                 {resourceName, "name", set("name", ""), "The name is empty.", false},
		"long name":                  {resourceName, "name", set("name", strings.Repeat("A", 251)), "The name has 251 bytes; file systems leave room for 250.", false},
		"empty description":          {resourceName, "description", set("description", ""), "leave it out, or use null", false},
		"pull policy's case":         {resourceName, "pull_policy", set("pull_policy", "always"), `use "Always"`, false},
		"empty pull secret":          {resourceName, "pull_secret", set("pull_secret", ""), "null", false},
		"empty tag":                  {resourceName, "tags", set("tags", texts(setOfStrings, "")), "must not be empty", false},
		"credentials without a type": {kubeflow, "api_username", set("api_username", "me"), `set auth_type to one that takes it ("DEX_STATIC_PASSWORDS", "DEX_LDAP", "DEX_LEGACY", "EXISTING_BEARER_TOKEN")`, false},
		"missing user":               {kubeflow, "auth_type", set("auth_type", "DEX_LDAP", "api_password", runtimeSecret), add + "api_username = var.api_username", false},
		"missing password":           {kubeflow, "auth_type", set("auth_type", "DEX_LDAP", "api_username", "me"), add + "api_password = var.api_password", true},
		"half of both or none":       {kubeflow, "api_password", set("auth_type", "DEX_LEGACY", "api_password", runtimeSecret), add + "api_username = var.api_username", false},
		"missing token":              {kubeflow, "auth_type", set("auth_type", "EXISTING_BEARER_TOKEN"), add + "api_password = var.api_password", true},
		"forbidden password":         {kubeflow, "cos_password", set("cos_auth_type", iam, "cos_username", null), "takes no cos_password; remove cos_password, or", false},
		"forbidden write-only":       {kubeflow, "cos_password_wo", set("cos_auth_type", iam, "cos_username", null, "cos_password", null, "cos_password_wo", runtimeSecret, "cos_password_wo_version", number(1)), "remove cos_password_wo and cos_password_wo_version, or", false},
		"missing secret's name":      {kubeflow, "cos_auth_type", set("cos_auth_type", "KUBERNETES_SECRET"), add + "cos_secret = var.cos_secret", false},
		"missing storage password":   {kubeflow, "cos_auth_type", set("cos_password", null), add + "cos_password = var.cos_password", true},
		"short password":             {kubeflow, "cos_password", set("cos_password", "hunter2"), "at least 8 characters", false},
		"both passwords":             {kubeflow, "cos_password", set("cos_password_wo", runtimeSecret, "cos_password_wo_version", number(1)), "cos_password_wo", false},
		"no version":                 {kubeflow, "cos_password_wo", set("cos_password_wo", runtimeSecret, "cos_password", null), "cos_password_wo_version", false},
		"only a version":             {kubeflow, "cos_password_wo_version", set("cos_password_wo_version", number(1)), "cos_password_wo", false},
		"case":                       {kubeflow, "auth_type", set("auth_type", "no_authentication"), `use "NO_AUTHENTICATION"`, false},
		"scheme":                     {kubeflow, "cos_endpoint", set("cos_endpoint", "minio:9000"), `use "http://minio:9000"`, false},
		"empty":                      {kubeflow, "cos_secret", set("cos_secret", ""), "leave it out, or use null", false},
		"credentials in an address":  {kubeflow, "cos_endpoint", set("cos_endpoint", "http://u:"+runtimeSecret+"@minio"), "must not contain credentials", false},
		"GitLab":                     {onAirflow, "git_type", set("git_type", "GITLAB"), add + `github_api_endpoint = "https://gitlab.com"`, false},
		"repository":                 {onAirflow, "github_repo", set("github_repo", "https://github.com/a/b"), `use "a/b"`, false},
		"missing repository token":   {onAirflow, "github_repo_token", set("github_repo_token", null), add + "github_repo_token = var.github_repo_token", true},
		"unknown type":               {kubeflow, "", set("api_endpoint", outside, "api_username", "me", "auth_type", unknown), "", true},
		"unknown password":           {kubeflow, "", set("api_endpoint", outside, "cos_password", unknown), "", true},
		// What Elyra accepts and what doesn't work later.
		"in the cluster":      {kubeflow, "api_endpoint", nil, "public_api_endpoint =", true},
		"reachable":           {kubeflow, "", set("public_api_endpoint", outside), "", true},
		"outside":             {kubeflow, "", set("api_endpoint", outside), "", true},
		"Dex":                 {kubeflow, "", dex(outside + "/pipeline/"), "", true},
		"Dex at the root":     {kubeflow, "", dex(outside), "", true},
		"Dex at another path": {kubeflow, "api_endpoint", dex(outside + "/other"), `api_endpoint = "https://kfp.example.com/pipeline"`, true},
		"long bucket":         {kubeflow, "cos_bucket", set("api_endpoint", outside, "cos_bucket", strings.Repeat("b", 64)), "at most 63", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := newTestProvider(t, t.TempDir()).of(t, test.resource)
			config := provider.complete(t, test.attributes)
			got := provider.validate(t, config)
			if test.inPlan {
				if len(got) > 0 {
					t.Fatalf("validate says %q", got[0].Detail)
				}
				got = provider.respond(t, config, planned{}).Diagnostics
			}
			if test.want == "" {
				if len(got) > 0 {
					t.Errorf("says %q", got[0].Detail)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("want %q, got %d diagnostics", test.want, len(got))
			}
			said := got[0].Summary + "\n" + got[0].Detail
			if !strings.Contains(said, test.want) || !strings.HasPrefix(got[0].Attribute.String(), fmt.Sprintf("AttributeName(%q)", test.at)) {
				t.Errorf("%q isn't on %s: %s", test.want, test.at, said)
			}
			if strings.Contains(said, "hunter2") {
				t.Errorf("quotes a secret: %s", said)
			}
		})
	}
}
