package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// twoPlaces are two places of the same kind, a and b, to run Terraform's command
// line on, with the back doors to the data directories that are written to.
type twoPlaces struct {
	commandLine

	near, far map[string]string // by place
	// arguments are those of the provider, by place.
	arguments map[string]string
	isServer  bool
}

// write writes the configuration: a provider at that place, and resources.
func (p twoPlaces) write(t *testing.T, at string, blocks ...string) {
	t.Helper()
	p.writeAll(t, "provider \"elyra\" {\n"+p.arguments[at]+"}\n", blocks...)
}

func (p twoPlaces) writeAll(t *testing.T, provider string, blocks ...string) {
	t.Helper()
	const required = "terraform {\n  required_providers {\n    elyra = { source = \"elyra-ai/elyra\" }\n  }\n}\n"
	if err := os.WriteFile(filepath.Join(p.dir, "main.tf"), []byte(required+provider+strings.Join(blocks, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// image is a resource block.
func image(label, displayName string, more ...string) string {
	return fmt.Sprintf("resource \"elyra_runtime_image\" %q {\n  display_name = %q\n  image_name = \"team/%s:1\"\n%s\n}\n",
		label, displayName, strings.ToLower(strings.ReplaceAll(displayName, " ", "-")), strings.Join(more, "\n"))
}

// theirs is what somebody else made.
const theirs = `{"schema_name":"runtime-image","display_name":"Theirs","metadata":{"image_name":"them/image:1"}}`

// warnings returns what a command that succeeds warns of, sorted: summary and detail.
func (p twoPlaces) warnings(t *testing.T, command string) (warnings []string) {
	t.Helper()
	output := p.run(t, "terraform "+command+" -json")
	for line := range strings.Lines(output) {
		var message struct {
			Diagnostic struct{ Severity, Summary, Detail string }
		}
		if json.Unmarshal([]byte(line), &message) == nil && message.Diagnostic.Severity == "warning" &&
			!strings.Contains(message.Diagnostic.Summary, "development overrides") {
			warnings = append(warnings, message.Diagnostic.Summary+"\n"+message.Diagnostic.Detail)
		}
	}
	slices.Sort(warnings)
	return warnings
}

// fails runs a command that must fail with these words.
func (p twoPlaces) fails(t *testing.T, command string, words ...string) {
	t.Helper()
	output, err := p.try(t, command)
	if err == nil {
		t.Errorf("%s succeeds:\n%s", command, output)
	}
	wantOutput(t, output, words...)
}

// wantFile checks the document of an instance; "" is none.
func (p twoPlaces) wantFile(t *testing.T, at, name, want string) {
	t.Helper()
	if got := read(t, p.near[at], name); got != want {
		t.Errorf("%s of place %s is %q, want %q", name, at, got, want)
	}
}

// ownershipTable: whose an image is, at both kinds of places.
var ownershipTable = []struct {
	name string
	test func(t *testing.T, p twoPlaces)
}{
	{"anotherPlace", ownAnotherPlace},
	{"anotherPlaceAndDropped", ownAnotherPlaceAndDropped},
	{"anotherPlaceUnread", ownAnotherPlaceUnread},
	{"anotherPlaceUnknown", ownAnotherPlaceUnknown},
	{"movedMount", ownMovedMount},
	{"newLabelNewPlace", ownNewLabelNewPlace},
	{"newLabel", ownNewLabel},
	{"newLabelUnread", ownNewLabelUnread},
	{"importedTwice", ownImportedTwice},
	{"imageNameTwice", ownImageNameTwice},
	{"noTags", ownNoTags},
	{"ignoredInvalid", ownIgnoredInvalid},
	{"keptName", ownKeptName},
	{"brokenImport", ownBrokenImport},
}

func TestAccOwnership_files(t *testing.T) {
	t.Parallel()
	for _, tt := range ownershipTable {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := twoPlaces{commandLine: newCommandLine(t), near: map[string]string{}, far: map[string]string{}, arguments: map[string]string{}}
			for _, at := range []string{"a", "b"} {
				p.near[at], p.far[at] = t.TempDir(), t.TempDir()
				p.arguments[at] = fmt.Sprintf("  data_dir    = %q\n  search_path = [%q]\n", p.near[at], p.far[at])
			}
			tt.test(t, p)
		})
	}
}

func TestAccOwnership_server(t *testing.T) { //nolint:tparallel // its parts share two servers
	t.Parallel()
	servers := map[string]jupyterServer{"a": startServer(t), "b": startServer(t)}
	for _, tt := range ownershipTable {
		t.Run(tt.name, func(t *testing.T) {
			p := twoPlaces{commandLine: newCommandLine(t), near: map[string]string{}, far: map[string]string{}, arguments: map[string]string{}, isServer: true}
			for at, server := range servers {
				server.empty(t)
				p.near[at], p.far[at] = server.near, server.far
				p.arguments[at] = fmt.Sprintf("  endpoint = %q\n  token    = %q\n", server.URL, server.Token)
			}
			tt.test(t, p)
		})
	}
}

func ownAnotherPlace(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	ours := read(t, p.near["a"], "my_image")
	put(t, p.near["b"], "my_image", theirs)

	p.write(t, "b", image("x", "My image"))
	wantOutput(t, p.run(t, "terraform plan -no-color"), "1 to add, 0 to change, 0 to destroy", `"my_image" is at another place`, `"my_image" already exists`,
		"under an alias", `id = "my_image"`, "overwrite = true")
	p.fails(t, apply, `"my_image" already exists`)
	p.wantFile(t, "b", "my_image", theirs)
	p.wantFile(t, "a", "my_image", ours)

	p.run(t, destroy)
	p.wantFile(t, "b", "my_image", theirs)
	p.wantFile(t, "a", "my_image", ours)
}

func ownAnotherPlaceAndDropped(t *testing.T, p twoPlaces) {
	for _, refresh := range []string{"", " -refresh=false"} {
		p.write(t, "a", image("x", "My image"))
		p.run(t, apply)
		ours := read(t, p.near["a"], "my_image")
		put(t, p.near["b"], "my_image", theirs)
		p.write(t, "b")
		wantOutput(t, p.run(t, apply+refresh), "is at another place", "Terraform forgets it")
		p.wantFile(t, "b", "my_image", theirs)
		p.wantFile(t, "a", "my_image", ours)
		if err := os.Remove(instancePath(p.near["a"], "my_image")); err != nil {
			t.Fatal(err)
		}
	}
}

func ownAnotherPlaceUnread(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	ours := read(t, p.near["a"], "my_image")
	put(t, p.near["b"], "my_image", theirs)
	for _, change := range []string{"", `description = "changed"`} {
		p.write(t, "b", image("x", "My image", change))
		wantOutput(t, p.run(t, "terraform plan -no-color -refresh=false"), "is at another place", `"my_image" already exists`)
		p.fails(t, apply+" -refresh=false", `"my_image" already exists`)
		p.wantFile(t, "b", "my_image", theirs)
		p.wantFile(t, "a", "my_image", ours)
	}
	p.run(t, destroy+" -refresh=false")
	p.wantFile(t, "b", "my_image", theirs)
	p.wantFile(t, "a", "my_image", ours)

	// With nothing at the new place, it is created there.
	p.write(t, "a", image("y", "Other image"))
	p.run(t, apply)
	p.write(t, "b", image("y", "Other image"))
	wantOutput(t, p.run(t, apply+" -refresh=false"), `"other_image" is at another place`)
	p.wantFile(t, "b", "other_image", read(t, p.near["a"], "other_image"))
	p.run(t, noop)
}

// ownAnotherPlaceUnknown: the place is not known before the apply.
func ownAnotherPlaceUnknown(t *testing.T, p twoPlaces) {
	write := func(at string, blocks ...string) {
		first, rest, _ := strings.Cut(p.arguments[at], "\n")
		argument, value, _ := strings.Cut(first, "=")
		provider := fmt.Sprintf("resource \"terraform_data\" \"place\" {\n  triggers_replace = %s\n  input = %s\n}\nprovider \"elyra\" {\n%s= terraform_data.place.output\n%s}\n", value, value, argument, rest)
		p.writeAll(t, provider, blocks...)
	}
	write("a", image("x", "My image"))
	p.run(t, apply)
	ours := read(t, p.near["a"], "my_image")
	put(t, p.near["b"], "my_image", theirs)

	write("b", image("x", "My image", `description = "changed"`))
	p.fails(t, apply, `"my_image" already exists`)
	p.wantFile(t, "b", "my_image", theirs)
	p.wantFile(t, "a", "my_image", ours)

	// And dropped, with the place yet unknown.
	write("a", image("y", "Other image"))
	p.run(t, "rm -f terraform.tfstate")
	os.Remove(instancePath(p.near["a"], "my_image"))
	p.run(t, apply)
	ours = read(t, p.near["a"], "other_image")
	put(t, p.near["b"], "other_image", theirs)
	write("b")
	wantOutput(t, p.run(t, apply), `"other_image" is at another place`)
	p.wantFile(t, "b", "other_image", theirs)
	p.wantFile(t, "a", "other_image", ours)
}

// ownMovedMount: the same content at another place is the same image.
func ownMovedMount(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	put(t, p.near["b"], "my_image", read(t, p.near["a"], "my_image"))
	p.write(t, "b", image("x", "My image"))
	if warnings := p.warnings(t, "plan"); len(warnings) > 0 {
		t.Errorf("warns: %s", warnings)
	}
	p.run(t, noop)
	p.run(t, destroy)
	p.wantFile(t, "b", "my_image", "")
}

// ownNewLabelNewPlace is the better way that the warning offers.
func ownNewLabelNewPlace(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	ours := read(t, p.near["a"], "my_image")
	both := "provider \"elyra\" {\n" + p.arguments["b"] + "}\nprovider \"elyra\" {\n  alias = \"old\"\n" + p.arguments["a"] + "}\n"
	p.writeAll(t, both, image("x", "My image", "provider = elyra.old"), image("y", "My image"))
	p.run(t, apply)
	p.writeAll(t, both, image("y", "My image"))
	p.run(t, apply)
	p.wantFile(t, "a", "my_image", "")
	p.wantFile(t, "b", "my_image", ours)
}

// ownNewLabel: 20 images under a new label without a moved block, ten times over.
// Nothing is lost, keys of others included, and the plan says the same each time.
func ownNewLabel(t *testing.T, p twoPlaces) {
	const images = 20
	rounds := 10
	if p.isServer {
		rounds = 3
	}
	block := func(label string) string {
		return image(label, "Image", fmt.Sprintf("  name = \"image-${count.index}\"\n  count = %d", images))
	}
	p.write(t, "a", block("round0"))
	p.run(t, apply)
	for i := range images {
		name := fmt.Sprintf("image-%d", i)
		put(t, p.near["a"], name, strings.Replace(read(t, p.near["a"], name), `"image_name"`, `"x-team": "ours", "image_name"`, 1))
	}
	p.write(t, "a", block("round1"))
	first := p.warnings(t, "plan")
	if len(first) != images+1 { // all of one image name
		t.Fatalf("%d warnings, want %d", len(first), images+1)
	}
	if !strings.Contains(first[len(first)-1], "moved {") {
		t.Errorf("the plan does not name the moved block: %s", first[len(first)-1])
	}
	for range 20 - 1 {
		if got := p.warnings(t, "plan"); !slices.Equal(got, first) {
			t.Fatalf("the same plan warns of\n%s\nand of\n%s", strings.Join(first, "\n\n"), strings.Join(got, "\n\n"))
		}
	}
	for round := range rounds {
		p.write(t, "a", block(fmt.Sprintf("round%d", round+1)))
		wantOutput(t, p.run(t, apply), "20 added, 0 changed, 20 destroyed")
		for i := range images {
			if got := read(t, p.near["a"], fmt.Sprintf("image-%d", i)); !strings.Contains(got, `"x-team": "ours"`) {
				t.Errorf("round %d: image-%d is now %q", round, i, got)
			}
		}
		p.run(t, noop)
	}
}

// ownNewLabelUnread is ownNewLabel with -refresh=false, one at a time, and with
// the plan saved.
func ownNewLabelUnread(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	ours := read(t, p.near["a"], "my_image")
	for round := range 4 {
		p.write(t, "a", image(fmt.Sprintf("x%d", round), "My image"))
		p.run(t, "terraform plan -refresh=false -parallelism=1 -out=saved && terraform apply -parallelism=1 saved")
		p.wantFile(t, "a", "my_image", ours)
	}
	// What somebody else makes at a name of which a plan was not applied is theirs.
	p.write(t, "a", image("y", "My image"))
	p.run(t, "terraform plan")
	p.run(t, "terraform state rm elyra_runtime_image.x3")
	put(t, p.near["a"], "my_image", theirs)
	p.fails(t, apply, `"my_image" already exists`)
	p.wantFile(t, "a", "my_image", theirs)
}

func ownImportedTwice(t *testing.T, p twoPlaces) {
	put(t, p.near["a"], "theirs", theirs)
	resource := func(label, imageName string) string {
		return fmt.Sprintf("import {\n  to = elyra_runtime_image.%s\n  id = \"theirs\"\n}\nresource \"elyra_runtime_image\" %q {\n  name = \"theirs\"\n  display_name = \"Theirs\"\n  image_name = %q\n}\n", label, label, imageName)
	}
	p.write(t, "a", resource("x", "them/image:1"))
	p.run(t, apply)
	p.write(t, "a", resource("x", "them/image:1"), resource("y", "them/image:2"))
	for range 5 {
		p.fails(t, "terraform plan -no-color", `Two resources have the name "theirs"`)
	}
	p.fails(t, apply, `Two resources have the name "theirs"`, "terraform state rm")
	p.wantFile(t, "a", "theirs", theirs)
}

// ownImageNameTwice: 100 images of one image name in two pulls.
func ownImageNameTwice(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "Image", "  name = \"image-${count.index}\"\n  count = 100\n  pull_policy = count.index % 2 == 0 ? \"Always\" : \"Never\""))
	p.run(t, apply)
	first := p.warnings(t, "plan")
	if len(first) != 1 || !strings.Contains(first[0], `More than one runtime image has the image name "team/image:1"`) {
		t.Errorf("%d warnings: %s", len(first), first)
	}
	for range 5 {
		if got := p.warnings(t, "plan"); !slices.Equal(got, first) {
			t.Fatalf("the same plan warns of %s and of %s", first, got)
		}
	}

	// 20 updated and 20 new ones that share nothing after the apply.
	p.write(t, "a", image("y", "Old", "  name = \"old-${count.index}\"\n  count = 20\n  pull_policy = \"Always\""))
	p.run(t, apply)
	unique := func(label, name string, more string) string {
		return fmt.Sprintf("resource \"elyra_runtime_image\" %q {\n  count = 20\n  name = \"%s-${count.index}\"\n  display_name = \"Image\"\n  image_name = \"team/%s-${count.index}:1\"\n%s}\n", label, name, name, more)
	}
	p.write(t, "a", unique("y", "old", ""), unique("z", "new", ""))
	for range 6 {
		if got := p.warnings(t, "plan"); len(got) > 0 {
			t.Fatalf("%d warnings: %s", len(got), got)
		}
	}
}

