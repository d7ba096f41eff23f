package provider

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// runtimeConfig is a configuration with what the resource of that name needs, and these attributes; null leaves
// one out.
func (p testProvider) runtimeConfig(t testing.TB, attributes map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	argument := kfp(attributes)
	if p.name == airflowType.name {
		argument = airflow(attributes)
	}
	var all map[string]tftypes.Value
	if err := argument.As(&all); err != nil {
		t.Fatal(err)
	}
	return p.config(t, all)
}

func number(n int) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }

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
				first := provider.create(t, provider.runtimeConfig(t, base))
				maps.Copy(base, changed)
				config := provider.runtimeConfig(t, base)
				plan := provider.reconfigure(t).respond(t, config, provider.read(t, first))
				check(t, nil, plan.Diagnostics)
				check(t, nil, provider.apply(t, config, first, plan).Diagnostics)

				data, err := os.ReadFile(filepath.Join(dir, "metadata", "runtimes", "it.json"))
				if err != nil {
					t.Fatal(err)
				}
				document, err := elyra.ParseDocument(data)
				if err != nil {
					t.Fatal(err)
				}
				runtime, err := document.Runtime()
				var want string
				if err != nil || base[field.Key].As(&want) == nil && want != "" && runtime.Values[field.Key] != want {
					t.Errorf("%v, stored %s", err, data)
				}
				attributes := provider.attributes(t, provider.reconfigure(t).imported(t, "it").state)
				switch got := attributes[field.Key]; {
				case field.Secret && !got.IsNull():
					t.Error("an import shows the secret")
				case !field.Secret && !got.Equal(stringValue(runtime.Values[field.Key])):
					t.Errorf("imported %v", got)
				}
			})
		}
	}
}

func stringValue(value string) tftypes.Value {
	if value == "" {
		return tftypes.NewValue(tftypes.String, nil)
	}
	return text(value)
}

// TestRuntimeResource_rules: what terraform validate says, without a secret, and what only a plan can say.
func TestRuntimeResource_rules(t *testing.T) {
	t.Parallel()
	null, unknown := tftypes.NewValue(tftypes.String, nil), tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	set := func(pairs ...string) map[string]tftypes.Value {
		attributes := map[string]tftypes.Value{}
		for i := 0; i < len(pairs); i += 2 {
			attributes[pairs[i]] = text(pairs[i+1])
		}
		return attributes
	}
	with := func(attributes map[string]tftypes.Value, name string, value tftypes.Value) map[string]tftypes.Value {
		attributes[name] = value
		return attributes
	}
	iam := func() map[string]tftypes.Value {
		return with(set("cos_auth_type", "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"), "cos_username", null)
	}
	const add = "Add:\n\n    "
	for name, test := range map[string]struct {
		resource, at string
		attributes   map[string]tftypes.Value
		want         string
		inPlan       bool
	}{
		"credentials without a type": {kubeflowPipelinesType.name, "api_username", set("api_username", "me"), `set auth_type to one that takes it ("DEX_STATIC_PASSWORDS", "DEX_LDAP", "DEX_LEGACY", "EXISTING_BEARER_TOKEN")`, false},
		"missing user":               {kubeflowPipelinesType.name, "auth_type", set("auth_type", "DEX_LDAP", "api_password", runtimeSecret), add + "api_username = var.api_username", false},
		"missing password":           {kubeflowPipelinesType.name, "auth_type", set("auth_type", "DEX_LDAP", "api_username", "me"), add + "api_password = var.api_password", true},
		"half of both or none":       {kubeflowPipelinesType.name, "api_password", set("auth_type", "DEX_LEGACY", "api_password", runtimeSecret), add + "api_username = var.api_username", false},
		"missing token":              {kubeflowPipelinesType.name, "auth_type", set("auth_type", "EXISTING_BEARER_TOKEN"), add + "api_password = var.api_password", true},
		"forbidden password":         {kubeflowPipelinesType.name, "cos_password", iam(), "takes no cos_password; remove cos_password, or", false},
		"forbidden write-only":       {kubeflowPipelinesType.name, "cos_password_wo", with(with(with(iam(), "cos_password", null), "cos_password_wo", text(runtimeSecret)), "cos_password_wo_version", number(1)), "remove cos_password_wo and cos_password_wo_version, or", false},
		"missing secret's name":      {kubeflowPipelinesType.name, "cos_auth_type", set("cos_auth_type", "KUBERNETES_SECRET"), add + "cos_secret = var.cos_secret", false},
		"missing storage password":   {kubeflowPipelinesType.name, "cos_auth_type", with(set(), "cos_password", null), add + "cos_password = var.cos_password", true},
		"short password":             {kubeflowPipelinesType.name, "cos_password", set("cos_password", "hunter2"), "at least 8 characters", false},
		"both passwords":             {kubeflowPipelinesType.name, "cos_password", with(set("cos_password_wo", runtimeSecret), "cos_password_wo_version", number(1)), "cos_password_wo", false},
		"no version":                 {kubeflowPipelinesType.name, "cos_password_wo", with(set("cos_password_wo", runtimeSecret), "cos_password", null), "cos_password_wo_version", false},
		"only a version":             {kubeflowPipelinesType.name, "cos_password_wo_version", with(set(), "cos_password_wo_version", number(1)), "cos_password_wo", false},
		"case":                       {kubeflowPipelinesType.name, "auth_type", set("auth_type", "no_authentication"), `use "NO_AUTHENTICATION"`, false},
		"scheme":                     {kubeflowPipelinesType.name, "cos_endpoint", set("cos_endpoint", "minio:9000"), `use "http://minio:9000"`, false},
		"empty":                      {kubeflowPipelinesType.name, "cos_secret", set("cos_secret", ""), "leave it out, or use null", false},
		"credentials in an address":  {kubeflowPipelinesType.name, "cos_endpoint", set("cos_endpoint", "http://u:"+runtimeSecret+"@minio"), "must not contain credentials", false},
		"GitLab":                     {airflowType.name, "git_type", set("git_type", "GITLAB"), add + `github_api_endpoint = "https://gitlab.com"`, false},
		"repository":                 {airflowType.name, "github_repo", set("github_repo", "https://github.com/a/b"), `use "a/b"`, false},
		"missing repository token":   {airflowType.name, "github_repo_token", with(set(), "github_repo_token", null), add + "github_repo_token = var.github_repo_token", true},
		"unknown type":               {kubeflowPipelinesType.name, "", with(set("api_username", "me"), "auth_type", unknown), "", true},
		"unknown password":           {kubeflowPipelinesType.name, "", with(set(), "cos_password", unknown), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := newTestProvider(t, t.TempDir()).of(t, test.resource)
			config := provider.runtimeConfig(t, test.attributes)
			validated, err := provider.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
				TypeName: provider.name, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
			})
			check(t, err, nil)
			got := validated.Diagnostics
			if test.inPlan {
				if len(got) > 0 {
					t.Fatalf("validate says %q", got[0].Detail)
				}
				got = provider.respond(t, config, planned{}).Diagnostics
			}
			if test.want == "" {
				if len(got) > 0 && isError(got[0]) {
					t.Errorf("says %q", got[0].Detail)
				}
				return
			}
			found := false
			for _, diagnostic := range got {
				found = found || strings.Contains(diagnostic.Detail, test.want) && diagnostic.Attribute.Equal(tftypes.NewAttributePath().WithAttributeName(test.at))
				if strings.Contains(diagnostic.Summary+diagnostic.Detail, "hunter2") {
					t.Errorf("quotes a secret: %s", diagnostic.Detail)
				}
			}
			if !found {
				t.Errorf("%q isn't on %s of %v", test.want, test.at, got)
			}
		})
	}
}

