package differential

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// combinations are a runtime with each choice of the fields, and with each of the others or without it.
func combinations(schema *elyra.RuntimeSchema, base map[string]string, choices, others []string) (runtimes []elyra.Runtime) {
	options := map[string][]string{}
	for _, field := range schema.Fields {
		if slices.Contains(choices, field.Key) {
			options[field.Key] = field.Choices()
		}
	}
	for _, key := range others {
		options[key] = []string{"", "some-value"}
	}
	all := []map[string]string{base}
	for key, values := range options {
		var more []map[string]string
		for _, fewer := range all {
			for _, value := range values {
				with := maps.Clone(fewer)
				if value != "" {
					with[key] = value
				}
				more = append(more, with)
			}
		}
		all = more
	}
	for _, values := range all {
		runtimes = append(runtimes, elyra.Runtime{Schema: schema, Values: values})
	}
	return runtimes
}

// TestRuntimeRules: our rules between the fields of a runtime refuse what Elyra refuses to save, and one
// thing more. Of the documents that they accept, Elyra changes none, and of the others, it leaves nothing.
func TestRuntimeRules(t *testing.T) {
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		t.Parallel()
		base := map[string]string{"display_name": "R\u00fcn", "api_endpoint": "http://api", "cos_endpoint": "http://minio:9000", "cos_bucket": "bucket"}
		storage := []string{"cos_username", "cos_password", "cos_secret"}
		runtimes := combinations(elyra.KubeflowPipelines, base, []string{"auth_type", "cos_auth_type"}, append([]string{"api_username", "api_password"}, storage...))
		if e != jupytertest.ODH { // which has no Airflow
			base := maps.Clone(base)
			maps.Copy(base, map[string]string{"github_repo": "a/b", "github_branch": "main", "github_repo_token": "token"})
			runtimes = append(runtimes, combinations(elyra.Airflow, base, []string{"cos_auth_type"}, storage)...)
		}
		documents := make([][]byte, len(runtimes))
		for i, runtime := range runtimes {
			documents[i] = runtime.Document(elyra.Document{}).Encode()
		}
		var theirs []struct{ Saved, Clean bool }
		if err := newOracle(t, e).ask("runtimes", map[string]any{"documents": documents}, &theirs); err != nil {
			t.Fatal(err)
		}
		saved := 0
		for i, runtime := range runtimes {
			faults := runtime.Schema.CheckTogether(runtime.Values, nil)
			ours := len(faults) == 0
			// Elyra saves it, and fails when a pipeline is submitted.
			stricter := runtime.Values["auth_type"] == "EXISTING_BEARER_TOKEN" && runtime.Values["api_password"] == ""
			if ours != theirs[i].Saved && (!stricter || !theirs[i].Saved) {
				t.Errorf("%v: we say %q, Elyra saves it: %t", runtime.Values, faults, theirs[i].Saved)
			}
			if !theirs[i].Clean {
				t.Errorf("%v: Elyra changed or left something; saved: %t", runtime.Values, theirs[i].Saved)
			}
			if strings.Contains(fmt.Sprint(faults), "some-value") {
				t.Errorf("a value is quoted: %q", faults)
			}
			if theirs[i].Saved {
				saved++
			}
		}
		if saved == 0 || saved == len(runtimes) {
			t.Errorf("Elyra saves %d of %d", saved, len(runtimes))
		}
		t.Logf("Elyra saves %d of %d combinations", saved, len(runtimes))
	})
}