// ownNoTags: none, [] and absent are one thing, and a document keeps its form.
func ownNoTags(t *testing.T, p twoPlaces) {
	for i, tags := range []string{"", "tags = []", "tags = null"} {
		for j, document := range []string{theirs, strings.Replace(theirs, `"image_name"`, `"tags":[],"image_name"`, 1)} {
			p.run(t, "rm -f terraform.tfstate")
			put(t, p.near["a"], "theirs", document)
			block := func(description string) string {
				return fmt.Sprintf("import {\n  to = elyra_runtime_image.x\n  id = \"theirs\"\n}\nresource \"elyra_runtime_image\" \"x\" {\n  name = \"theirs\"\n  display_name = \"Theirs\"\n  image_name = \"them/image:1\"\n  %s\n%s\n}\n", tags, description)
			}
			p.write(t, "a", block(""))
			wantOutput(t, p.run(t, apply), "1 imported, 0 added, 0 changed")
			p.wantFile(t, "a", "theirs", document)
			p.run(t, noop)
			p.write(t, "a", block(`description = "ours"`))
			p.run(t, apply)
			if hasTags := strings.Contains(read(t, p.near["a"], "theirs"), `"tags": []`); hasTags != (j == 1) {
				t.Errorf("case %d: %s became %s", i, document, read(t, p.near["a"], "theirs"))
			}
			p.run(t, noop)
		}
	}
}

