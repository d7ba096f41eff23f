package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestAccGuide_takeOver runs each command and applies each configuration of the guide, next to the images
// that Elyra ships, and compares the results with what the guide says.
func TestAccGuide_takeOver(t *testing.T) { //nolint:tparallel // its parts record which of the guide's code they ran
	t.Parallel()
	g := takeOverGuide{readGuide(t, "take-over")}
	tests := map[string]func(*testing.T){
		"query": g.testQuery, "query stops": g.testQueryStops, "script": g.testScript, "script stops": g.testScriptStops, "home": g.testHome,
		"stop managing": g.testStopManaging, "left out": g.testLeftOut, "export": g.testExport, "scripts": g.testScripts,
	}
	ran := 0
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test(t)
			ran++
		})
	}
	if ran == len(tests) { // else some weren't asked for, or skipped
		g.wantAllUsed(t)
	}
}

type takeOverGuide struct{ guide }

// start returns a directory with the guide's main.tf.
func (g takeOverGuide) start(t *testing.T, p place, dataDir string) commandLine {
	t.Helper()
	c := newCommandLine(t).withElyra()
	c.write("main.tf", g.codeAt(t, "required_providers", dataDir))
	c.env = append(c.env, p.searchPath())
	return c
}

const (
	imports2  = "Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."
	imported2 = "Resources: 2 imported, 0 added, 0 changed, 0 destroyed."
)

// testQuery queries, and imports what it finds.
func (g takeOverGuide) testQuery(t *testing.T) {
	p := newPlace(t)
	c := g.start(t, p, p.near).with(queryCommand)
	documents := handKept(t, p.near)
	put(t, p.near, "broken", "{")
	c.write("images.tfquery.hcl", g.code(t, `list "elyra_runtime_image"`))

	wantOutput(t, c.run(g.code(t, "terraform query")), "Warning:", p.path("broken"), "Upper")
	c.run(g.code(t, "images.new"))
	wantOutput(t, c.run(g.code(t, "plan\nterraform apply")), imports2, imported2)
	if got, want := c.run("terraform state list"), "elyra_runtime_image.by-hand_1\nelyra_runtime_image.training_with_gpu\n"; got != want {
		t.Errorf("the addresses are %s, want %s", got, want)
	}
	c.run("rm images.tfquery.hcl; " + noop)
	wantDocuments(t, p.near, documents)
}

func (g takeOverGuide) testQueryStops(t *testing.T) {
	p := newPlace(t)
	c := g.start(t, p, p.near).with(queryCommand)
	putUnusable(t, p.near)
	c.write("images.tfquery.hcl", g.code(t, `list "elyra_runtime_image"`))
	c.run(g.code(t, "terraform query") + g.code(t, "images.new"))
	g.stops(t, c, g.code(t, "plan\nterraform apply"))
}

func (g takeOverGuide) testScript(t *testing.T) {
	p := newPlace(t)
	c := g.start(t, p, p.near)
	documents := handKept(t, p.near)

	wantOutput(t, c.run(g.codeAt(t, "imports.tf", p.near)), imports2, imported2)
	c.run("rm imports.tf; " + noop)
	wantDocuments(t, p.near, documents)
	wantOutput(t, c.run("terraform destroy"), "2 destroyed") // the guide's warning
	wantNames(t, p.near, "Upper")
}

func (g takeOverGuide) testScriptStops(t *testing.T) {
	p := newPlace(t)
	c := g.start(t, p, p.near)
	putUnusable(t, p.near)
	g.stops(t, c, g.codeAt(t, "imports.tf", p.near))
}

// putUnusable puts a good image, and one that Elyra saves but its pipelines can't use.
func putUnusable(t *testing.T, dataDir string) {
	t.Helper()
	putImages(t, dataDir, pandas, elyra.RuntimeImage{Name: "python", DisplayName: "Python", ImageName: "python:3.11"})
}

