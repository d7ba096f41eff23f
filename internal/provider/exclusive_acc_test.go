package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exclusiveTable: what elyra_runtime_images_exclusive removes and what not, on files and on a real
// server.
var exclusiveTable = []struct {
	name string
	test func(t *testing.T, p twoPlaces)
}{
	{"removes", exclusiveRemoves},
	{"drift", exclusiveDrift},
	{"sincePlan", exclusiveSincePlan},
	{"otherMachine", exclusiveOtherMachine},
	{"import", exclusiveImport},
	{"destroyedTogether", exclusiveDestroyedTogether},
	{"conflict", exclusiveConflict},
	{"twice", exclusiveTwice},
	{"revealed", exclusiveRevealed},
	{"unknownPlace", exclusiveUnknownPlace},
	{"unremovable", exclusiveUnremovable},
}

func TestAccExclusive_files(t *testing.T) {
	t.Parallel()
	for _, tt := range exclusiveTable {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := twoPlaces{commandLine: newCommandLine(t), near: map[string]string{"a": t.TempDir()}, far: map[string]string{"a": t.TempDir()}}
			p.arguments = map[string]string{"a": fmt.Sprintf("  data_dir    = %q\n  search_path = [%q]\n", p.near["a"], p.far["a"])}
			tt.test(t, p)
		})
	}
}

func TestAccExclusive_server(t *testing.T) { //nolint:tparallel // its parts share a server
	t.Parallel()
	server := startServer(t)
	for _, tt := range exclusiveTable {
		t.Run(tt.name, func(t *testing.T) {
			p := twoPlaces{commandLine: newCommandLine(t), near: map[string]string{"a": server.near}, far: map[string]string{"a": server.far}, isServer: true}
			server.empty(t)
			p.arguments = map[string]string{"a": fmt.Sprintf("  endpoint = %q\n  token    = %q\n", server.URL, server.Token)}
			tt.test(t, p)
		})
	}
}

// exclusive is a resource block; the names are expressions.
func exclusive(label string, names ...string) string {
	return fmt.Sprintf("resource \"elyra_runtime_images_exclusive\" %q {\n  names = [%s]\n}\n", label, strings.Join(names, ", "))
}

// wantNames checks which instances there are where is written to.
func (p twoPlaces) wantNames(t *testing.T, names ...string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Dir(instancePath(p.near["a"], "x")))
	var got []string
	for _, file := range files {
		got = append(got, strings.TrimSuffix(file.Name(), ".json"))
	}
	if err != nil && len(names) > 0 || !slices.Equal(got, names) {
		t.Errorf("there are %q, %v, want %q", got, err, names)
	}
}

// settled checks that nothing is left to do or to say.
func (p twoPlaces) settled(t *testing.T) {
	t.Helper()
	if output := p.run(t, noop); strings.Contains(strings.ReplaceAll(output, "Warning: Provider development overrides", ""), "Warning:") {
		t.Errorf("a plan without changes warns:\n%s", output)
	}
}

// What is not named is removed, shown by the plan before; what is created in the same apply, and
// what is further along, stays. A destroy removes nothing.
func exclusiveRemoves(t *testing.T, p twoPlaces) {
	put(t, p.near["a"], "old", theirs)
	put(t, p.near["a"], "kept", theirs)
	put(t, p.far["a"], "shared", theirs)
	odd := []string{}
	if !p.isServer { // which does not list them
		odd = []string{".dot", "Upper", "broken"}
		put(t, p.near["a"], "Upper", theirs)
		put(t, p.near["a"], ".dot", theirs)
		put(t, p.near["a"], "broken", "{")
	}
	p.write(t, "a", image("x", "My image"), exclusive("it", "elyra_runtime_image.x.name", `"kept"`, `"not-there"`))

	planned := p.run(t, "terraform plan -no-color")
	for _, name := range append(odd, "old") {
		wantOutput(t, planned, "removed", name)
	}
	if strings.Contains(planned, "kept.json") || strings.Contains(planned, p.far["a"]) {
		t.Errorf("the plan says more than it does:\n%s", planned)
	}
	applied := p.run(t, apply)
	p.wantNames(t, "kept", "my_image")
	if read(t, p.far["a"], "shared") != theirs {
		t.Error("the one further along was touched")
	}
	if p.isServer {
		wantOutput(t, applied, "cannot be removed over the server", "shared")
		if strings.Count(applied, "cannot be removed over the server") != 1 {
			t.Errorf("there is more than one warning:\n%s", applied)
		}
	}
	p.settled(t)
	p.write(t, "a")
	p.run(t, apply)
	p.wantNames(t, "kept")
}

// What comes later shows as a difference of the names.
func exclusiveDrift(t *testing.T, p twoPlaces) {
	p.write(t, "a", exclusive("it", `"kept"`))
	put(t, p.near["a"], "kept", theirs)
	p.run(t, apply)
	put(t, p.near["a"], "late", theirs)
	wantOutput(t, p.run(t, "terraform plan -no-color"), `- "late",`, "0 to add, 1 to change, 0 to destroy")
	p.run(t, apply)
	p.wantNames(t, "kept")
	p.settled(t)
	p.write(t, "a", exclusive("it"))
	wantOutput(t, p.run(t, apply), `- "kept",`)
	p.wantNames(t)
	p.settled(t)
}

// Nothing is removed that has come after the plan.
func exclusiveSincePlan(t *testing.T, p twoPlaces) {
	p.write(t, "a", exclusive("it"))
	put(t, p.near["a"], "old", theirs)
	p.run(t, "terraform plan -out=saved")
	put(t, p.near["a"], "since", theirs)
	wantOutput(t, p.run(t, "terraform apply -no-color saved"), "1 runtime image not removed", "since")
	p.wantNames(t, "since")

	p.run(t, "terraform plan -out=saved")
	put(t, p.near["a"], "later", theirs)
	p.run(t, "terraform apply -no-color saved")
	p.wantNames(t, "later")
	p.run(t, apply)
	p.wantNames(t)
	p.settled(t)
}