// ownIgnoredInvalid: ignore_changes holds on to what became invalid outside.
func ownIgnoredInvalid(t *testing.T, p twoPlaces) {
	ignoring := image("x", "My image", `pull_policy = "Always"`, "lifecycle {\n  ignore_changes = [pull_policy]\n}")
	p.write(t, "a", ignoring)
	p.run(t, apply)
	invalid := strings.Replace(read(t, p.near["a"], "my_image"), `"Always"`, `"always"`, 1)
	put(t, p.near["a"], "my_image", invalid)
	if p.isServer { // shows nothing of an invalid instance: what is ignored is the last valid value
		p.run(t, apply)
		return
	}
	p.fails(t, "terraform plan -no-color", "Invalid pull policy", "ignore_changes holds on to it")
	p.wantFile(t, "a", "my_image", invalid)
}

// ownKeptName: a replacement keeps the name that the resource has.
func ownKeptName(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	p.write(t, "a", image("x", "Renamed"))
	p.run(t, apply)
	put(t, p.near["a"], "renamed", theirs)
	wantOutput(t, p.run(t, apply+" -replace=elyra_runtime_image.x"), "1 added, 0 changed, 1 destroyed")
	if got := stored(t, p.near["a"], "my_image"); got.DisplayName != "Renamed" {
		t.Errorf("stored is %+v", got)
	}
	p.wantFile(t, "a", "renamed", theirs)
	p.run(t, noop)
}

