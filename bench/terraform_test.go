package bench

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

var (
	sizes = flag.String("sizes", "50,200,500", "numbers of images for whole Terraform runs")
	large = flag.Int("large", 2000, "number of images for plans alone")
)

// image is the body of every contender's resource, except the words that differ.
const image = `  count        = %d
  name         = "image_i${count.index}i"
  display_name = "Image i${count.index}i"
  image_name   = "quay.io/team/image:${var.tag}-i${count.index}i"
  description  = "An image of the team"
  pull_policy  = "IfNotPresent"
  tags         = ["gpu", "team-a"]
`

const variable = "variable \"tag\" { default = \"1\" }\n"

// contender is one provider in one directory.
type contender struct {
	name string
	// configuration for a number of images.
	configuration func(n int) string
	// images is the directory with the images; empty for a contender without files.
	images string

	dir  string
	rc   string
	took map[string][]sample
}

type sample struct{ wall, cpu time.Duration }

func contenders(t *testing.T, names ...string) []*contender {
	t.Helper()
	var all []*contender
	for _, name := range names {
		data := t.TempDir()
		c := &contender{name: name, dir: t.TempDir(), took: map[string][]sample{}}
		switch name {
		case "elyra":
			c.images = filepath.Join(data, "metadata", "runtime-images")
			c.configuration = func(n int) string {
				return fmt.Sprintf("provider \"elyra\" { data_dir = %q }\nresource \"elyra_runtime_image\" \"all\" {\n"+image+"}\n", data, n)
			}
		case "minimal", "floor":
			c.images = data
			c.configuration = func(n int) string {
				return fmt.Sprintf("provider %q { directory = %q }\nresource \"%s_runtime_image\" \"all\" {\n"+image+"}\n", name, data, name, n)
			}
		case "terraform_data":
			c.configuration = func(n int) string {
				count, rest, _ := strings.Cut(fmt.Sprintf(image, n), "\n")
				return fmt.Sprintf("resource \"terraform_data\" \"all\" {\n%s\n  input = {\n%s  }\n}\n", count, rest)
			}
		}
		c.rc = filepath.Join(c.dir, "terraform.tfrc")
		write(t, c.rc, fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"elyra-ai/%s\" = %q\n  }\n}\n", name, filepath.Join(built, name)))
		all = append(all, c)
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

// configure writes the configuration for n images.
func (c *contender) configure(t *testing.T, n int) {
	t.Helper()
	required := ""
	if c.name != "terraform_data" {
		required = fmt.Sprintf("terraform {\n  required_providers {\n    %[1]s = { source = \"elyra-ai/%[1]s\" }\n  }\n}\n", c.name)
	}
	write(t, filepath.Join(c.dir, "main.tf"), required+variable+c.configuration(n))
}

// terraform prepares a Terraform command, whose output goes to out.
func (c *contender) terraform(t *testing.T, args ...string) (command *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	command, out = exec.CommandContext(t.Context(), *terraformPath, args...), &bytes.Buffer{}
	command.Dir = c.dir
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+c.rc, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	command.Stdout, command.Stderr = out, out
	return command, out
}

// run measures a Terraform command, under that name if there is one.
func (c *contender) run(t *testing.T, name string, args ...string) {
	t.Helper()
	command, out := c.terraform(t, args...)
	began := time.Now()
	if err := command.Run(); err != nil {
		t.Fatalf("%s: terraform %s: %v\n%s", c.name, strings.Join(args, " "), err, out.String())
	}
	if name != "" {
		c.took[name] = append(c.took[name], sample{time.Since(began), command.ProcessState.UserTime() + command.ProcessState.SystemTime()})
	}
}

// phases are the commands of a round.
var phases = []struct{ name, command string }{
	{"create", "apply -auto-approve -no-color"},
	{"plan", "plan -detailed-exitcode -no-color"},
	{"change", "apply -auto-approve -no-color -var=tag=2"},
	{"destroy", "destroy -auto-approve -no-color"},
}

func measure(t *testing.T, all []*contender, numbers []int) (rows [][]string) {
	t.Helper()
	for _, n := range numbers {
		for _, c := range all {
			c.configure(t, n)
			clear(c.took)
		}
		for range *rounds {
			for _, c := range all {
				for _, phase := range phases {
					c.run(t, phase.name, strings.Fields(phase.command)...)
				}
			}
		}
		for _, phase := range phases {
			rows = append(rows, compare(all, n, phase.name))
		}
	}
	return rows
}

// compare is the row of a phase: the first contender's figures, and its ratios to the others'.
func compare(all []*contender, n int, phase string) []string {
	figure := func(c *contender) (wall, cpu time.Duration) {
		var walls, cpus []time.Duration
		for _, s := range c.took[phase] {
			walls, cpus = append(walls, s.wall), append(cpus, s.cpu)
		}
		return median(walls), median(cpus)
	}
	wall, cpu := figure(all[0])
	row := []string{strconv.Itoa(n), phase, seconds(wall), seconds(cpu)}
	for _, other := range all[1:] {
		otherWall, otherCPU := figure(other)
		row = append(row, ratio(wall, otherWall)+" / "+ratio(cpu, otherCPU))
	}
	return row
}

func head(all []*contender) []string {
	row := []string{"images", "phase", "wall", "CPU"}
	for _, other := range all[1:] {
		row = append(row, "÷ "+other.name+" (wall / CPU)")
	}
	return row
}

func numbers(t *testing.T) (all []int) {
	t.Helper()
	for text := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(text)
		must(t, err)
		all = append(all, n)
	}
	return all
}

