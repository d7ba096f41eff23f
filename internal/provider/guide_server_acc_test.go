package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// serverPlace is a real Jupyter Server that "jupyter server list" finds, and a directory with a
// configuration of one image and no provider block.
func serverPlace(t *testing.T) (p place, token string, c commandLine) {
	t.Helper()
	requireAcceptance(t)
	isolate(t)
	p = newPlace(t)
	runtime := "JUPYTER_RUNTIME_DIR=" + t.TempDir()
	server := jupytertest.Start(t, jupytertest.Options{Env: []string{p.searchPath(), runtime}})
	p.endpoint = server.URL
	c = newCommandLine(t).withElyra(t)
	c.env = append(c.env, runtime, "TF_CLI_ARGS_apply=-auto-approve -no-color", "TF_CLI_ARGS_plan=-no-color")
	c.addExamples(t, "resources/elyra_runtime_image/resource.tf")
	return p, server.Token, c
}

// commands returns the commands of a console block.
func commands(block string) string {
	var lines []string
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			lines = append(lines, command)
		}
	}
	return strings.Join(lines, "")
}

// TestAccGuide_runningJupyterLab follows the guide on a real Jupyter Server. JupyterLab itself isn't
// installed in the environment of the tests: its server is.
func TestAccGuide_runningJupyterLab(t *testing.T) {
	g := readGuide(t, "running-jupyterlab")
	p, token, c := serverPlace(t)
	here := strings.NewReplacer("http://localhost:8888/", p.endpoint+"/", "0123456789abcdef", token)

	list := g.code(t, "jupyter server list")
	output := c.run(t, commands(list))
	for _, line := range strings.Split(list, "\n")[1:2] {
		wantOutput(t, output, line)
	}
	wantOutput(t, output, "?token="+token+" :: ")
	c.run(t, strings.Replace(commands(g.code(t, "openssl rand")), "jupyter lab", "jupyter server --version", 1))

	environment := here.Replace(commands(g.code(t, "export ELYRA_ENDPOINT")))
	wantOutput(t, c.run(t, environment), "1 to add")
	c.run(t, environment+"terraform apply")
	wantNames(t, p.near, "reporting")

	c.write(t, "provider.tf", here.Replace(g.code(t, "var.jupyter_token")))
	c.env = append(c.env, "TF_VAR_jupyter_token="+token)
	c.run(t, noop)
	wantOutput(t, c.run(t, "terraform state show elyra_runtime_image.reporting"), p.location("reporting"))
	g.wantAllUsed(t)
}

// TestAccGuide_debugging follows the guide, except for the debugger.
func TestAccGuide_debugging(t *testing.T) {
	g := readGuide(t, "debugging")
	p, token, c := serverPlace(t)
	c.env = append(c.env, "ELYRA_ENDPOINT="+p.endpoint+"/", "ELYRA_TOKEN="+token)
	c.run(t, "terraform apply")

	c.run(t, commands(g.code(t, "TF_LOG_PROVIDER")))
	log := c.run(t, "cat elyra.log")
	wantOutput(t, log, "/elyra/metadata/runtime-images", "method=GET", "status=200")
	if strings.Contains(log, token) {
		t.Error("the log contains the token")
	}
	wantOutput(t, c.run(t, commands(g.code(t, "curl"))), `"name": "reporting"`)

	c.env = append(c.env, p.searchPath())
	wantOutput(t, c.run(t, commands(g.code(t, "--include-invalid"))), filepath.Join("share", "jupyter"), "reporting", "amancevice/pandas")
	if debugger := g.code(t, "dlv"); !strings.Contains(debugger, "-- -debug") {
		t.Errorf("the debugger starts the provider without -debug:\n%s", debugger)
	}
	wantOutput(t, c.run(t, "terraform providers"), "elyra-ai/elyra")
	g.wantAllUsed(t)
}

// TestAccGuide_jupyterHub applies the guide's configurations: to shared files, and to a user's server behind
// a real JupyterHub. TestHubGuide in serverstore runs the Hub as the guide configures it.
func TestAccGuide_jupyterHub(t *testing.T) {
	requireAcceptance(t)
	jupytertest.RequireHub(t)
	isolate(t)
	g := readGuide(t, "jupyterhub")
	c := newCommandLine(t).withElyra(t)
	c.addExamples(t, "resources/elyra_runtime_image/resource.tf")

	shared := t.TempDir()
	c.write(t, "provider.tf", strings.ReplaceAll(g.code(t, "file_permission"), "/srv/jupyterhub/share/jupyter", shared))
	c.run(t, apply)
	wantImages(t, shared, reporting)
	wantModes(t, shared, 0o644, 0o755)
	c.run(t, noop)
	c.run(t, destroy)

	hub := jupytertest.StartHub(t)
	hub.AddUser(t, "jdoe")
	hub.StartServer(t, "jdoe", "")
	const endpoint = "https://hub.example.com/user/jdoe/"
	configuration := g.code(t, endpoint)
	c.write(t, "provider.tf", strings.ReplaceAll(configuration, endpoint, hub.Endpoint("jdoe", ""))+
		"\nvariable \"hub_token\" {\n  sensitive = true\n}\n")
	c.env = append(c.env, "TF_VAR_hub_token="+hub.Token(t, "jdoe", "access:servers!server=jdoe/"))
	c.run(t, apply)
	wantImages(t, filepath.Join(hub.Home("jdoe"), ".local", "share", "jupyter"), reporting)
	c.run(t, noop)
	c.run(t, destroy)
}