func ownBrokenImport(t *testing.T, p twoPlaces) {
	put(t, p.near["a"], "broken", `{"schema_name":"runtime-image","displ`)
	p.write(t, "a", "import {\n  to = elyra_runtime_image.x\n  id = \"broken\"\n}\n")
	p.fails(t, "terraform plan -no-color -generate-config-out=generated.tf", "a resource block that you write yourself")
}

// TestAccOwnership_overlap: a new label whose old one is slow to go. The new image
// is not removed by a delete that is repeated.
func TestAccOwnership_overlap(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	for round := range 5 {
		server := elyratest.New(t, elyratest.Options{})
		p := twoPlaces{commandLine: c, arguments: map[string]string{"a": fmt.Sprintf("  endpoint = %q\n", server.URL)}}
		p.dir = t.TempDir()
		p.write(t, "a", image("x", "My image", "overwrite = true"))
		p.run(t, apply)
		server.Inject(elyratest.Fault{Method: "DELETE", Times: 1, Do: elyratest.Answer(503, "text/plain", "")})
		p.write(t, "a", image("y", "My image", "overwrite = true"))
		p.run(t, apply)
		if _, found := server.Raw(elyratest.Writable, "my_image"); !found {
			t.Errorf("round %d: the image is gone", round)
		}
		p.run(t, noop)
	}
}