// stops runs commands that stop at an image name, and goes on as the guide says.
func (g takeOverGuide) stops(t *testing.T, c commandLine, commands string) {
	t.Helper()
	output := c.mustFail(commands, "with elyra_runtime_image.python")
	for line := range strings.Lines(g.code(t, "Error: Invalid image name")) {
		wantOutput(t, output, strings.TrimSpace(line))
	}
	images := c.run("cat images.tf")
	c.write("images.tf", strings.ReplaceAll(images, `"python:3.11"`, `"library/python:3.11"`))
	again := g.code(t, "terraform plan #")
	wantOutput(t, c.run(again), "Plan: 2 to import, 0 to add, 1 to change, 0 to destroy.")
	c.mustFail(strings.Replace(again, "plan", "plan -generate-config-out=images.tf", 1), "Target generated file already exists")
	wantOutput(t, c.run("terraform apply"), "Resources: 2 imported, 0 added, 1 changed, 0 destroyed.")
}

func (g takeOverGuide) testHome(t *testing.T) {
	home := t.TempDir()
	dataDir := filepath.Join(home, ".local", "share", "jupyter")
	c := g.start(t, newPlace(t), dataDir)
	c.env = append(c.env, "HOME="+home)
	terraform, _, _ := strings.Cut(g.code(t, "required_providers"), "provider \"elyra\"")
	c.write("main.tf", terraform+g.code(t, "pathexpand"))
	documents := handKept(t, dataDir)

	wantOutput(t, c.run(g.codeAt(t, "imports.tf", dataDir)), imports2, imported2)
	wantDocuments(t, dataDir, documents)
}

// testStopManaging wants both ways to leave the files and an empty plan.
func (g takeOverGuide) testStopManaging(t *testing.T) {
	p := newPlace(t)
	c := g.start(t, p, p.near)
	documents := handKept(t, p.near)
	take := g.codeAt(t, "imports.tf", p.near) + "rm imports.tf\n"
	without := "awk '/^resource .*training/ { skip = 1 } !skip; /^}/ { skip = 0 }' images.tf >rest && mv rest images.tf\n"

	c.run(take + without)
	c.write("removed.tf", g.code(t, "removed {"))
	wantOutput(t, c.run("terraform apply"), "will no longer be managed", "0 destroyed")
	c.run("rm removed.tf; " + noop)

	c.run("rm images.tf; terraform state rm elyra_runtime_image.by-hand_1")
	c.run(take + without + g.code(t, "terraform state rm") + noop)
	wantDocuments(t, p.near, documents)
}

func (g takeOverGuide) testLeftOut(t *testing.T) {
	p := newPlace(t)
	c := g.start(t, p, p.near)
	handKept(t, p.near)
	put(t, p.near, "broken", "{")
	c.write("left_out.tf", g.code(t, "include_invalid"))
	c.run("terraform apply")
	output := c.run("terraform output -json left_out")
	wantOutput(t, output, p.path("broken")+`":"broken JSON`, p.path("Upper")+`":"Elyra can't save an image with this name."`)
	if strings.Contains(output, p.path("by-hand_1")) || strings.Contains(output, p.path(training.Name)) {
		t.Errorf("left out are %s", output)
	}
}

// testExport exports as the guide says, and as one does who hasn't read it, and imports the export without the images
// that Elyra ships.
func (g takeOverGuide) testExport(t *testing.T) {
	jupytertest.Require(t)
	for _, moved := range []bool{false, true} {
		p, dataDir := newPlace(t), t.TempDir()
		c := g.start(t, p, dataDir)
		documents := map[string]string{}
		putImages(t, p.near, pandas, training)
		if moved {
			c.run("elyra-metadata export runtime-images --directory=" + dataDir)
			c.write("left_out.tf", g.code(t, "include_invalid"))
			wantOutput(t, c.run("terraform apply"), "Warning:", filepath.Join(dataDir, "metadata", "runtime-images"), filepath.Join(dataDir, "runtime-images"))
			move := g.codeAt(t, "mv /srv/jupyter/runtime-images", dataDir)
			wantOutput(t, c.run("terraform plan"), strings.TrimSpace(move)) // the warning gives the same command
			c.run(move)
			if output := c.run("terraform apply"); strings.Contains(output, "Warning: No runtime images") {
				t.Errorf("there's still a warning:\n%s", output)
			}
		} else {
			c.run(g.codeAt(t, "export", dataDir))
		}
		exported := imageNames(dataDir)
		if len(exported) <= 2 {
			t.Fatalf("exported: %q, want the images that ship with Elyra as well", exported)
		}
		for _, name := range exported {
			if name == pandas.Name || name == training.Name {
				documents[name] = read(t, dataDir, name)
			} else {
				must(t, os.Remove(instancePath(dataDir, name)))
			}
		}
		wantOutput(t, c.run(g.codeAt(t, "imports.tf", dataDir)), imports2, imported2)
		wantDocuments(t, dataDir, documents)
	}
}