func TestTerraformOnFiles(t *testing.T) {
	all := contenders(t, "elyra", "minimal", "floor", "terraform_data")
	rows := measure(t, all, numbers(t))
	for _, c := range all {
		clear(c.took)
		c.stand(t, *large)
	}
	for range *rounds {
		for _, c := range all {
			c.run(t, "plan", "plan", "-detailed-exitcode", "-no-color")
		}
	}
	rows = append(rows, compare(all, *large, "plan"))
	section(t, "Whole Terraform runs on files",
		"Compared with three others. `minimal` is a provider as small as the Plugin Framework allows. `floor` is written on terraform-plugin-go and keeps nothing, which is what any external provider costs. "+
			"`terraform_data` is built into Terraform and does nothing. `minimal` and `floor` have the same schema and plain writes. "+
			"Change changes every image. The time of create, change, and destroy is mostly Terraform's, which writes its whole state after each instance.",
		head(all), rows)
}

// stand makes a state of n images, and their files, from one that Terraform made. Terraform itself would
// take minutes to apply thousands.
func (c *contender) stand(t *testing.T, n int) {
	t.Helper()
	c.configure(t, 1)
	c.run(t, "", "apply", "-auto-approve", "-no-color")
	c.configure(t, n)
	path := filepath.Join(c.dir, "terraform.tfstate")
	var state map[string]any
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	must(t, err)
	resource := state["resources"].([]any)[0].(map[string]any)
	first, _ := json.Marshal(resource["instances"].([]any)[0])
	instances := make([]any, n)
	for i := range instances {
		must(t, json.Unmarshal(renumbered(first, i), &instances[i]))
		instance := instances[i].(map[string]any)
		instance["index_key"] = i
		delete(instance, "private") // it has the digest of the first one
	}
	resource["instances"] = instances
	data, _ = json.Marshal(state)
	write(t, path, string(data))
	if c.images != "" {
		c.writeImages(t, n)
	}
}

// writeImages writes the files of n images, from the first one.
func (c *contender) writeImages(t *testing.T, n int) {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(c.images, "image_i0i.json"))
	must(t, err)
	for i := range n {
		write(t, filepath.Join(c.images, fmt.Sprintf("image_i%di.json", i)), string(renumbered(document, i)))
	}
}

func renumbered(text []byte, i int) []byte {
	return bytes.ReplaceAll(text, []byte("i0i"), fmt.Appendf(nil, "i%di", i))
}

func TestTerraformOnServer(t *testing.T) {
	server := jupytertest.Start(t, jupytertest.Options{})
	all := contenders(t, "elyra", "terraform_data")
	all[0].configuration = onServer(server.URL, server.Token)
	sizes := slices.DeleteFunc(numbers(t), func(n int) bool { return n > 500 })
	section(t, "Whole Terraform runs on a Jupyter Server",
		"A real Jupyter Server with Elyra on the same machine, whose own CPU time isn't counted.", head(all), measure(t, all, sizes))
}
