package provider

import (
	"fmt"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

const runtimeSecret = "hunter2-s3cret"

// kfp is a runtime on Kubeflow Pipelines with these attributes next to the required ones; null leaves one out.
func kfp(attributes map[string]tftypes.Value) tftypes.Value {
	all := map[string]tftypes.Value{
		"display_name": text("Prod"), "api_endpoint": text("http://ml-pipeline:8888"), "cos_endpoint": text("http://minio:9000"),
		"cos_bucket": text("pipelines"), "cos_username": text("jdoe"), "cos_password": text(runtimeSecret),
	}
	maps.Copy(all, attributes)
	return object(all)
}

func airflow(attributes map[string]tftypes.Value) tftypes.Value {
	all := map[string]tftypes.Value{
		"display_name": text("Air"), "api_endpoint": text("http://airflow"),
		"github_repo": text("a/b"), "github_branch": text("main"), "github_repo_token": text(runtimeSecret),
	}
	maps.Copy(all, attributes)
	return kfp(all)
}

func TestRuntimeJSON(t *testing.T) {
	t.Parallel()
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	// As elyra-metadata create runtimes wrote them.
	for name, test := range map[string]struct {
		function string
		argument tftypes.Value
		want     string
	}{
		"kfp": {"kubeflow_pipelines_runtime_json", kfp(map[string]tftypes.Value{"description": text("D"), "tags": texts(listOfStrings, "b", "a")}),
			"{\n  \"display_name\": \"Prod\",\n  \"metadata\": {\n    \"description\": \"D\",\n    \"api_endpoint\": \"http://ml-pipeline:8888\",\n    \"engine\": \"Argo\",\n    \"auth_type\": \"NO_AUTHENTICATION\",\n    \"cos_endpoint\": \"http://minio:9000\",\n    \"cos_bucket\": \"pipelines\",\n    \"cos_auth_type\": \"USER_CREDENTIALS\",\n    \"cos_username\": \"jdoe\",\n    \"cos_password\": \"hunter2-s3cret\",\n    \"tags\": [\n      \"b\",\n      \"a\"\n    ],\n    \"runtime_type\": \"KUBEFLOW_PIPELINES\"\n  },\n  \"schema_name\": \"kfp\"\n}"},
		"airflow": {"airflow_runtime_json", airflow(nil),
			"{\n  \"display_name\": \"Air\",\n  \"metadata\": {\n    \"api_endpoint\": \"http://airflow\",\n    \"user_namespace\": \"default\",\n    \"git_type\": \"GITHUB\",\n    \"github_api_endpoint\": \"https://api.github.com\",\n    \"github_repo\": \"a/b\",\n    \"github_branch\": \"main\",\n    \"github_repo_token\": \"hunter2-s3cret\",\n    \"cos_endpoint\": \"http://minio:9000\",\n    \"cos_bucket\": \"pipelines\",\n    \"cos_auth_type\": \"USER_CREDENTIALS\",\n    \"cos_username\": \"jdoe\",\n    \"cos_password\": \"hunter2-s3cret\",\n    \"runtime_type\": \"APACHE_AIRFLOW\"\n  },\n  \"schema_name\": \"airflow\"\n}"},
		"whole resource": {"kubeflow_pipelines_runtime_json", kfp(map[string]tftypes.Value{
			"id": text("prod"), "name": text("prod"), "location": unknown, "overwrite": tftypes.NewValue(tftypes.Bool, false),
			"cos_password_wo": tftypes.NewValue(tftypes.String, nil), "cos_password_wo_version": number(1),
		}), ""},
		"unknown":            {"kubeflow_pipelines_runtime_json", kfp(map[string]tftypes.Value{"cos_password": unknown}), "(unknown)"},
		"unknown choice":     {"kubeflow_pipelines_runtime_json", kfp(map[string]tftypes.Value{"auth_type": unknown, "api_username": text("jdoe")}), "(unknown)"},
		"unknown as a whole": {"kubeflow_pipelines_runtime_json", tftypes.NewValue(tftypes.DynamicPseudoType, tftypes.UnknownValue), "(unknown)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err, _ := call(t, test.function, test.argument); test.want != "" && fmt.Sprint(got) != test.want || err != "" {
				t.Errorf("got %v, %q, want %s", got, err, test.want)
			}
		})
	}
}

