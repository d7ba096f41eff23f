package provider

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// TestRuntimeResource_fields: each argument is written, read, changed, and imported, and a secret isn't.
func TestRuntimeResource_fields(t *testing.T) {
	t.Parallel()
	samples := map[string]map[string]tftypes.Value{
		"auth_type":           {"auth_type": text("EXISTING_BEARER_TOKEN"), "api_password": text(runtimeSecret)},
		"api_username":        {"auth_type": text("DEX_LDAP"), "api_username": text("me"), "api_password": text(runtimeSecret)},
		"api_password":        {"auth_type": text("DEX_LDAP"), "api_username": text("me"), "api_password": text(runtimeSecret)},
		"cos_auth_type":       {"cos_auth_type": text("KUBERNETES_SECRET"), "cos_secret": text("minio")},
		"cos_secret":          {"cos_auth_type": text("KUBERNETES_SECRET"), "cos_secret": text("minio")},
		"git_type":            {"git_type": text("GITEA"), "github_api_endpoint": text("https://gitea.example.com")},
		"github_repo":         {"github_repo": text("c/d")},
		"api_endpoint":        {"api_endpoint": text("https://other.example.com")},
		"public_api_endpoint": {"public_api_endpoint": text("https://other.example.com")},
		"cos_endpoint":        {"cos_endpoint": text("https://other.example.com")},
		"public_cos_endpoint": {"public_cos_endpoint": text("https://other.example.com")},
		"github_api_endpoint": {"github_api_endpoint": text("https://other.example.com")},
		"engine":              {"engine": text("Argo")},
		"cos_password":        {"cos_password": text("0ther-s3cret")},
	}
	for _, of := range []*instanceType{kubeflowPipelinesType, airflowType} {
		for _, field := range of.fields {
			t.Run(of.name+"."+field.Key, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				provider := newTestProvider(t, dir).of(t, of.name)
				changed := samples[field.Key]
				if changed == nil {
					changed = map[string]tftypes.Value{field.Key: text("sample-1")}
				}
				base := map[string]tftypes.Value{"name": text("it"), "public_api_endpoint": text("https://kfp.example.com")}
				if of == airflowType {
					delete(base, "public_api_endpoint")
				}
				first := provider.create(t, provider.complete(t, base))
				maps.Copy(base, changed)
				config := provider.complete(t, base)
				plan := provider.reconfigure(t).respond(t, config, provider.read(t, first))
				check(t, nil, plan.Diagnostics)
				check(t, nil, provider.apply(t, config, first, plan).Diagnostics)

				var want string
				check(t, base[field.Key].As(&want), nil)
				if stored := readFile(t, filepath.Join(dir, "metadata", "runtimes", "it.json")); !strings.Contains(stored, fmt.Sprintf("%q: %q", field.Key, want)) {
					t.Errorf("stored %s", stored)
				}
				got := provider.attributes(t, provider.reconfigure(t).imported(t, "it").state)[field.Key]
				if got.IsNull() != field.Secret || !field.Secret && !got.Equal(text(want)) {
					t.Errorf("imported %v", got)
				}
			})
		}
	}
}

// TestDigest: it identifies everything, reveals no secret, and is salted anew.
func TestDigest(t *testing.T) {
	t.Parallel()
	document := func(replacements ...string) elyra.Instance {
		runtime := elyra.Runtime{Schema: elyra.KubeflowPipelines, Values: map[string]string{"display_name": "X", "cos_username": "jdoe", "cos_password": runtimeSecret}}
		parsed, err := elyra.ParseDocument([]byte(strings.NewReplacer(replacements...).Replace(string(runtime.Document(elyra.Document{}).Encode()))))
		if err != nil {
			return elyra.Instance{Unparsed: replacements[1]}
		}
		return elyra.Instance{Document: parsed}
	}
	digest := kubeflowPipelinesType.digest(document(), "")
	if again := kubeflowPipelinesType.digest(document(), digest); again != digest {
		t.Errorf("%s, then %s", digest, again)
	}
	if anew := kubeflowPipelinesType.digest(document(), ""); anew == digest || anew[:8] == digest[:8] {
		t.Errorf("the salt of %s is that of %s", anew, digest)
	}
	if mark := marks(digest)["cos_password"]; len(mark) != 4 {
		t.Errorf("the mark %q doesn't have two bytes", mark)
	}
	for _, changed := range []elyra.Instance{document("jdoe", "other"), document(runtimeSecret, "0ther-s3cret"), document(`"cos_password": "`+runtimeSecret+`",`, ""), document(`"engine"`, `"x-team": 1, "engine"`)} {
		if got := kubeflowPipelinesType.digest(changed, digest); got == digest {
			t.Errorf("%s has the same digest", changed.Document.Encode())
		}
	}
	// What can't be read may have a secret anywhere.
	for _, invalid := range []elyra.Instance{document("{", `{"cos_password": "`), document(`"api_endpoint"`, `"cos_password": 12345678, "api_endpoint"`), document(`"engine"`, `"api_endpoint": "http://u:`+runtimeSecret+`@kfp", "engine"`)} {
		if parts := strings.Split(kubeflowPipelinesType.digest(invalid, digest), ":"); len(parts[1]) != 4 {
			t.Errorf("%v identifies what can't be read", parts)
		}
	}
}

// TestRuntimeResource_reads: an unchanged runtime is read once, although its digest has a salt, and a changed one is
// read by itself too.
func TestRuntimeResource_reads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := newCountingStore(elyra.Runtimes, dir)
	provider := newStoreProvider(t, store).of(t, kubeflowPipelinesType.name)
	created := provider.created(t, provider.complete(t, nil))
	read := func() map[string]int {
		clear(store.asked)
		provider.refresh(t, created)
		return maps.Clone(store.asked)
	}
	if got, want := read(), map[string]int{"Get shared": 1}; !maps.Equal(got, want) {
		t.Errorf("unchanged: asked %v, want %v", got, want)
	}
	path := filepath.Join(dir, "metadata", "runtimes", "prod.json")
	writeFile(t, path, strings.Replace(readFile(t, path), runtimeSecret, "another-one", 1))
	if got, want := read(), map[string]int{"Get shared": 1, "Get": 1}; !maps.Equal(got, want) {
		t.Errorf("changed: asked %v, want %v", got, want)
	}
}
