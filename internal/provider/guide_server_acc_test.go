package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// guideServer is a real Jupyter Server that "jupyter server list" finds, and a directory with a
// configuration of one image and no provider block.
func guideServer(t *testing.T) (server jupyterServer, c commandLine) {
	t.Helper()
	runtime := "JUPYTER_RUNTIME_DIR=" + t.TempDir()
	server = startServer(t, jupytertest.Options{Env: []string{runtime}})
	c = newCommandLine(t).withElyra()
	c.env = append(c.env, runtime)
	c.addExamples("resources/elyra_runtime_image/resource.tf")
	return server, c
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
	server, c := guideServer(t)
	here := strings.NewReplacer("http://localhost:8888/", server.URL+"/", "0123456789abcdef", server.Token)

	list := g.code(t, "jupyter server list")
	output := c.run(commands(list))
	wantOutput(t, output, strings.Split(list, "\n")[1], "?token="+server.Token+" :: ")
	c.run(strings.Replace(commands(g.code(t, "openssl rand")), "jupyter lab", "jupyter server --version", 1))

	environment := here.Replace(commands(g.code(t, "export ELYRA_ENDPOINT")))
	wantOutput(t, c.run(environment), "1 to add")
	c.run(environment + "terraform apply")
	wantNames(t, server.near, "reporting")

	c.write("provider.tf", here.Replace(g.code(t, "var.jupyter_token")))
	c.env = append(c.env, "TF_VAR_jupyter_token="+server.Token)
	c.run(noop)
	wantOutput(t, c.run("terraform state show elyra_runtime_image.reporting"), server.location("reporting"))
	g.wantAllUsed(t)
}

// TestAccGuide_debugging follows the guide, except for the debugger.
func TestAccGuide_debugging(t *testing.T) {
	g := readGuide(t, "debugging")
	server, c := guideServer(t)
	c.env = append(c.env, "ELYRA_ENDPOINT="+server.URL+"/", "ELYRA_TOKEN="+server.Token)
	c.run("terraform apply")

	c.run(commands(g.code(t, "TF_LOG_PROVIDER")))
	log := c.run("cat elyra.log")
	wantOutput(t, log, "/elyra/metadata/runtime-images", "method=GET", "status=200")
	if strings.Contains(log, server.Token) {
		t.Error("the log contains the token")
	}
	wantOutput(t, c.run(commands(g.code(t, "curl"))), `"name": "reporting"`)

	c.env = append(c.env, server.searchPath())
	wantOutput(t, c.run(commands(g.code(t, "--include-invalid"))), filepath.Join("share", "jupyter"), "reporting", "amancevice/pandas")
	wantOutput(t, g.code(t, "dlv"), "-- -debug")
	wantOutput(t, c.run("terraform providers"), "elyra-ai/elyra")
	g.wantAllUsed(t)
}

// TestAccGuide_jupyterHub applies the guide's configurations: to shared files, and to a user's server behind
// a real JupyterHub. TestHubGuide in serverstore runs the Hub as the guide configures it.
func TestAccGuide_jupyterHub(t *testing.T) {
	requireAcceptance(t)
	jupytertest.RequireHub(t)
	g := readGuide(t, "jupyterhub")
	c := newCommandLine(t).withElyra()
	c.addExamples("resources/elyra_runtime_image/resource.tf")

	shared := t.TempDir()
	c.write("provider.tf", strings.ReplaceAll(g.code(t, "file_permission"), "/srv/jupyterhub/share/jupyter", shared))
	c.run(apply)
	wantImages(t, shared, reporting)
	wantModes(t, shared, "644", "755")
	c.run(noop)
	c.run(destroy)

	hub := jupytertest.StartHub(t)
	hub.AddUser(t, "jdoe")
	hub.StartServer(t, "jdoe", "")
	const endpoint = "https://hub.example.com/user/jdoe/"
	configuration := g.code(t, endpoint)
	c.write("provider.tf", strings.ReplaceAll(configuration, endpoint, hub.Endpoint("jdoe", ""))+
		"\nvariable \"hub_token\" {\n  sensitive = true\n}\n")
	c.env = append(c.env, "TF_VAR_hub_token="+hub.Token(t, "jdoe", "access:servers!server=jdoe/"))
	c.run(apply)
	wantImages(t, filepath.Join(hub.Home("jdoe"), ".local", "share", "jupyter"), reporting)
	c.run(noop)
	c.run(destroy)
}