func TestRuntimeJSON_errors(t *testing.T) {
	t.Parallel()
	null := tftypes.NewValue(tftypes.String, nil)
	iam := set("cos_auth_type", "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS")
	for want, argument := range map[string]tftypes.Value{
		`the Kubeflow Pipelines runtime "Prod": `:                 kfp(set("engine", "argo")),
		`"argo" isn't one of Argo; use "Argo"`:                    kfp(set("engine", "argo")),
		`only Argo runs with Elyra 4 and odh-elyra 5; use "Argo"`: kfp(set("engine", "Tekton")),
		`use "DEX_LDAP"`: kfp(set("auth_type", "dex_ldap", "api_username", "u", "api_password", runtimeSecret)),
		`auth_type = "DEX_LDAP" requires api_password; add api_password = var.api_password`:                       kfp(set("auth_type", "DEX_LDAP", "api_username", "u")),
		`("DEX_STATIC_PASSWORDS", "DEX_LDAP", "DEX_LEGACY", "EXISTING_BEARER_TOKEN")`:                             kfp(set("api_username", "u")),
		`takes no api_password; remove api_password`:                                                              kfp(set("auth_type", "KUBERNETES_SERVICE_ACCOUNT_TOKEN", "api_password", runtimeSecret)),
		`takes api_username only with api_password, or neither; add api_password = var.api_password`:              kfp(set("auth_type", "DEX_LEGACY", "api_username", "u")),
		`auth_type = "EXISTING_BEARER_TOKEN" requires api_password`:                                               kfp(set("auth_type", "EXISTING_BEARER_TOKEN")),
		`cos_auth_type = "USER_CREDENTIALS" requires cos_password`:                                                kfp(map[string]tftypes.Value{"cos_password": null}),
		`cos_auth_type = "KUBERNETES_SECRET" requires cos_secret`:                                                 kfp(set("cos_auth_type", "KUBERNETES_SECRET")),
		`cos_auth_type = "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS" takes no cos_password; remove cos_password`:         kfp(iam),
		`cos_password: must have at least 8 characters`:                                                           kfp(set("cos_password", "hunter2")),
		`api_endpoint: "kfp:80/pipeline" isn't an address with http:// or https://; use "http://kfp:80/pipeline"`: kfp(set("api_endpoint", "kfp:80/pipeline")),
		`use "https://minio.example.com:9000"`:                                                                    kfp(set("cos_endpoint", "minio.example.com:9000")),
		`use "http://minio.kubeflow.svc:9000"`:                                                                    kfp(set("cos_endpoint", "minio.kubeflow.svc:9000")),
		`has a path, which Elyra drops; use "http://minio:9000"`:                                                  kfp(set("cos_endpoint", "http://minio:9000/bucket")),
		`must not contain credentials`:                                                                            kfp(set("cos_endpoint", "http://u:"+runtimeSecret+"@minio:9000")),
		`public_api_endpoint: an empty value isn't the same as none`:                                              kfp(set("public_api_endpoint", " ")),
		`with a letter or digit first and last; use "my-bucket"`:                                                  kfp(set("cos_bucket", "my_Bucket")),
		`with a letter or digit first and last; use "team"`:                                                       kfp(set("user_namespace", "Team")),
		`"cos_pasword" isn't an attribute of this Kubeflow Pipelines runtime; use "cos_password"`:                 kfp(set("cos_pasword", runtimeSecret)),
		`"cos_password_wo" isn't an attribute of this Kubeflow Pipelines runtime; use "cos_password"`:             kfp(set("cos_password_wo", runtimeSecret)),
		`api_endpoint is missing`:                                                                                 kfp(map[string]tftypes.Value{"api_endpoint": null}),
		`an object with display_name`:                                                                             text(runtimeSecret),
	} {
		wantError(t, "kubeflow_pipelines_runtime_json", argument, want)
	}
	for want, argument := range map[string]tftypes.Value{
		`git_type = "GITLAB" requires github_api_endpoint; add github_api_endpoint = "https://gitlab.com"`: airflow(set("git_type", "GITLAB")),
		`"https://github.com/a/b" is an address; use "a/b"`:                                                airflow(set("github_repo", "https://github.com/a/b")),
		`github_branch: an empty value isn't allowed`:                                                      airflow(set("github_branch", "")),
		`github_repo_token: an empty value isn't allowed`:                                                  airflow(set("github_repo_token", "")),
		`github_repo_token is missing`:                                                                     airflow(map[string]tftypes.Value{"github_repo_token": null}),
		`"auth_type" isn't an attribute of this Apache Airflow runtime; remove it`:                         airflow(set("auth_type", "DEX_LDAP")),
	} {
		wantError(t, "airflow_runtime_json", argument, want)
	}
}

// TestRuntimeFields: each field is described and refuses ""; none that's secret or private is shown.
func TestRuntimeFields(t *testing.T) {
	t.Parallel()
	shown := newRuntimesDataSource().(*instancesDataSource).listedResults(elyra.Instance{}).values
	for _, schema := range elyra.RuntimeSchemas() {
		for _, field := range schema.Fields {
			if fieldDescription(field) == "" || field.Check("") == nil {
				t.Errorf("%s has no description, or takes an empty value", field.Key)
			}
			if _, ok := shown[field.Key]; ok == (field.Secret || field.Private) {
				t.Errorf("%s is shown: %t", field.Key, ok)
			}
		}
	}
}
