package provider_test

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/storetest"
)

var runtimeTests = tests{
	onBoth: {
		"lifecycle": runtimeLifecycle, "airflow": runtimeAirflow, "changedSincePlan": runtimeChangedSincePlan,
		"taken": runtimeTaken, "otherSchema": runtimeOtherSchema,
	},
	onFiles: {
		"writeOnly": runtimeWriteOnly, "plain": runtimePlain, "unmanagedSecret": runtimeUnmanagedSecret,
		"dropsSecret": runtimeDropsSecret, "otherType": runtimeOtherType,
		"oneNameInBoth": runtimeOneNameInBoth, "migrated": runtimeMigrated,
		"unknownUntilApply": runtimeUnknownUntilApply, "otherKeys": runtimeOtherKeys,
	},
}

func TestAccRuntimeResource_files(t *testing.T) {
	t.Parallel()
	testFiles(t, runtimeTests)
}

// --- Configurations ---

const secret, otherSecret = "hunter2-s3cret+/", "0ther-s3cret=&"

var (
	plainLines = []string{`cos_username = "jdoe"`, `cos_password = "` + secret + `"`}
	gitLines   = []string{`github_repo = "team/dags"`, `github_branch = "main"`, `github_repo_token = "` + secret + `"`}
)

// secretLines are the arguments for a secret that isn't in the state, if Terraform knows such.
func (w workspace) secretLines() []string { return w.linesWith(secret, 1) }

func (w workspace) otherSecretLines() []string { return w.linesWith(otherSecret, 2) }

func (w workspace) linesWith(secret string, version int) []string {
	if w.has(writeOnlyArguments) {
		return writeOnly(secret, version)
	}
	return []string{plainLines[0], fmt.Sprintf("cos_password = %q", secret)}
}

func writeOnly(secret string, version int) []string {
	return []string{plainLines[0], fmt.Sprintf("cos_password_wo = %q", secret), fmt.Sprintf("cos_password_wo_version = %d", version)}
}

func runtimeBlock(resource, label string, lines ...string) string {
	return fmt.Sprintf("resource %q %q {\n  display_name = \"My runtime\"\n  api_endpoint = \"https://pipelines.example.com\"\n  cos_endpoint = \"https://minio.example.com\"\n  cos_bucket = \"pipelines\"\n%s\n}\n",
		resource, label, strings.Join(lines, "\n"))
}

func kfp(label string, lines ...string) string {
	return runtimeBlock("elyra_kubeflow_pipelines_runtime", label, lines...)
}

func airflow(label string, lines ...string) string {
	return runtimeBlock("elyra_airflow_runtime", label, append(lines, gitLines...)...)
}

func (w workspace) runtimePath(name string) string {
	return filepath.Join(w.a.near, "metadata", "runtimes", name+".json")
}

// runtime is the document of a runtime; "" if there isn't one.
func (w workspace) runtime(name string) string {
	w.t.Helper()
	return readFile(w.t, w.runtimePath(name))
}

func (w workspace) putRuntime(name, document string) {
	w.t.Helper()
	writeFile(w.t, w.runtimePath(name), document)
}

// edit changes a document as somebody else would.
func (w workspace) edit(name, old, text string) {
	w.t.Helper()
	document := w.runtime(name)
	if !strings.Contains(document, old) {
		w.t.Fatalf("%q isn't in %s", old, document)
	}
	w.putRuntime(name, strings.ReplaceAll(document, old, text))
}

// wantRuntime checks values of the document's metadata; "" for an absent one.
func (w workspace) wantRuntime(name string, want map[string]string) {
	w.t.Helper()
	document, err := elyra.ParseDocument([]byte(w.runtime(name)))
	must(w.t, err)
	runtime, err := document.Runtime()
	if err != nil {
		w.t.Error(err)
	}
	for key, value := range want {
		if runtime.Values[key] != value {
			w.t.Errorf("%s is %q, want %q", key, runtime.Values[key], value)
		}
	}
}

func (w workspace) wantNoRuntime(name string) {
	w.t.Helper()
	if left := w.runtime(name); left != "" {
		w.t.Errorf("left %s", left)
	}
}

// --- Tests ---

