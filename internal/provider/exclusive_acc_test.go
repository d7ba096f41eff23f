package provider_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// exclusiveTests hold elyra_runtime_images_exclusive to its one rule: it deletes what a plan has shown as a difference,
// if the document is still the one that the plan saw.
var exclusiveTests = tests{
	onBoth: {
		"created": exclusiveCreated, "sincePlan": exclusiveSincePlan, "unseen": exclusiveUnseen,
		"revealed": exclusiveRevealed,
	},
	onFiles: {
		"unknownNames": exclusiveUnknownNames, "unknownPlace": exclusiveUnknownPlace,
		"aliases": exclusiveAliases, "destroyedTogether": exclusiveDestroyedTogether,
		"conflict": exclusiveConflict, "twice": exclusiveTwice, "directory": exclusiveDirectory,
	},
}

func TestAccExclusive_files(t *testing.T) {
	t.Parallel()
	testFiles(t, exclusiveTests)
}

// excludes creates a set. A server lists the images that ship with Elyra: the second apply says that they stay.
func (w workspace) excludes(blocks ...string) {
	w.t.Helper()
	w.applies(blocks...)
	if w.isServer() {
		w.run(apply)
	}
	w.settled()
}

// Creating it deletes nothing. The plan and the apply say what's there, and the next plan shows it as a difference.
func exclusiveCreated(w workspace) {
	extra := []string{"old"}
	if !w.isServer() { // which doesn't list them
		extra = append(extra, ".dot", "Upper", "broken")
		w.put("broken", "{")
		w.put("Upper", theirs)
		w.put(".dot", theirs)
	}
	w.put("old", theirs)
	w.put("kept", theirs)
	put(w.t, w.a.far, "shared", theirs)
	w.write(image("x", "My image"), exclusive("it", "elyra_runtime_image.x.name", `"kept"`, `"not-there"`))
	for _, command := range []string{plan, apply} {
		output := w.run(command)
		wantOutput(w.t, output, extra...)
		if strings.Contains(output, w.a.location("kept")) || strings.Contains(output, w.a.far) {
			w.t.Errorf("%s says more than there is to do:\n%s", command, output)
		}
	}
	w.wantNames(slices.Sorted(slices.Values(append(extra, "kept", "my_image")))...)

	output := w.run(apply)
	for _, name := range extra {
		wantOutput(w.t, output, fmt.Sprintf("- %q,", name))
	}
	w.wantNames("kept", "my_image")
	w.wants(place{near: w.a.far}, "shared", theirs)
	w.settled()
	w.applies()
	w.wantNames("kept")
}

// A saved plan deletes what it has shown, and that only as it was then. Other plans don't count.
func exclusiveSincePlan(w workspace) {
	w.applies(exclusive("it"))
	w.put("old", theirs)
	w.run("terraform plan -out=saved")
	w.put("since", theirs)
	w.run(plan) // which shows it, and nobody applies
	w.run("terraform apply -no-color saved")
	w.wantNames("since")

	w.run("terraform plan -out=saved")
	w.put("since", withKey(theirs))
	output, _ := w.try("terraform apply -no-color saved")
	wantOutput(w.t, output, "since", "changed since the plan")
	w.wants(w.a, "since", withKey(theirs))
	wantOutput(w.t, w.run(apply), `- "since",`)
	w.wantNames()
	w.settled()
}

// An instance that the plan didn't see stays, and the next plan shows it if the store can list it. A server never lists
// a broken one.
func exclusiveUnseen(w workspace) {
	both, one := exclusive("it", `"kept"`, `"dropped"`), exclusive("it", `"kept"`)
	w.put("kept", theirs)
	w.excludes(both)
	w.write(one)
	w.run("terraform plan -out=saved")
	w.put("dropped", theirs)
	w.run("terraform apply -no-color saved")
	w.wantNames("dropped", "kept")
	wantOutput(w.t, w.run(plan), `- "dropped",`)

	w.applies(both)
	w.put("dropped", "{")
	w.applies(one)
	if w.isServer() {
		w.wants(w.a, "dropped", "{")
	} else {
		w.wantNames("kept")
	}
	w.settled()
}

