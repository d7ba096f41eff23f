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
	c := newCommandLine(t)
	p := filesPlace(t)
	guide, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "take-over.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := func(with string) string {
		for _, match := range regexp.MustCompile("(?s)```[a-z]+\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
			if strings.Contains(match[1], with) {
				return strings.ReplaceAll(match[1], "/srv/jupyter", p.near)
			}
		}
		t.Fatalf("the guide has no code with %q", with)
		return ""
	}

	training, full := training, pandas
	full.Name, full.Description, full.PullSecret, full.PullPolicy = "by-hand_1", "<b>&\"\\ ${x} %{y} 日本\nsecond line", "regcred", elyra.PullNever
	documents := map[string]string{
		training.Name: string(elyra.NewDocument(training).Encode()),
		full.Name:     `{"schema_name": "runtime-image", "metadata": {"theirs": 1, ` + string(elyra.NewDocument(full).Compact()[len(`{"display_name":"Pandas 2.2","metadata":{`):]),
		"Upper":       string(elyra.NewDocument(pandas).Encode()),
	}
	documents[full.Name] = strings.Replace(documents[full.Name], `},"schema_name":"runtime-image"}`, `}, "display_name": "Pandas 2.2"}`, 1)
	for name, document := range documents {
		put(t, p.near, name, document)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "main.tf"), []byte(block("required_providers")), 0o600); err != nil {
		t.Fatal(err)
	}

	t.Setenv("TF_CLI_ARGS_apply", "-auto-approve -no-color")
	t.Setenv("TF_CLI_ARGS_plan", "-no-color")
	output := c.run(t, block("awk"))
	for _, want := range []string{"Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.", "Resources: 2 imported, 0 added, 0 changed, 0 destroyed."} {
		if !strings.Contains(output, want) {
			t.Errorf("%q is not in:\n%s", want, output)
		}
	}
	c.run(t, "rm imports.tf; terraform plan -detailed-exitcode")
	for name, document := range documents {
		if now := read(t, p.near, name); now != document {
			t.Errorf("%s was written to:\n%s\nwas\n%s", name, now, document)
		}
	}

	// What the guide says of the names that are left out.
	put(t, p.near, "broken", "{")
	c.run(t, "cat > invalid.tf <<'EOF'\n"+block("include_invalid")+"EOF\nterraform apply")
	if output := c.run(t, "terraform output -json invalid"); !strings.Contains(output, p.path("broken")) || strings.Contains(output, p.path("Upper")) {
		t.Errorf("invalid are %s", output)
	}
}