func runtimeLifecycle(w workspace) {
	w.applies(kfp("x", w.secretLines()...))
	w.settled()
	w.wantRuntime("my_runtime", map[string]string{
		"display_name": "My runtime", "engine": "Argo", "auth_type": "NO_AUTHENTICATION", "cos_auth_type": "USER_CREDENTIALS",
		"cos_username": "jdoe", "cos_password": secret,
	})
	wantOutput(w.t, w.runtime("my_runtime"), `"runtime_type": "KUBEFLOW_PIPELINES"`)
	w.applies(kfp("x", append(w.secretLines(), `tags = ["a"]`, `user_namespace = "team"`)...))
	w.settled()
	w.wantRuntime("my_runtime", map[string]string{"user_namespace": "team", "cos_password": secret})

	w.edit("my_runtime", `"team"`, `"others"`)
	wantOutput(w.t, w.run(plan), `~ user_namespace = "others" -> "team"`)
	w.converges()
	w.wantRuntime("my_runtime", map[string]string{"user_namespace": "team", "cos_password": secret})

	w.run("terraform state rm elyra_kubeflow_pipelines_runtime.x")
	w.write(kfp("x", append([]string{`cos_username = "jdoe"`}, `tags = ["a"]`, `user_namespace = "team"`)...))
	w.run("terraform import elyra_kubeflow_pipelines_runtime.x my_runtime")
	w.settled()
	w.destroys()
	w.wantNoRuntime("my_runtime")
}

// The rest of what an Airflow runtime goes through is in TestAccExample_runtimes.
func runtimeAirflow(w workspace) {
	w.applies(airflow("x", w.secretLines()...))
	w.settled()
	w.wantRuntime("my_runtime", map[string]string{
		"user_namespace": "default", "git_type": "GITHUB", "github_api_endpoint": "https://api.github.com", "github_repo": "team/dags",
		"github_branch": "main", "github_repo_token": secret, "cos_password": secret,
	})
	if w.isServer() { // without the package for it
		w.write(airflow("x", append(w.secretLines(), `git_type = "GITLAB"`, `github_api_endpoint = "https://gitlab.com"`)...))
		w.warns(plan, `This server's Elyra doesn't have git_type = "GITLAB"`, "elyra-server[airflow-gitlab]")
		w.write(airflow("x", w.secretLines()...))
		w.settled()
	}
}

// A write-only secret is written with a new version, and if somebody else has changed or removed it.
func runtimeWriteOnly(w workspace) {
	if !w.has(writeOnlyArguments) {
		w.write(kfp("x", writeOnly(secret, 1)...))
		w.fails(plan, "WriteOnly Attribute Not Allowed")
		return
	}
	w.applies(kfp("x", w.secretLines()...))
	w.write(kfp("x", writeOnly(otherSecret, 1)...))
	w.settled() // the version is the same
	w.applies(kfp("x", append(w.otherSecretLines()[1:], `cos_username = "other"`)...))
	w.wantRuntime("my_runtime", map[string]string{"cos_password": otherSecret, "cos_username": "other"})
	w.settled()
	w.edit("my_runtime", otherSecret, "changed-s3cret")
	w.warns(plan, `Secret cos_password of runtime "my_runtime" has changed`)
	wantOutput(w.t, w.run(plan), "+ cos_password_wo_version = 2")
	w.run(apply)
	w.wantRuntime("my_runtime", map[string]string{"cos_password": otherSecret})
	w.settled()
	w.replacesTainted(otherSecret)
}

// replacesTainted has Terraform replace the runtime, and keep no more of it than an untainted one.
func (w workspace) replacesTainted(secret string) {
	w.t.Helper()
	w.run("terraform taint elyra_kubeflow_pipelines_runtime.x")
	w.converges()
	w.wantRuntime("my_runtime", map[string]string{"cos_password": secret})
	w.settled()
}

func runtimePlain(w workspace) {
	w.applies(kfp("x", plainLines...))
	w.settled()
	w.replacesTainted(secret)
	w.edit("my_runtime", secret, "changed-s3cret")
	wantOutput(w.t, w.run(plan), "~ cos_password = (sensitive value)")
	w.run(apply)
	w.wantRuntime("my_runtime", map[string]string{"cos_password": secret})
	w.applies(kfp("x", w.otherSecretLines()...)) // from plain to write-only
	w.wantRuntime("my_runtime", map[string]string{"cos_password": otherSecret})
	if !w.has(writeOnlyArguments) {
		return
	}
	if state := w.run("cat terraform.tfstate"); strings.Contains(state, "s3cret") {
		w.t.Error(state)
	}
}