// Names that are unknown in the plan show no difference, so the plan asks for them first.
func exclusiveUnknownNames(w workspace) {
	names := func(name string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"name\" {\n  input = %q\n}\n", name) + exclusive("it", "terraform_data.name.output")
	}
	w.applies(names("first"))
	w.put("first", theirs)
	w.put("second", theirs)
	w.write(names("second"))
	m := w.fails(plan, "not known yet")
	w.run(w.advice(m, `terraform apply -target=<address>`, "terraform_data.name") + " -auto-approve")
	w.wants(w.a, "first", theirs)
	wantOutput(w.t, w.run(apply), `- "first",`)
	w.wantNames("second")
	w.settled()
}

// If the provider's configuration is unknown in the plan, so is what's there.
func exclusiveUnknownPlace(w workspace) {
	for _, round := range []string{"created", "updated"} {
		w.put("old", theirs)
		w.writeAll(lateProvider(w.a, round), exclusive("it"))
		w.run(apply)
		w.wants(w.a, "old", theirs)
		w.run(apply)
		w.wantNames()
		w.settled()
	}
}

// Two sets of two aliases of one place know nothing of each other.
func exclusiveAliases(w workspace) {
	w.commandLine = newCommandLine(w.t)
	provider := "provider \"elyra\" {\n" + w.a.arguments + "}\nprovider \"elyra\" {\n  alias = \"other\"\n" + w.a.arguments + "}\n"
	w.writeAll(provider, exclusive("it", `"a"`, `"b"`), strings.Replace(exclusive("other", `"a"`), "names", "provider = elyra.other\n  names", 1))
	w.run(apply)
	w.put("a", theirs)
	w.put("b", theirs)
	w.run("terraform plan -out=saved")
	w.put("c", theirs)
	w.run(plan)
	w.run("terraform apply saved")
	w.wantNames("a", "c")
	w.run(apply)
	w.wantNames("a")
	w.settled()
}

// A resource and its name go in one apply, whichever is first.
func exclusiveDestroyedTogether(w workspace) {
	w.excludes(image("x", "My image"), image("y", "Other"), exclusive("it", "elyra_runtime_image.x.name", "elyra_runtime_image.y.name"))
	wantOutput(w.t, w.applies(image("y", "Other"), exclusive("it", "elyra_runtime_image.y.name")), "0 added, 1 changed, 1 destroyed")
	w.wantNames("other")
	w.settled()
}

// What one resource keeps or creates, no other deletes: the plan says so, each time.
func exclusiveConflict(w workspace) {
	for range 2 { // planned, and applied
		w.write(image("x", "My image"), exclusive("it"))
		for _, flags := range []string{"", " -parallelism=1"} {
			output, err := w.try(plan + flags)
			if err == nil || strings.Count(output, `Runtime image "my_image" is managed and excluded`) != 1 {
				w.t.Fatalf("one error is wanted: %v\n%s", err, output)
			}
		}
		w.applies(image("x", "My image"))
	}
	w.wantNames("my_image")
}

func exclusiveTwice(w workspace) {
	w.write(exclusive("it", `"a"`), exclusive("other", `"b"`))
	w.fails(plan, "Two exclusive sets for one place")
	w.excludes(exclusive("it", `"a"`), exclusive("other", `"a"`))
}

// A copy that hid another one is deleted, and one warning says what it hid.
func exclusiveRevealed(w workspace) {
	w.excludes(exclusive("it"))
	w.put("shared", theirs)
	put(w.t, w.a.far, "shared", withKey(theirs))
	wantOutput(w.t, w.run(apply), `- "shared",`, "visible again")
	w.wantNames()
	w.settled()

	// The resource gives up the name in the same apply, after the set has deleted its instance.
	const before = "lifecycle {\n  create_before_destroy = true\n}"
	set := exclusive("it", "elyra_runtime_image.x.name")
	w.applies(image("x", "Mine", `name = "shared"`, overwriting, before), set)
	w.applies(image("x", "Mine", `name = "other"`, overwriting, before), set)
	w.wantNames("other")
	w.run(apply)
	w.settled()

	if w.isServer() { // a list shows an image that a broken one hides
		put(w.t, w.a.far, "hidden", withKey(theirs))
		w.put("hidden", "{")
		wantOutput(w.t, w.run(apply), "1 runtime image can't be deleted over the server", "hidden")
		w.settled()
	}
}

// A directory with the name of an instance can't be deleted, so no plan says that it will be.
func exclusiveDirectory(w workspace) {
	must(w.t, os.MkdirAll(w.a.path("directory"), 0o700))
	w.applies(exclusive("it"))
	w.put("old", theirs)
	w.run(apply)
	w.wantNames("directory")
	w.run(noop)
}
