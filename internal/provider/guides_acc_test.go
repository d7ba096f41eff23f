package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// The guide's commands, as they stand there, take over what a directory has.
func TestAccGuide_takeOver(t *testing.T) {
	for name, test := range map[string]struct {
		command string // in the guide
		files   map[string]string
		spent   string // what did its work
		skipped string // what the output says of what is left out
	}{
		"query":  {"terraform query", map[string]string{"images.tfquery.hcl": `list "elyra_runtime_image"`}, "images.tfquery.hcl", "cannot be taken over"},
		"script": {"awk", nil, "imports.tf", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommandLine(t)
			if name == "query" {
				c = c.withQuery(t)
			}
			p := filesPlace(t)
			documents := handKept(t, p.near)
			if name == "query" { // the script stops at it, as the guide says
				put(t, p.near, "broken", "{")
			}
			write := func(file, with string) {
				if err := os.WriteFile(filepath.Join(c.dir, file), []byte(guideCode(t, with, p.near)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("main.tf", "required_providers")
			for file, with := range test.files {
				write(file, with)
			}

			t.Setenv("TF_CLI_ARGS_apply", "-auto-approve -no-color")
			t.Setenv("TF_CLI_ARGS_plan", "-no-color")
			output := c.run(t, guideCode(t, test.command, p.near))
			for _, want := range []string{
				test.skipped,
				"Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.",
				"Resources: 2 imported, 0 added, 0 changed, 0 destroyed.",
			} {
				if !strings.Contains(output, want) {
					t.Errorf("%q is not in:\n%s", want, output)
				}
			}
			c.run(t, "rm "+test.spent+"; terraform plan -detailed-exitcode")
			for name, document := range documents {
				if now := read(t, p.near, name); now != document {
					t.Errorf("%s was written to:\n%s\nwas\n%s", name, now, document)
				}
			}

			// What the guide says of what is left out.
			put(t, p.near, "broken", "{")
			write("invalid.tf", "include_invalid")
			c.run(t, "terraform apply")
			if output := c.run(t, "terraform output -json left_out"); !strings.Contains(output, p.path("broken")) || !strings.Contains(output, p.path("Upper")) || strings.Contains(output, p.path("by-hand_1")) {
				t.Errorf("left out are %s", output)
			}
		})
	}
}

// guideCode is the code in the guide that has this text in it, for a directory.
func guideCode(t *testing.T, with, dataDir string) string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "take-over.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile("(?s)```[a-z]+\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
		if strings.Contains(match[1], with) {
			return strings.ReplaceAll(match[1], "/srv/jupyter", dataDir)
		}
	}
	t.Fatalf("the guide has no code with %q", with)
	return ""
}

// handKept fills a directory as people do: two images that can be taken over, and
// one that Elyra cannot save.
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
