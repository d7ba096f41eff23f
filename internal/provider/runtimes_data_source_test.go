package provider

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const runtimeUser = "jdoe-s3cret"

func TestRuntimes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	endpoints := `"api_endpoint": "http://u:` + runtimeSecret + `@kfp", "cos_endpoint": "http://minio:9000", "cos_bucket": "abc"`
	credentials := `"cos_username": "` + runtimeUser + `", "cos_password": "` + runtimeSecret + `"`
	for name, document := range map[string]string{
		"complete": `{"schema_name": "kfp", "display_name": "Complete", "metadata": {"runtime_type": "KUBEFLOW_PIPELINES", "engine": "Argo", "auth_type": "DEX_LDAP", "api_username": "` + runtimeUser + `", "api_password": "` + runtimeSecret + `", "tags": ["b", "a"], "cos_auth_type": "USER_CREDENTIALS", ` + endpoints + `, ` + credentials + `}}`,
		"old":      `{"schema_name": "kfp", "display_name": "Old", "metadata": {"runtime_type": "KUBEFLOW_PIPELINES", "api_username": "u", "api_password": "` + runtimeSecret + `", "cos_secret": "minio", ` + endpoints + `, ` + credentials + `}}`,
		"older":    `{"schema_name": "airflow", "display_name": "Older", "metadata": {"github_repo": "a/b", "github_branch": "main", "github_repo_token": "` + runtimeSecret + `", ` + endpoints + `, ` + credentials + `}}`,
		"invalid":  `{"schema_name": "kfp", "display_name": "Invalid", "metadata": {` + endpoints + `, "cos_username": "u", "cos_password": "hunter2"}}`,
		"odd":      `{"schema_name": "kfp", "display_name": "Odd", "metadata": {` + endpoints + `, "cos_username": "u", "cos_password": ["` + runtimeSecret + `"]}}`,
		"broken":   `{"schema_name": "kfp", "metadata": {"cos_password": "` + runtimeSecret + `"`,
	} {
		writeFile(t, filepath.Join(dir, "metadata", "runtimes", name+".json"), document)
	}
	provider := newTestProvider(t, dir)
	list := func(set map[string]tftypes.Value) []map[string]any {
		runtimes, _ := provider.list(t, "elyra_runtimes", set)
		for _, secret := range []string{runtimeSecret, runtimeUser, "hunter2"} {
			if strings.Contains(fmt.Sprint(runtimes), secret) {
				t.Errorf("the state has %q", secret)
			}
		}
		return runtimes
	}
	want := func(runtime map[string]any, values map[string]any) {
		t.Helper()
		for name, value := range values {
			if got := runtime[name]; got != value {
				t.Errorf("%v: %s is %v, want %v", runtime["name"], name, got, value)
			}
		}
	}
	runtimes := list(nil)
	if names := namesOf(runtimes); names != "complete old older" {
		t.Fatalf("listed %s", names)
	}
	want(runtimes[0], map[string]any{"display_name": "Complete", "runtime_type": "KUBEFLOW_PIPELINES", "auth_type": "DEX_LDAP", "api_endpoint": "http://kfp", "cos_secret": nil, "git_type": nil, "writable": true, "origin": "local", "invalid_reason": nil})
	want(runtimes[1], map[string]any{"engine": "Argo", "auth_type": "DEX_LEGACY", "cos_auth_type": "KUBERNETES_SECRET"})
	want(runtimes[2], map[string]any{"runtime_type": "APACHE_AIRFLOW", "cos_auth_type": "USER_CREDENTIALS", "git_type": "GITHUB", "github_api_endpoint": "https://api.github.com", "engine": nil})
	if secrets := runtimes[0]["secrets"].([]any); len(secrets) != 2 || !slices.Contains(secrets, any("api_password")) || !slices.Contains(secrets, any("cos_password")) {
		t.Errorf("the secrets are %v", secrets)
	}
	all := list(map[string]tftypes.Value{"include_invalid": tftypes.NewValue(tftypes.Bool, true)})
	if names := namesOf(all); names != "broken complete invalid odd old older" {
		t.Fatalf("listed %s", names)
	}
	want(all[2], map[string]any{"invalid_reason": "metadata.cos_password must have at least 8 characters"})
	for names, set := range map[string]map[string]tftypes.Value{
		"old older": set("search", "OLD"),
		"complete":  {"tags": texts(setOfStrings, "a", "x")},
	} {
		if got := namesOf(list(set)); got != names {
			t.Errorf("listed %s, want %s", got, names)
		}
	}
}
