package elyra_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestKinds: each kind's rules for documents, with all reasons. No reason quotes a secret.
func TestKinds(t *testing.T) {
	t.Parallel()
	const kfp = `{"schema_name":"kfp","display_name":"x","metadata":{"api_endpoint":"http://api","cos_endpoint":"http://minio:9000"`
	airflow := strings.Replace(kfp, "kfp", "airflow", 1) + `,"cos_bucket":"abc","github_repo":"a/b","github_branch":"main","github_repo_token":"t"`
	for _, tt := range []struct {
		kind           *elyra.Kind
		document, want string
	}{
		{elyra.RuntimeImages, `{"schema_name":"kfp","display_name":"x"}`, `schema_name is "kfp", not "runtime-image"; metadata is missing`},
		{elyra.RuntimeImages, `{"schema_name":"runtime-image","display_name":"x","metadata":7}`, "metadata is 7, not an object"},
		{elyra.Runtimes, `{"schema_name":"runtime-image","display_name":"x"}`, `schema_name is "runtime-image", not "kfp" or "airflow"; metadata is missing`},
		{elyra.Runtimes, `{"schema_name":"kfp","metadata":"hunter2"}`, "metadata is something else, not an object"},
		{elyra.Runtimes, kfp + `,"cos_bucket":"abc"}}`, ""},
		{elyra.Runtimes, kfp + `}}`, "metadata.cos_bucket is missing"},
		{elyra.Runtimes, kfp + `,"cos_bucket":"ab","cos_password":["hunter2"],"api_password":7}}`, "metadata.api_password is something else, not a string; " +
			`metadata.cos_bucket is "ab", not 3 to 222 lowercase letters, digits, hyphens, and dots, with a letter or digit first and last; metadata.cos_password is something else, not a string`},
		{elyra.Runtimes, kfp + `,"cos_bucket":"abc","runtime_type":"APACHE_AIRFLOW"}}`, `metadata.runtime_type is "APACHE_AIRFLOW", not "KUBEFLOW_PIPELINES"`},
		{elyra.Runtimes, airflow + `}}`, ""},
		{elyra.Runtimes, airflow + `,"runtime_type":"APACHE_AIRFLOW"}}`, "metadata.github_api_endpoint is missing"},
	} {
		got := ""
		if err := tt.kind.Check(parse(t, tt.document)); err != nil {
			got = strings.TrimPrefix(err.Error(), "invalid document: ")
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.document, got, tt.want)
		}
	}
}

// TestFieldCheck: what's wrong with a value, and what to use instead. No password and no address that may have
// credentials is quoted.
func TestFieldCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ key, value, want string }{
		{"cos_bucket", "my_Bucket", `; use "my-bucket"`},
		{"github_branch", "", "required"},
		{"github_repo", " ", "required"},
		{"cos_secret", "", "leave it out, or use null"},
		{"cos_password", strings.Repeat(" ", 8), "leave it out, or use null"},
		{"cos_password", "hunter2", "at least 8 characters"},
		{"cos_endpoint", "https://minio.example.com\n", `line break; use "https://minio.example.com"`},
		{"cos_endpoint", "minio.example.com", `; use "https://minio.example.com"`},
		{"cos_endpoint", "https://minio.example.com/x", `has a path, which Elyra drops; use "https://minio.example.com"`},
		{"api_endpoint", "https://kfp.example.com/pipeline/@team", ""},
		{"api_endpoint", "https://jdoe:hunter2@kfp.example.com", "must not contain credentials"},
		{"api_endpoint", "jdoe:hunter2@kfp.example.com", "may be credentials"},
		{"api_endpoint", "ftp://kfp.example.com", "isn't an address with http:// or https://"},
	} {
		fields := slices.Concat(elyra.KubeflowPipelines.Fields, elyra.Airflow.Fields)
		field := fields[slices.IndexFunc(fields, func(f elyra.Field) bool { return f.Key == tt.key })]
		err := field.Check(tt.value)
		if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s = %q: %v, want %s", tt.key, tt.value, err, tt.want)
		}
	}
}