// A secret that no argument has stays as it is.
func runtimeUnmanagedSecret(w workspace) {
	w.applies(kfp("x", plainLines...))
	w.applies(kfp("x", `cos_username = "jdoe"`))
	w.settled()
	w.edit("my_runtime", secret, "changed-s3cret")
	w.settled()
	w.applies(kfp("x", `cos_username = "jdoe"`, `description = "New"`))
	w.wantRuntime("my_runtime", map[string]string{"cos_password": "changed-s3cret", "description": "New"})
	w.destroys()

	w.write(kfp("x", `cos_username = "jdoe"`))
	m := w.fails(plan, "Arguments don't fit together", `cos_auth_type = "USER_CREDENTIALS" requires cos_password`)
	w.applies("variable \"cos_password\" {\n  default = \""+secret+"\"\n}\n", kfp("x", `cos_username = "jdoe"`, w.advice(m, `cos_password = var\.cos_password`)))
	w.settled()
	w.destroys()
}

func runtimeDropsSecret(w workspace) {
	w.applies(kfp("x", w.secretLines()...))
	w.write(kfp("x", append(w.secretLines()[1:], `cos_auth_type = "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"`)...))
	w.fails(plan, "Arguments don't fit together", "remove cos_password")
	w.write(kfp("x", `cos_auth_type = "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"`))
	w.warns(plan, `Secret cos_password of runtime "my_runtime" will be removed`)
	w.run(apply)
	w.wantRuntime("my_runtime", map[string]string{"cos_auth_type": "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS", "cos_password": "", "cos_username": ""})
	w.settled()
}

// A secret that changed after the plan stops an update and a deletion.
func runtimeChangedSincePlan(w workspace) {
	for _, lines := range [][]string{w.secretLines(), plainLines} {
		w := w.module()
		w.applies(kfp("x", lines...))
		for i, planned := range []string{"", "-destroy"} {
			w.write(kfp("x", append(lines, `description = "New"`)...))
			w.run("terraform plan -out=planned " + planned)
			w.edit("my_runtime", secret, fmt.Sprintf("changed-s3cret-%d", i))
			m := w.fails("terraform apply -no-color planned", `Runtime "my_runtime" has changed since the plan`, "cos_password has another value")
			if strings.Contains(string(m), "s3cret") {
				w.t.Error(m)
			}
			w.run(apply) // which writes the secret again
		}
		w.destroys()
	}
}

func runtimeTaken(w workspace) {
	w.applies(kfp("x", w.secretLines()...))
	there := w.runtime("my_runtime")
	for _, way := range []string{anotherName, overwriting, importBlock} {
		w := w.module()
		w.putRuntime("my_runtime", there)
		w.write(kfp("x", w.otherSecretLines()...))
		// A plan can't compare a write-only secret, so it warns. It compares a plain one, and fails.
		m := w.fails(apply, `Runtime "my_runtime" already exists`)
		switch code := w.advice(m, way, "x"); way {
		case importBlock:
			w.applies(kfp("x", w.otherSecretLines()...), code)
			w.write(kfp("x", w.otherSecretLines()...))
		default:
			w.applies(kfp("x", append(w.otherSecretLines(), code)...))
		}
		w.settled()
		w.destroys()
	}
}

// A runtime of another schema is imported into another resource, and overwritten without what is the other's.
func runtimeOtherSchema(w workspace) {
	w.applies(airflow("x", w.secretLines()...))
	w.run("rm terraform.tfstate")
	w.write(kfp("x", w.otherSecretLines()...))
	w.fails("terraform import -no-color elyra_kubeflow_pipelines_runtime.x my_runtime", "Unable to import runtime", "Import it into an elyra_airflow_runtime.")
	if m := w.fails(plan, `Runtime "my_runtime" already exists`); offers(m, importBlock) {
		w.t.Error(m)
	}
	w.applies(kfp("x", append(w.otherSecretLines(), "overwrite = true")...))
	w.settled()
	if document := w.runtime("my_runtime"); strings.Contains(document, "git") || strings.Contains(document, secret) {
		w.t.Error(document)
	}
	w.run("cp terraform.tfstate kept; rm terraform.tfstate") // somebody else replaces it
	w.applies(airflow("x", append(w.secretLines(), "overwrite = true")...))
	w.run("mv kept terraform.tfstate")
	w.write(kfp("x", w.otherSecretLines()...))
	w.warns(plan, `Runtime "my_runtime" has another schema`)
	w.run(apply)
	w.settled()
	w.wantRuntime("my_runtime", map[string]string{"cos_password": otherSecret, "engine": "Argo"})
	w.destroys()
}