// TestAccOwnership_hidden: what a server shows after the copy that hid a factory
// image is gone, by whatever hand.
func TestAccOwnership_hidden(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	server := startServer(t)
	p := twoPlaces{commandLine: c, arguments: map[string]string{"a": fmt.Sprintf("  endpoint = %q\n  token = %q\n", server.URL, server.Token)}, near: map[string]string{"a": server.near}}
	p.dir = t.TempDir()
	put(t, server.far, "my_image", theirs)
	p.write(t, "a", image("x", "My image", "overwrite = true"))
	p.run(t, apply)
	wantOutput(t, p.run(t, destroy), `"my_image" is visible again`)

	p.run(t, apply)
	if err := os.Remove(instancePath(server.near, "my_image")); err != nil {
		t.Fatal(err)
	}
	p.run(t, destroy)
	if got := read(t, server.far, "my_image"); got != theirs {
		t.Errorf("the factory image is now %q", got)
	}

	p.write(t, "a", image("x", "My image"))
	p.fails(t, apply, "already exists")
}

// TestAccOwnership_modes: a mode that is configured later is not given to what
// there is, and the plan says how to.
func TestAccOwnership_modes(t *testing.T) {
	t.Parallel()
	c := newCommandLine(t)
	p := twoPlaces{commandLine: c, near: map[string]string{"a": t.TempDir()}, arguments: map[string]string{}}
	p.dir = t.TempDir()
	p.arguments["a"] = fmt.Sprintf("  data_dir = %q\n", p.near["a"])
	p.write(t, "a", image("x", "My image"), image("y", "Other"))
	p.run(t, apply)
	p.arguments["a"] += "  file_permission = \"0644\"\n  directory_permission = \"0755\"\n"
	p.write(t, "a", image("x", "My image"), image("y", "Other"))
	warnings := p.warnings(t, "plan")
	said := strings.Join(warnings, "\n")
	if len(warnings) != 4 {
		t.Errorf("%d warnings: %s", len(warnings), said)
	}
	for _, line := range strings.Split(said, "\n") {
		if command := strings.TrimSpace(line); strings.HasPrefix(command, "chmod ") {
			p.run(t, command)
		}
	}
	if warnings := p.warnings(t, "plan"); len(warnings) > 0 {
		t.Errorf("after the commands: %s", warnings)
	}
	wantModes(t, p.near["a"], 0o644, 0o755)
}