// TestRuntimeResource_warnings: what Elyra accepts and what doesn't work later.
func TestRuntimeResource_warnings(t *testing.T) {
	t.Parallel()
	dex := func(endpoint string) map[string]tftypes.Value {
		return map[string]tftypes.Value{"api_endpoint": text(endpoint), "auth_type": text("DEX_LDAP"), "api_username": text("me"), "api_password": text(runtimeSecret)}
	}
	for name, test := range map[string]struct {
		attributes map[string]tftypes.Value
		want       string
	}{
		"in the cluster":      {nil, "public_api_endpoint ="},
		"reachable":           {map[string]tftypes.Value{"public_api_endpoint": text("https://kfp.example.com")}, ""},
		"outside":             {map[string]tftypes.Value{"api_endpoint": text("https://kfp.example.com")}, ""},
		"Dex":                 {dex("https://kfp.example.com/pipeline/"), ""},
		"Dex at the root":     {dex("https://kfp.example.com"), ""},
		"Dex at another path": {dex("https://kfp.example.com/other"), `api_endpoint = "https://kfp.example.com/pipeline"`},
		"long bucket":         {map[string]tftypes.Value{"api_endpoint": text("https://kfp.example.com"), "cos_bucket": text(strings.Repeat("b", 64))}, "at most 63"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := newTestProvider(t, t.TempDir()).of(t, kubeflowPipelinesType.name)
			warnings := provider.plan(t, provider.runtimeConfig(t, test.attributes), planned{})
			if test.want == "" {
				wantWarnings(t, warnings, 0)
				return
			}
			wantWarnings(t, warnings, 1, test.want)
		})
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
	store := &countingStore{Store: filestore.New(elyra.Runtimes, filestore.Config{DataDirs: []string{dir}})}
	provider := newStoreProvider(t, store).of(t, kubeflowPipelinesType.name)
	config := provider.runtimeConfig(t, map[string]tftypes.Value{"cos_username": text("me"), "cos_password": text(runtimeSecret)})
	created := provider.tryCreate(t, config)
	check(t, nil, created.Diagnostics)
	read := func() map[string]int {
		clear(store.asked)
		resp, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: provider.name, CurrentState: created.NewState, Private: created.Private})
		check(t, err, resp.Diagnostics)
		return maps.Clone(store.asked)
	}
	if got, want := read(), map[string]int{"Get shared": 1}; !maps.Equal(got, want) {
		t.Errorf("unchanged: asked %v, want %v", got, want)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "metadata", "runtimes", "*.json"))
	data, err := os.ReadFile(files[0])
	if err == nil {
		err = os.WriteFile(files[0], []byte(strings.Replace(string(data), runtimeSecret, "another-one", 1)), 0o600)
	}
	check(t, err, nil)
	if got, want := read(), map[string]int{"Get shared": 1, "Get": 1}; !maps.Equal(got, want) {
		t.Errorf("changed: asked %v, want %v", got, want)
	}
}