// A name that passes from one resource to the other.
func runtimeOtherType(w workspace) {
	w.applies(airflow("x", w.secretLines()...))
	w.write(kfp("x", w.otherSecretLines()...))
	m := w.fails(plan, passedOn, "A resource of another type takes this name")
	w.applies(kfp("x", append(w.otherSecretLines(), w.advice(m, anotherName))...))
	w.settled()

	w.write(kfp("x", append(w.otherSecretLines(), `name = "given_up"`)...), airflow("x", append(w.secretLines(), w.advice(m, anotherName))...))
	w.fails(plan, passedOn, "remove the resource that takes it, apply, and add it again")
	w.applies(kfp("x", append(w.otherSecretLines(), `name = "given_up"`)...))
	w.applies(kfp("x", append(w.otherSecretLines(), `name = "given_up"`)...), airflow("x", append(w.secretLines(), w.advice(m, anotherName))...))
	w.settled()
	w.destroys()
	w.wantNoRuntime("my_runtime")
}

// An image and a runtime of one name are two things.
func runtimeOneNameInBoth(w workspace) {
	both := []string{image("x", "Shared name"), kfp("x", append(w.secretLines(), `name = "shared_name"`)...)}
	w.applies(both...)
	w.settled()
	w.wantNames("shared_name")
	w.applies(both[0])
	w.wantNoRuntime("shared_name")
	w.wantNames("shared_name")
	w.applies(both...)
	w.applies(both[1])
	w.wantNames()
	w.settled()
	w.write(both[1], airflow("x", append(w.secretLines(), `name = "shared_name"`)...))
	w.fails(plan, sharedName)
	w.destroys()
}

// What Elyra's migration of old documents has broken is said when they're imported, and the advice repairs it.
func runtimeMigrated(w workspace) {
	w.putRuntime("old", `{"display_name": "My runtime", "schema_name": "kfp", "metadata": {"api_endpoint": "https://pipelines.example.com", "cos_endpoint": "https://minio.example.com", "cos_bucket": "pipelines",
		"api_username": "me", "api_password": "`+secret+`", "cos_username": "jdoe", "cos_password": "`+secret+`", "cos_secret": "minio"}}`)
	lines := []string{`name = "old"`, `api_username = "me"`, `cos_username = "jdoe"`, `cos_secret = "minio"`}
	w.write(kfp("x", append(lines, `auth_type = "DEX_LEGACY"`, `cos_auth_type = "KUBERNETES_SECRET"`)...))
	m := message(w.run("terraform import -no-color elyra_kubeflow_pipelines_runtime.x old"))
	wantOutput(w.t, string(m), `Runtime "old" can't be saved as it is`)
	w.applies(kfp("x", append(lines, w.advice(m, `auth_type = "DEX_LEGACY"`), w.advice(m, `cos_auth_type = "KUBERNETES_SECRET"`))...))
	w.settled()
	w.wantRuntime("old", map[string]string{"auth_type": "DEX_LEGACY", "api_password": secret, "cos_auth_type": "KUBERNETES_SECRET", "cos_password": secret})
}

// Values that are known only in the apply are held to the rules before anything is written.
func runtimeUnknownUntilApply(w workspace) {
	late := func(value string) string {
		return "resource \"terraform_data\" \"late\" {\n  input = \"" + value + "\"\n}\n"
	}
	w.write(late("AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"), kfp("x", plainLines[1], "cos_auth_type = terraform_data.late.output"))
	w.run(plan)
	w.fails(apply, "Arguments don't fit together", "takes no cos_password")
	w.wantNoRuntime("my_runtime")
	w.write(late("short"), kfp("x", `cos_username = "jdoe"`, "cos_password = terraform_data.late.output"))
	w.fails(apply, "Invalid cos password", "at least 8 characters")
	w.wantNoRuntime("my_runtime")
}