// withElyra returns the same with Elyra's own programs on PATH, through which the provider also finds the
// images that Elyra ships, and with what a user answers and doesn't see.
func (c commandLine) withElyra() commandLine {
	c.t.Helper()
	c.env = append(c.env, "PATH="+jupytertest.Bin(c.t)+string(os.PathListSeparator)+os.Getenv("PATH"), "PYTHONUTF8=1",
		"TF_CLI_ARGS_apply=-auto-approve -no-color", "TF_CLI_ARGS_destroy=-auto-approve -no-color", "TF_CLI_ARGS_plan=-no-color")
	return c
}

// testScripts wants Terraform's files to equal those of an elyra-metadata script, byte for byte, after each
// command.
func (g takeOverGuide) testScripts(t *testing.T) {
	jupytertest.Require(t)
	script := newPlace(t)
	dataDir := t.TempDir()
	c := g.start(t, script, dataDir)
	image := g.code(t, `resource "elyra_runtime_image" "training"`)
	agree := func(when string) {
		t.Helper()
		c.run("terraform apply")
		if got, want := read(t, dataDir, "training"), read(t, script.near, "training"); got != want {
			t.Errorf("%s:\n%s\nElyra's:\n%s", when, got, want)
		}
	}

	create, update := g.code(t, "create runtime-images"), g.code(t, "update runtime-images")
	c.run(create)
	c.write("image.tf", image)
	agree("create")
	c.run(update)
	c.write("image.tf", strings.Replace(image, "1.4.0", "1.5.0", 1))
	agree("update")
	if read(t, dataDir, "training") == "" {
		t.Error("there is no document to compare")
	}
	c.run(g.code(t, "remove runtime-images"))
	c.run("rm image.tf")
	agree("remove")

	// The commands of Elyra 3 differ only in their names, which Elyra 4 doesn't have anymore.
	for elyra4, elyra3 := range map[string]string{
		create: strings.Replace(g.code(t, "install runtime-images --name"), "install", "create", 1),
		update: strings.Replace(g.code(t, "install runtime-images --replace"), "install runtime-images --replace", "update runtime-images", 1),
	} {
		if without, _, _ := strings.Cut(elyra3, " # Elyra 3"); without+"\n" != elyra4 {
			t.Errorf("Elyra 3's spelling is\n%sElyra 4's\n%s", elyra3, elyra4)
		}
	}
	c.mustFail(g.code(t, "install runtime-images --name"), "Subcommand 'install' is invalid")
}

func wantDocuments(t *testing.T, dataDir string, documents map[string]string) {
	t.Helper()
	for name, document := range documents {
		if now := read(t, dataDir, name); now != document {
			t.Errorf("%s was written to:\n%s\nwas\n%s", name, now, document)
		}
	}
}

// handKept fills a directory as people do: two images that can be imported, and one that Elyra can't save.
func handKept(t *testing.T, dataDir string) (documents map[string]string) {
	t.Helper()
	documents = map[string]string{
		training.Name: string(elyra.NewDocument(training).Encode()),
		"by-hand_1": `{"schema_name": "runtime-image", "metadata": {"theirs": 1, "image_name": "a/b:1", "pull_secret": "regcred",
			"description": "<b>&\"\\ ${x} %{y} 日本\nsecond line"}, "display_name": "By hand"}`,
		"Upper": string(elyra.NewDocument(pandas).Encode()),
	}
	for name, document := range documents {
		put(t, dataDir, name, document)
	}
	return documents
}