// A plan that was made elsewhere has shown nothing here.
func exclusiveOtherMachine(t *testing.T, p twoPlaces) {
	p.write(t, "a", exclusive("it"))
	put(t, p.near["a"], "old", theirs)
	p.run(t, "terraform plan -out=saved")
	p.env = append(p.env, "HOME="+t.TempDir())
	wantOutput(t, p.run(t, "terraform apply -no-color saved"), "not removed", "old", "Plan and apply again")
	p.wantNames(t, "old")
	wantOutput(t, p.run(t, apply), `- "old",`)
	p.wantNames(t)
	p.settled(t)
}

func exclusiveImport(t *testing.T, p twoPlaces) {
	put(t, p.near["a"], "old", theirs)
	put(t, p.near["a"], "kept", theirs)
	p.write(t, "a", exclusive("it", `"kept"`), "import {\n  to = elyra_runtime_images_exclusive.it\n  id = \"any\"\n}\n")
	wantOutput(t, p.run(t, apply), `- "old",`, "1 imported, 0 added, 1 changed, 0 destroyed")
	p.wantNames(t, "kept")
	p.settled(t)
}

// A resource and its name go in one apply, whichever is first.
func exclusiveDestroyedTogether(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"), image("y", "Other"), exclusive("it", "elyra_runtime_image.x.name", "elyra_runtime_image.y.name"))
	p.run(t, apply)
	p.settled(t)
	p.write(t, "a", image("y", "Other"), exclusive("it", "elyra_runtime_image.y.name"))
	wantOutput(t, p.run(t, apply), "0 added, 1 changed, 1 destroyed")
	p.wantNames(t, "other")
	p.settled(t)
}

// What one resource keeps or creates, no other removes: the plan says so, each time.
func exclusiveConflict(t *testing.T, p twoPlaces) {
	p.write(t, "a", image("x", "My image"), exclusive("it"))
	for range 5 {
		output, err := p.try(t, "terraform plan -no-color")
		if err == nil || strings.Count(output, `Runtime image "my_image" is managed and excluded`) != 1 {
			t.Fatalf("one error is wanted: %v\n%s", err, output)
		}
	}
	p.write(t, "a", image("x", "My image"))
	p.run(t, apply)
	p.write(t, "a", image("x", "My image"), exclusive("it"))
	for range 5 {
		output, err := p.try(t, "terraform plan -no-color")
		if err == nil || strings.Count(output, `Runtime image "my_image" is managed and excluded`) != 1 {
			t.Fatalf("one error is wanted: %v\n%s", err, output)
		}
	}
	p.wantNames(t, "my_image")
}

func exclusiveTwice(t *testing.T, p twoPlaces) {
	p.write(t, "a", exclusive("it", `"a"`), exclusive("other", `"b"`))
	p.fails(t, "terraform plan -no-color", "Two exclusive sets for one place", "This one: ", "The other: ")
	p.write(t, "a", exclusive("it", `"a"`), exclusive("other", `"a"`))
	p.run(t, apply)
	p.settled(t)
}

// A copy that hid another one is removed, and what it hid is told once.
func exclusiveRevealed(t *testing.T, p twoPlaces) {
	p.write(t, "a", exclusive("it"))
	p.run(t, apply)
	put(t, p.near["a"], "shared", theirs)
	put(t, p.far["a"], "shared", strings.Replace(theirs, "Theirs", "Shared", 1))
	wantOutput(t, p.run(t, apply), `- "shared",`, "1 runtime image visible again")
	p.wantNames(t)
	p.settled(t)
}

// Where the provider's configuration comes with the apply, no plan has shown what is there.
func exclusiveUnknownPlace(t *testing.T, p twoPlaces) {
	if p.isServer {
		return // the same code, and nothing to make a server's address unknown of
	}
	put(t, p.near["a"], "old", theirs)
	p.writeAll(t, fmt.Sprintf("resource \"terraform_data\" \"dir\" {\n  input = %q\n}\n\nprovider \"elyra\" {\n  data_dir = terraform_data.dir.output\n}\n", p.near["a"]), exclusive("it"))
	wantOutput(t, p.run(t, apply), "1 runtime image not removed", "old")
	p.wantNames(t, "old")
	p.run(t, apply)
	p.wantNames(t)
	p.settled(t)
}

// What cannot be removed fails the apply, which removes the rest and is taken up by the next one.
func exclusiveUnremovable(t *testing.T, p twoPlaces) {
	if p.isServer {
		return // which lists no such thing
	}
	directory := instancePath(p.near["a"], "directory")
	if err := os.MkdirAll(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, p.near["a"], "old", theirs)
	p.write(t, "a", exclusive("it"))
	p.fails(t, apply, `Unable to delete runtime image "directory"`, directory+" is a directory")
	p.wantNames(t, "directory")
	put(t, p.near["a"], "late", theirs)
	p.fails(t, apply, `Unable to delete runtime image "directory"`)
	p.wantNames(t, "directory")
	if err := os.Remove(directory); err != nil {
		t.Fatal(err)
	}
	p.run(t, apply)
	p.settled(t)

	put(t, p.near["a"], "late", theirs)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	p.fails(t, apply, `Unable to delete runtime image "directory"`)
	wantOutput(t, p.run(t, "terraform plan -no-color"), `- "directory",`)
	p.wantNames(t, "directory")
}