func runtimeOtherKeys(w workspace) {
	w.applies(kfp("x", w.secretLines()...))
	w.edit("my_runtime", `"engine"`, `"x-team": "ours", "display_name": "Inner", "engine"`)
	w.settled()
	w.applies(kfp("x", append(w.secretLines(), `description = "New"`)...))
	wantOutput(w.t, w.runtime("my_runtime"), "x-team", "Inner")
}

// TestAccRuntimeResource_secrets searches everything that Terraform and the provider leave behind for secrets.
func TestAccRuntimeResource_secrets(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]workspace{"files": newFilesWorkspace(t), "server": newServerWorkspace(t, startServer(t))} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			t.Parallel()
			runtimeSecrets(w, true)
			if w.has(writeOnlyArguments) {
				runtimeSecrets(w.module(), false)
			}
		})
	}
}

// runtimeSecrets looks for plain or write-only secrets everywhere. Plain ones may be in the state and the plan.
func runtimeSecrets(w workspace, plain bool) {
	home, tmp := w.t.TempDir(), w.t.TempDir()
	w.env = append(slices.Clip(w.env), "TF_LOG=trace", "HOME="+home, "TMPDIR="+tmp, "TF_VAR_secret="+secret)
	variable, lines := "variable \"secret\" {\n  sensitive = true\n}\n", []string{`cos_username = "jdoe"`, "cos_password = var.secret"}
	token, shown := "github_repo_token = var.secret", ""
	if !plain {
		variable = strings.Replace(variable, "sensitive", "ephemeral", 1)
		lines = append(lines[:1], "cos_password_wo = var.secret", "cos_password_wo_version = 1")
		token, shown = "github_repo_token_wo = var.secret\ngithub_repo_token_wo_version = 1", "; terraform show -no-color -json"
	}
	runtimes := kfp("x", lines...) + strings.Replace(airflow("y", append(lines, `name = "y"`)...), gitLines[2], token, 1)
	w.write(variable, runtimes, "output \"x\" {\n  value     = elyra_kubeflow_pipelines_runtime.x\n  sensitive = true\n}\n")
	output := w.run("terraform plan -no-color -out=plan; terraform show -no-color plan")
	if !plain {
		output += w.run("terraform show -no-color -json plan; unzip -o -q plan -d unzipped")
	}
	output += w.run("terraform apply -no-color plan")
	w.wantRuntime("my_runtime", map[string]string{"cos_password": secret})
	w.wantRuntime("y", map[string]string{"github_repo_token": secret})
	w.edit("my_runtime", secret, otherSecret)
	output += w.run(plan + "; " + apply + shown)
	w.edit("my_runtime", secret, "short")
	failed, _ := w.try(apply) // invalid
	w.edit("my_runtime", secret, "short-no-more")
	secrets := []string{secret, otherSecret, "s3cret"}
	wantTraced(w.t, output+failed, secrets...)
	for _, dir := range []string{w.dir, tmp, home} {
		must(w.t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			text, isState := readFile(w.t, path), strings.Contains(entry.Name(), ".tfstate")
			if !plain || !isState && entry.Name() != "plan" {
				wantNoSecrets(w.t, path, text, secrets...)
			}
			if isState { // private state is encoded twice
				wantNoSecrets(w.t, path+" decoded", decoded(text), secrets...)
			}
			return nil
		}))
	}
	w.destroys()
}

// decoded are all texts in Base64 in a state, decoded twice.
func decoded(state string) (text string) {
	for range 2 {
		next := ""
		for _, word := range strings.FieldsFunc(state, func(r rune) bool { return strings.ContainsRune("\",:{} \n", r) }) {
			if data, err := base64.StdEncoding.DecodeString(word); err == nil {
				next += string(data) + "\n"
			}
		}
		state = next
		text += next
	}
	return text
}

// TestAccRuntimes_secrets: neither state, plan, nor trace of a configuration that reads
// runtimes has a secret.
func TestAccRuntimes_secrets(t *testing.T) {
	t.Parallel()
	w := newFilesWorkspace(t)
	w.putRuntime("full", string(storetest.Runtimes.Full(elyra.Document{}).Encode()))
	w.write(example(t, "data-sources/elyra_runtimes/data-source.tf"), "output \"runtimes\" {\n  value = data.elyra_runtimes.all.runtimes\n}\n")
	w.env = append(w.env, "TF_LOG=trace")
	output := w.run(`terraform plan -no-color -input=false -out=plan
		terraform show -no-color -json plan
		terraform apply -no-color -input=false plan
		terraform output -json
		unzip -p plan 2>/dev/null || true`)
	state := readFile(t, filepath.Join(w.dir, "terraform.tfstate"))
	wantOutput(t, state, `"cos_bucket": "pipelines"`)
	wantTraced(t, output, storetest.Secret, "jdoe")
	wantNoSecrets(t, "the state", state, storetest.Secret, "jdoe")
}

// TestAccExample_runtimes applies, imports, and finds what the examples describe.
func TestAccExample_runtimes(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"elyra_kubeflow_pipelines_runtime": {
			"resources/elyra_kubeflow_pipelines_runtime/resource.tf", "resources/elyra_kubeflow_pipelines_runtime/plain.tf",
			"resources/elyra_kubeflow_pipelines_runtime/without-credentials.tf",
		},
		"elyra_airflow_runtime": {"resources/elyra_airflow_runtime/resource.tf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newFilesWorkspace(t)
			command := func(files ...string) commandLine {
				c := newCommandLine(t, w.a.searchPath(), "TF_VAR_cos_password="+secret, "TF_VAR_github_token="+secret, "TF_LOG=").with(writeOnlyArguments)
				c.addExamples(files...)
				return c.attached()
			}
			for i, file := range files {
				c := command(file)
				c.run(apply + "; " + noop)
				if i < len(files)-1 {
					c.run(destroy)
				}
			}
			last := files[len(files)-1]
			for _, by := range []string{"import-by-string-id.tf", "import.sh", "import-by-identity.tf"} {
				c := command(last)
				if strings.Contains(by, "identity") {
					c = c.with(identities)
				}
				c.imports("resources/" + name + "/" + by)
			}

			list := "list-resources/" + name + "/list-resource.tfquery.hcl"
			c := command(list).with(queryCommand)
			w.put("image", theirs)
			w.putRuntime("other", `{"display_name": "Other", "schema_name": "unknown", "metadata": {}}`)
			output := c.run(queryOf(t, list))
			generated := c.run("cat runtimes.tf")
			if strings.Count(generated, "\nresource ") != 1 || strings.Contains(generated+output, "s3cret") {
				t.Errorf("generated is\n%s\nof\n%s", generated, output)
			}
			// What the file says is what is stored.
			c.run("rm *.tfquery.hcl; " + apply + "; " + noop)
		})
	}
}

// TestAccGuide_bootstrapOneWorkbench applies what the guide says about one workbench, by files and by a server.
func TestAccGuide_bootstrapOneWorkbench(t *testing.T) {
	requireAcceptance(t)
	const dataDir = `data_dir = "/home/jovyan/.local/share/jupyter" # or endpoint and token`
	code := readGuide(t, "bootstrap-a-workbench").code(t, "elyra_kubeflow_pipelines_runtime")
	if !strings.Contains(code, dataDir) {
		t.Fatal(code)
	}
	for _, w := range []workspace{newFilesWorkspace(t), newServerWorkspace(t, startServer(t))} {
		w.commandLine = w.with(writeOnlyArguments)
		w.env = append(w.env, "TF_VAR_cos_password="+secret)
		w.writeAll(strings.Replace(code, "  "+dataDir+"\n", w.a.arguments, 1))
		w.run(apply)
		w.settled()
		w.wantRuntime("production", map[string]string{"cos_password": secret})
		w.wantNames("training")
	}
	// A running server sees files immediately.
	w := newFilesWorkspace(t)
	running := jupytertest.Start(t, jupytertest.Options{Env: []string{w.a.searchPath()}})
	w.applies(kfp("x", w.secretLines()...))
	other := newWorkspace(t, serverPlace(w.a, running))
	other.write("data \"elyra_runtimes\" \"all\" {}\noutput \"names\" {\n  value = data.elyra_runtimes.all.runtimes[*].name\n}\n")
	wantOutput(t, other.run(apply), `"my_runtime"`)
}
