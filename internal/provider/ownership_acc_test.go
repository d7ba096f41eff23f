package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// These tests hold real Terraform to the rules of ownership: create needs a free name, update and delete need the
// document that the plan saw, and whatever Terraform can't express is an error of the plan. They do literally what
// the messages advise.

var ownershipTests = tests{
	onBoth: {
		"taken": ownTaken, "twoModules": ownTwoModules, "anotherPlace": ownAnotherPlace,
		"spelledAnew": ownSpelledAnew, "renamedToTaken": ownRenamedToTaken,
		"changedSincePlan": ownChangedSincePlan, "invalidSincePlan": ownInvalidSincePlan,
		"goneSincePlan": ownGoneSincePlan, "repairDrops": ownRepairDrops, "unrepairable": ownUnrepairable,
		"brokenImport": ownBrokenImport, "hidden": ownHidden, "ignoredInvalid": ownIgnoredInvalid,
	},
	onFiles: {
		"twoUsers": ownTwoUsers, "planNotApplied": ownPlanNotApplied, "backAndForth": ownBackAndForth,
		"anotherPlaceTaken": ownAnotherPlaceTaken, "anotherPlaceUnknown": ownAnotherPlaceUnknown,
		"movedDirectory": ownMovedDirectory, "relabelled": ownRelabelled,
		"relabelledInPart": ownRelabelledInPart, "relabelledUnderAlias": ownRelabelledUnderAlias,
		"returned": ownReturned, "replaced": ownReplaced, "shifted": ownShifted,
		"shiftedAndGone": ownShiftedAndGone, "keyed": ownKeyed, "swapped": ownSwapped,
		"derivedTwice": ownDerivedTwice, "importedTwice": ownImportedTwice,
		"destroyBlocked": ownDestroyBlocked, "deposed": ownDeposed, "danglingLink": ownDanglingLink,
		"linked": ownLinked, "noTags": ownNoTags,
	},
	onServer: {
		"invalidThenMoved": ownInvalidThenMoved,
	},
}

func TestAccOwnership_files(t *testing.T) {
	t.Parallel()
	testFiles(t, ownershipTests)
}

// Whatever has the name and wherever it is, a creation leaves it alone, and each way that the message offers works. That
// an image that ships with Elyra has the name is the first thing that a newcomer meets.
func ownTaken(w workspace) {
	exactly := string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "My image", ImageName: "team/my-image:1"}).Encode())
	for _, tt := range []struct{ dir, document, way string }{
		{w.a.near, theirs, anotherName},
		{w.a.near, theirs, importBlock},
		{w.a.near, withKey(theirs), overwriting},
		{w.a.near, exactly, anotherName},
		{w.a.near, exactly, importBlock},
		{w.a.near, withKey(exactly), importBlock},
		{w.a.far, theirs, anotherName},
		{w.a.far, theirs, overwriting},
	} {
		w := w.module()
		put(w.t, tt.dir, "my_image", tt.document)
		put(w.t, tt.dir, "my_image_2", theirs) // which isn't offered
		w.write(image("x", "My image"))
		if tt.document == exactly { // Terraform plans once more in the apply, where an error could leave a deposed object
			w.warns(plan, exists, w.a.location("my_image"))
		}
		m := w.fails(apply, exists)
		if got := read(w.t, tt.dir, "my_image"); got != tt.document {
			w.t.Errorf("it's now %q", got)
		}
		if !w.isServer() { // a server doesn't say where it is
			wantOutput(w.t, string(m), instancePath(tt.dir, "my_image"))
			if tt.dir == w.a.far && (offers(m, importBlock) || offers(m, "moved") || strings.Count(string(m), "\n") > 20) {
				w.t.Errorf("of an image that ships with Elyra, it says too much:\n%s", m)
			}
		}
		code, want := w.advice(m, tt.way, "x"), "my_image"
		if tt.way == importBlock {
			w.applies(image("x", "My image"), code)
			w.write(image("x", "My image"))
		} else {
			w.applies(image("x", "My image", code))
		}
		w.run(noop)
		if tt.way == anotherName {
			_, want, _ = strings.Cut(strings.Trim(code, `"`), `"`)
		}
		w.contains(w.a, want, `"team/my-image:1"`)
		kept := read(w.t, tt.dir, "my_image")
		if (tt.way == anotherName || tt.dir == w.a.far) && kept != tt.document || strings.Contains(tt.document, "x-team") && !strings.Contains(kept, "x-team") {
			w.t.Errorf("%s: it's now %q", tt.way, kept)
		}
		w.clear()
	}
}

// Two root modules, or two workspaces, with the same configuration: the second one gets nothing.
func ownTwoModules(w workspace) {
	ours := w.mine()
	other := w.module()
	other.write(image("x", "My image"))
	m := other.fails(apply, exists)
	other.destroys()
	w.run("terraform workspace new other")
	w.fails(apply, exists)
	w.destroys()
	w.run("terraform workspace select default && terraform workspace delete other")
	w.wants(w.a, "my_image", ours)

	// A resource moves from one root module to another.
	other.applies(image("x", "My image", `description = "Another"`), other.advice(m, importBlock, "x"))
	moved := w.document("my_image")
	w.run("terraform state rm elyra_runtime_image.x")
	w.destroys()
	w.wants(w.a, "my_image", moved)
	other.destroys()
	w.wants(w.a, "my_image", "")
}

// The same module in another user's environment: equal content is no ownership.
func ownTwoUsers(w workspace) {
	ours := w.mine()
	b := w.in(w.b)
	put(w.t, w.b.near, "my_image", ours)
	for _, blocks := range [][]string{{image("x", "My image", `description = "Changed"`)}, {image("x", "My image")}, nil} {
		b.write(blocks...)
		b.fails(apply, "")
		b.fails(apply+" -refresh=false", "")
		b.wants(w.b, "my_image", ours)
	}
	b.fails(destroy+" -refresh=false", "")
	m := b.fails(destroy, "", w.a.location("my_image"))
	b.wants(w.a, "my_image", ours)
	// The two ways: the old configuration, or to forget it.
	w.run("cp terraform.tfstate before.tfstate")
	w.run(w.advice(m, stateRm, "x"))
	b.run(destroy)
	b.wants(w.a, "my_image", ours)
	w.run("mv before.tfstate terraform.tfstate")
	w.write()
	w.run(apply)
	w.wants(w.a, "my_image", "")
	b.wants(w.b, "my_image", ours)
}

// The instance becomes invalid, so that the state has no location, and later the place changes.
func ownInvalidThenMoved(w workspace) {
	invalid := strings.Replace(w.mine(), `"metadata": {`, `"metadata": {"pull_policy": "sometimes",`, 1)
	w.put("my_image", invalid)
	w.run("terraform apply -refresh-only -auto-approve")
	put(w.t, w.b.near, "my_image", theirs)
	b := w.in(w.b)
	b.write(image("x", "My image"))
	b.fails(plan, "", "overwrite = true", "terraform state rm")
	b.fails(destroy, "", "terraform state rm")
	b.write()
	b.fails(apply, "", "terraform state rm")
	b.wants(w.b, "my_image", theirs)
	b.wants(w.a, "my_image", invalid)
}

// A plan that nobody applied gives no rights to a later one.
func ownPlanNotApplied(w workspace) {
	w.applies(image("old", "My image"))
	w.write(image("new", "My image"))
	_, _ = w.try(plan)
	w.run("terraform state rm elyra_runtime_image.old")
	document := w.document("my_image") // another configuration has it now
	w.write(image("z", "My image"))
	w.fails(apply, exists)
	w.wants(w.a, "my_image", document)
}

// The place changes, and changes back: what's left behind is named each time.
func ownBackAndForth(w workspace) {
	w.applies(image("x", "My image"))
	b := w.in(w.b)
	wantOutput(w.t, b.applies(image("x", "My image")), w.a.location("my_image"))
	w.write(image("x", "My image"))
	m := w.fails(apply, exists)
	wantOutput(w.t, w.applies(image("x", "My image", w.advice(m, overwriting))), w.b.location("my_image"))
	w.settled()
	w.wants(w.b, "my_image", w.document("my_image"))
}

// Another place is another instance. With nothing there, it's created, and the old one stays.
func ownAnotherPlace(w workspace) {
	for flags, change := range map[string]string{"": "", "-refresh=false": `description = "Changed"`} {
		ours := w.mine()
		b := w.in(w.b)
		b.write(image("x", "My image", change))
		wantOutput(w.t, b.run(apply+" "+flags), w.a.location("my_image"), w.b.location("my_image"))
		b.wants(w.a, "my_image", ours)
		if got := stored(w.t, w.b.near, "my_image"); (got.Description == "Changed") != (change != "") {
			w.t.Errorf("stored is %+v", got)
		}
		b.settled()
		b.destroys()
		b.wants(w.b, "my_image", "")
		b.wants(w.a, "my_image", ours)
		w.clear()
	}
}

// With something there, it's an error, and each way that the message offers works.
func ownAnotherPlaceTaken(w workspace) {
	for _, way := range []string{overwriting, stateRm, anotherName} {
		w := w.module()
		ours := w.mine()
		put(w.t, w.b.near, "my_image", theirs)
		b := w.in(w.b)
		b.write(image("x", "My image"))
		m := b.fails(apply, "", w.b.location("my_image"), overwriting, "terraform state rm")
		b.wants(w.b, "my_image", theirs)
		name := "my_image"
		switch code := b.advice(m, way, "x"); way {
		case overwriting:
			b.applies(image("x", "My image", code))
			b.settled()
		case anotherName:
			b.run(b.advice(m, stateRm, "x"))
			b.applies(image("x", "My image", code))
			b.settled()
			b.wants(w.b, "my_image", theirs)
			name = "my_image_2"
		default:
			b.run(code)
			b.write(image("x", "My image"))
			b.run(b.advice(m, importing, "x"))
			b.run(apply)
			b.run(noop)
		}
		w.contains(w.b, name, `"My image"`)
		b.wants(w.a, "my_image", ours)
		w.clear()
	}
}

// lateProvider configures a place in files that isn't known before the apply. Another round makes it unknown again.
func lateProvider(at place, round string) string {
	return fmt.Sprintf("resource \"terraform_data\" \"dir\" {\n  triggers_replace = %q\n  input = %q\n}\n", round, at.near) +
		fmt.Sprintf("provider \"elyra\" {\n  data_dir = terraform_data.dir.output\n  search_path = [%q]\n}\n", at.far)
}

// The place isn't known before the apply.
func ownAnotherPlaceUnknown(w workspace) {
	w.writeAll(lateProvider(w.a, "a"), image("x", "My image"))
	w.run(apply)
	ours := w.document("my_image")
	put(w.t, w.b.near, "my_image", theirs)
	for _, blocks := range [][]string{{image("x", "My image", `description = "Changed"`)}, nil} {
		w.writeAll(lateProvider(w.b, "b"), blocks...)
		w.fails(apply, "")
		w.wants(w.b, "my_image", theirs)
		w.wants(w.a, "my_image", ours)
	}
}

// The same place by another spelling is the same place.
func ownSpelledAnew(w workspace) {
	for _, label := range []string{"x", "y"} {
		w := w.module()
		ours := withKey(w.mine())
		w.put("my_image", ours)
		w.run(apply) // the state has seen the key
		again := w.in(w.a.respelled(w.t))
		again.write(image(label, "My image"))
		if label == "y" {
			m := again.fails(apply, passedOn)
			again.write(image(label, "My image"), again.advice(m, movedBlock, "x", "y"))
		}
		wantOutput(w.t, again.run(apply), "0 added, 0 changed, 0 destroyed")
		w.wants(w.a, "my_image", ours)
		again.destroys()
		w.wants(w.a, "my_image", "")
	}
	if !w.isServer() {
		return
	}
	// Another port, and another document: maybe another server.
	edited := withKey(w.mine())
	w.put("my_image", edited)
	again := w.in(w.a.respelled(w.t))
	again.write(image("x", "My image"))
	again.fails(apply, "")
	again.fails(destroy, "")
	w.wants(w.a, "my_image", edited)
}

// The old path no longer exists, so nothing shows that it's the same directory.
func ownMovedDirectory(w workspace) {
	ours := withKey(w.mine())
	w.put("my_image", ours)
	w.run("rmdir " + w.b.near + "; mv " + w.a.near + " " + w.b.near)
	b := w.in(w.b)
	b.write(image("x", "My image"))
	m := b.fails(apply, "")
	b.wants(w.b, "my_image", ours)
	b.run(b.advice(m, stateRm, "x"))
	b.run(b.advice(m, importing, "x"))
	b.run(apply)
	b.wants(w.b, "my_image", ours)
	b.settled()
}

// A new label without a moved block is an error of the plan, whichever address is planned first.
func ownRelabelled(w workspace) {
	const images = 12
	for more, flags := range map[string][]string{
		"": {" -parallelism=1", " -parallelism=40"}, "overwrite = true": {""}, `description = "Changed"`: {" -refresh=false", ""},
	} {
		w := w.module()
		block := func(label, more string) string {
			return image(label, "Image", more, `name = "image-${count.index}"`, fmt.Sprintf("count = %d", images))
		}
		w.applies(block("x", ""))
		for i := range images {
			name := fmt.Sprintf("image-%d", i)
			w.put(name, withKey(w.document(name)))
		}
		w.write(block("y", more))
		var m message
		for _, flags := range flags {
			m = w.fails(apply+flags, passedOn, "moved")
		}
		if offers(m, "another configuration") || offers(m, "import {") {
			w.t.Errorf("neither is the case:\n%s", m)
		}
		w.write(block("y", more), w.advice(m, movedBlock, "x", "y"))
		// Plan in one checkout, and apply in another.
		other := w.module()
		w.run("terraform plan -out=saved && cp -r . " + other.dir)
		wantOutput(w.t, other.run("terraform apply -no-color saved"), "0 added, ", "0 destroyed")
		for i := range images {
			w.contains(w.a, fmt.Sprintf("image-%d", i), `"x-team"`)
		}
		other.destroys()
	}
}

// A new label, planned without the old one: nothing says that it's destroyed.
func ownRelabelledInPart(w workspace) {
	ours := w.mine()
	w.write(image("y", "My image", `description = "Changed"`))
	m := w.fails(apply+" -target=elyra_runtime_image.y", exists)
	w.wants(w.a, "my_image", ours)
	// The advice to import meets the old address, and the next message ends it.
	w.write(image("y", "My image"), w.advice(m, importBlock, "y"))
	m = w.fails(plan, hadTwice)
	w.wants(w.a, "my_image", ours)
	w.run(w.advice(m, stateRm, "x"))
	w.run(apply)
	w.settled()
	w.wants(w.a, "my_image", ours)
}

// Two aliases are two processes that don't know of each other. Nothing is lost between them.
func ownRelabelledUnderAlias(w workspace) {
	w.commandLine = newCommandLine(w.t)
	provider := "provider \"elyra\" {\n" + w.a.arguments + "}\nprovider \"elyra\" {\n  alias = \"other\"\n" + w.a.arguments + "}\n"
	for range 2 {
		w := w.module()
		ours := w.mine()
		w.writeAll(provider, image("y", "My image", "provider = elyra.other", `description = "Changed"`))
		w.fails(apply, exists)
		w.wants(w.a, "my_image", ours)

		w.writeAll(provider, image("y", "My image", "provider = elyra.other"))
		w.converges()
		w.wants(w.a, "my_image", ours)
		w.run(noop)
		w.destroys()
	}
}

// Terraform was told to forget it, and the block comes back.
func ownReturned(w workspace) {
	ours := withKey(w.mine())
	w.put("my_image", ours)
	w.applies("removed {\n  from = elyra_runtime_image.x\n  lifecycle {\n    destroy = false\n  }\n}\n")
	w.write(image("x", "My image"))
	m := w.fails(plan, exists)
	w.write(image("x", "My image"), w.advice(m, importBlock, "x"))
	wantOutput(w.t, w.run(apply), "1 imported, 0 added, 0 changed, 0 destroyed")
	w.settled()
	w.wants(w.a, "my_image", ours)
}

// A derived name is kept while the resource exists, and derived anew when it's replaced.
func ownReplaced(w workspace) {
	w.applies(image("x", "My image"))
	w.applies(image("x", "Renamed"))
	w.settled()
	w.contains(w.a, "my_image", `"Renamed"`)
	wantOutput(w.t, w.run(apply+" -replace=elyra_runtime_image.x"), "1 added, 0 changed, 1 destroyed")
	w.wants(w.a, "my_image", "")
	w.contains(w.a, "renamed", `"Renamed"`)
	w.settled()
	w.run(apply + " -replace=elyra_runtime_image.x") // with the name that it has
	w.run("terraform taint elyra_runtime_image.x")
	w.converges()
	w.settled()

	// Another instance has the name that's derived anew.
	w.applies(image("x", "Theirs now"))
	put(w.t, w.a.near, "theirs_now", theirs)
	m := w.fails(apply+" -replace=elyra_runtime_image.x", `Runtime image "theirs_now" already exists`)
	w.contains(w.a, "renamed", `"Theirs now"`)
	w.applies(image("x", "Theirs now", w.advice(m, anotherName)))
	w.settled()
	w.wants(w.a, "theirs_now", theirs)

	// Two derive one name.
	w.applies(image("x", "One"), image("y", "Two"))
	w.applies(image("x", "Same"), image("y", "Same"))
	const both = " -replace=elyra_runtime_image.x -replace=elyra_runtime_image.y"
	m = w.fails(apply+both, sharedName, "display_name")
	w.write(image("x", "Same"), image("y", "Same", w.advice(m, anotherName)))
	w.run(apply + both)
	w.run(noop)
}

// A change whose second half must fail doesn't do the first one.
func ownRenamedToTaken(w workspace) {
	w.applies(image("x", "My image", `name = "first"`))
	ours := w.document("first")
	const invalid = `{"schema_name":"runtime-image","display_name":"","metadata":{}}` // a server doesn't list it
	var m message
	for _, tt := range []struct{ dir, document, flags string }{
		{w.a.near, theirs, ""}, {w.a.near, invalid, " -refresh=false"}, {w.a.near, "{", " -replace=elyra_runtime_image.x"}, {w.a.far, theirs, ""},
	} {
		put(w.t, tt.dir, "second", tt.document)
		w.write(image("x", "My image", `name = "second"`))
		m = w.fails(apply+tt.flags, `Runtime image "second" already exists`)
		w.wants(w.a, "first", ours)
		if tt.dir == w.a.near {
			w.run("rm " + instancePath(tt.dir, "second"))
		}
	}
	w.applies(image("x", "My image", w.advice(m, anotherName)))
	w.wants(w.a, "first", "")
	w.applies(image("x", "My image", `name = "second"`, w.advice(m, overwriting)))
	w.settled()
	w.wantNames("second")
}

// What somebody changed between the plan and the apply stays, and the next plan shows it.
func ownChangedSincePlan(w workspace) {
	changed := image("x", "My image", `description = "Changed"`)
	for _, tt := range []struct{ block, options string }{
		{changed, ""},
		{changed, "-refresh=false"},
		{changed, "-destroy"},
		{image("x", "My image"), "-replace=elyra_runtime_image.x"},
		{image("x", "My image", `name = "other"`), ""},
		{"", ""},
		{"", "-refresh=false"},
	} {
		w := w.module()
		w.applies(image("x", "My image"))
		w.write(tt.block)
		w.run("terraform plan -out=saved " + tt.options)
		edited := withKey(w.document("my_image"))
		w.put("my_image", edited)
		w.fails("terraform apply -no-color saved", "has changed since the plan")
		w.wants(w.a, "my_image", edited)
		if tt.options != "-refresh=false" { // its meaning is what counts
			w.run("terraform plan -out=saved " + tt.options)
			w.put("my_image", strings.Join(strings.Fields(edited), " "))
			w.run("terraform apply -no-color saved")
		}
		w.clear()
	}
}

// A repair, too, replaces what the plan saw. A server shows only the reason why it's invalid.
func ownInvalidSincePlan(w workspace) {
	w.applies(image("x", "My image"))
	invalid := func(key string) string {
		return strings.Replace(w.document("my_image"), `"metadata": {`, fmt.Sprintf("\"metadata\": {%q: \"\",", key), 1)
	}
	first, second := invalid("pull_policy"), invalid("pull_secret")
	for _, options := range []string{"", "-destroy"} {
		w.put("my_image", first)
		w.run("terraform plan -out=saved " + options)
		w.put("my_image", second)
		w.fails("terraform apply -no-color saved", "has changed since the plan")
		w.wants(w.a, "my_image", second)
		w.run("terraform plan -out=saved " + options)
		w.run("terraform apply -no-color saved")
	}
	w.wants(w.a, "my_image", "")

	if w.isServer() { // which can't delete what it can't read
		return
	}
	w.applies(image("x", "My image"))
	w.put("my_image", "{")
	w.fails(destroy+" -refresh=false", "has changed since the plan", "can't be read")
	w.wants(w.a, "my_image", "{")
	w.run(destroy + " -refresh=false")
	w.wants(w.a, "my_image", "")
}

// What's gone can't be updated, and needn't be destroyed.
func ownGoneSincePlan(w workspace) {
	for _, options := range []string{"", "-destroy"} {
		w.applies(image("x", "My image"))
		w.write(image("x", "My image", `description = "Changed"`))
		w.run("terraform plan -out=saved " + options)
		must(w.t, os.Remove(w.a.path("my_image")))
		if options == "" {
			w.fails("terraform apply -no-color saved", `"my_image"`, "again")
		} else {
			w.run("terraform apply -no-color saved")
		}
		w.wants(w.a, "my_image", "")
		w.run(apply)
		w.settled()
	}
}

// listed is an image for each element of a list of names.
func listed(names string) string {
	return fmt.Sprintf("locals {\n  names = %s\n}\n", names) + image("x", "Image", "count = length(local.names)", "name = local.names[count.index]")
}

// A list under count that loses its first element.
func ownShifted(w workspace) {
	for _, each := range []bool{false, true} {
		w := w.module()
		w.applies(listed(`["a", "b", "c"]`))
		for _, name := range []string{"a", "b", "c"} {
			w.put(name, withKey(w.document(name)))
		}
		w.run(apply) // the state has seen them: before Terraform 1.12, the plan of a destroy doesn't read
		w.write(listed(`["b", "c"]`))
		m := w.fails(apply, passedOn, "for_each")
		if each { // the better way, for ever after
			eachName := "locals {\n  names = [\"b\", \"c\"]\n}\n" + image("x", "Image", "for_each = toset(local.names)", "name = each.key")
			w.write(eachName)
			m = w.fails(plan, passedOn)
			w.write(eachName, w.advice(m, movedBlock, "x[1]", `x["b"]`), w.advice(m, movedBlock, "x[2]", `x["c"]`))
		} else {
			w.run(w.advice(m, stateMv, "x[0]", "x[3]"))
			w.run(w.advice(m, stateMv, "x[1]", "x[0]"))
			w.run(w.advice(m, stateMv, "x[2]", "x[1]"))
		}
		wantOutput(w.t, w.run(apply), "0 added, 0 changed, 1 destroyed")
		w.wants(w.a, "a", "")
		w.contains(w.a, "b", `"x-team"`)
		w.contains(w.a, "c", `"x-team"`)
		w.destroys()
	}
}

// A list has lost its first element, and somebody has deleted that instance, too.
func ownShiftedAndGone(w workspace) {
	w.applies(listed(`["a", "b"]`))
	kept := w.document("b")
	w.run("rm " + instancePath(w.a.near, "a"))
	w.write(listed(`["b"]`))
	m := w.fails(plan, passedOn)
	w.run(w.advice(m, stateRm, "x[0]"))
	w.run(w.advice(m, stateMv, "x[1]", "x[0]"))
	w.run(apply)
	w.wants(w.a, "b", kept)
	w.run(noop)
}

// A resource gets for_each, which takes its name from it, and a new resource has that name. Terraform doesn't move an
// object away from a resource that's still declared.
func ownKeyed(w workspace) {
	ours := w.mine()
	keyed := image("x", "Other", `for_each = toset(["p"])`) + image("y", "My image")
	w.write(keyed)
	m := w.fails(plan, passedOn)
	w.write(keyed, w.advice(m, movedBlock, "x", "y"))
	w.fails(plan, "Moved object still exists")
	w.write(keyed)
	w.run(w.advice(m, stateMv, "x", "y"))
	wantOutput(w.t, w.run(apply), "1 added, 0 changed, 0 destroyed")
	w.wants(w.a, "my_image", ours)
	w.settled()
}

// Two resources swap their names.
func ownSwapped(w workspace) {
	w.applies(image("x", "One"), image("y", "Two"))
	one, two := w.document("one"), w.document("two")
	named := func(label, displayName, name string) string {
		return image(label, displayName, fmt.Sprintf("name = %q", name))
	}
	w.write(named("x", "Two", "two"), named("y", "One", "one"))
	m := w.fails(apply, passedOn)
	w.run(w.advice(m, stateMv, "x", "z"))
	w.run(w.advice(m, stateMv, "y", "x"))
	w.run(w.advice(m, stateMv, "z", "y"))
	wantOutput(w.t, w.run(apply), "0 added, 0 changed, 0 destroyed")
	w.wants(w.a, "one", one)
	w.wants(w.a, "two", two)
	w.settled()
}

// Nobody wrote the name, two display names give it.
func ownDerivedTwice(w workspace) {
	block := func(more string) string {
		return "resource \"elyra_runtime_image\" \"x\" {\n  for_each = toset([\"Python 3.1.1\", \"Python 3.11\"])\n  display_name = each.key\n  image_name = \"team/x-${length(each.key)}:1\"\n" + more + "}\n"
	}
	w.write(block(""))
	m := w.fails(plan, sharedName, `"python_311"`, "display_name")
	if strings.Contains(string(m), "state rm") {
		w.t.Errorf("nothing is in the state:\n%s", m)
	}
	value := strings.TrimPrefix(w.advice(m, anotherName), "name = ")
	w.applies(block("  name = each.key == \"Python 3.11\" ? " + value + " : null\n"))
	w.settled()

	// The name is written out, and overwrite is no way to share it.
	w.applies()
	shared := []string{`name = "shared"`, overwriting}
	w.write(image("x", "One", shared...), image("y", "Two", shared...))
	w.fails(apply, sharedName, `"shared"`)
	w.wantNames()

	// The name was kept when the display name changed.
	w.applies(image("x", "One"))
	w.write(image("x", "New"), image("y", "Two", `name = "one"`))
	if output, _ := w.try(plan); !strings.Contains(unwrap(output), sharedName) || strings.Contains(unwrap(output), "derived from") {
		w.t.Errorf("nothing was derived from \"New\":\n%s", output)
	}
	w.applies()
}

// One instance, imported under two addresses.
func ownImportedTwice(w workspace) {
	put(w.t, w.a.near, "theirs", theirs)
	x, y := importOf("x", "theirs")+image("x", "Theirs"), importOf("y", "theirs")+image("y", "Theirs")
	w.write(x, y)
	w.fails(apply, hadTwice)
	w.applies(x)
	w.write(x, strings.Replace(y, ":1", ":2", 1))
	w.fails(apply, hadTwice)
	w.wants(w.a, "theirs", theirs)

	// The state has it twice already.
	w.run("terraform state mv elyra_runtime_image.x elyra_runtime_image.y")
	w.run("cp terraform.tfstate y.tfstate && terraform state mv elyra_runtime_image.y elyra_runtime_image.x && terraform state mv -state=y.tfstate -state-out=terraform.tfstate elyra_runtime_image.y elyra_runtime_image.y")
	w.write(x, y)
	m := w.fails(plan, hadTwice)
	w.run(w.advice(m, stateRm, "y"))
	w.applies(x)
	w.settled()
	w.wants(w.a, "theirs", theirs)
}

// An error of the configuration doesn't stand in the way of terraform destroy.
func ownDestroyBlocked(w workspace) {
	w.applies(image("x", "My image"))
	w.write(image("x", "My image"), image("y", "My image"))
	w.fails(destroy, sharedName, "-refresh=false")
	w.write(image("y", "My image"))
	w.fails(destroy, passedOn, "-refresh=false")
	put(w.t, w.a.near, "taken", theirs)
	w.write(image("x", "My image"), image("z", "Taken"))
	w.fails(destroy, `"taken" already exists`, "-refresh=false")
	w.run(destroy + " -refresh=false")
	w.wants(w.a, "my_image", "")
	w.wants(w.a, "taken", theirs)
}

// create_before_destroy without overwrite fails, whatever changes, and the messages lead out of it.
func ownDeposed(w workspace) {
	for _, change := range []string{"", `description = "Changed"`} {
		w := w.module()
		const before = "lifecycle {\n  create_before_destroy = true\n}"
		w.applies(image("x", "My image", before))
		ours := w.document("my_image")
		w.write(image("x", "My image", before, change))
		m := w.fails(apply+" -replace=elyra_runtime_image.x", "")
		w.wants(w.a, "my_image", ours)
		w.write(image("x", "My image", before, change, w.advice(m, overwriting)))
		if output, err := w.try(apply); err != nil {
			w.run(w.advice(w.find(output, "Error: ", ""), "terraform apply -destroy .*", "x") + " -auto-approve")
			w.run(apply)
		}
		wantOutput(w.t, w.run(apply+" -replace=elyra_runtime_image.x"), "1 added, 0 changed, 1 destroyed")
		w.run(noop)
		if got := stored(w.t, w.a.near, "my_image"); (got.Description != "") != (change != "") {
			w.t.Errorf("stored is %+v", got)
		}
		w.destroys()
		w.wants(w.a, "my_image", "")
	}
}

// The plan of a repair says what the repair drops.
func ownRepairDrops(w workspace) {
	document := strings.Replace(theirs, `"image_name"`, `"tags": "['gpu']", "x-team": "ours", "image_name"`, 1)
	put(w.t, w.a.near, "theirs", document)
	w.write(importOf("x", "theirs"), image("x", "Theirs"))
	output := w.run(apply)
	wantOutput(w.t, output, "tags")
	if !w.isServer() { // which shows nothing of what is invalid
		wantOutput(w.t, output, "['gpu']")
	}
	if got := w.document("theirs"); strings.Contains(got, "tags") || strings.Contains(got, "x-team") == w.isServer() {
		w.t.Errorf("stored is %s", got)
	}
	w.run(noop)
}

// An apply repairs what others broke. What the server's endpoint can neither replace nor delete is an error of the plan.
func ownUnrepairable(w workspace) {
	ours := w.mine()
	for _, document := range []string{"{", "[]", "null", "", strings.Replace(ours, "runtime-image", "kfp", 1)} {
		w.put("my_image", document)
		if !w.isServer() {
			w.warns(apply, `Runtime image "my_image" is invalid`)
			w.wants(w.a, "my_image", ours)
			continue
		}
		w.fails(apply, "my_image")
		w.wants(w.a, "my_image", document)
		w.put("my_image", ours)
	}
	w.settled()
	if !w.isServer() {
		return
	}
	put(w.t, w.a.far, "my_image", theirs) // which the list shows instead of the broken one
	w.put("my_image", "{")
	m := w.fails(plan, "my_image")
	w.run(w.advice(m, stateRm, "x"))
	w.applies(image("x", "My image", w.advice(m, anotherName)))
	w.run(noop)
	w.destroys()
	w.write(image("x", "My image", overwriting)) // which the plan doesn't see to be broken
	w.fails(apply, "my_image", "different name")
	w.write(image("x", "My image"))
	must(w.t, os.Remove(instancePath(w.a.far, "my_image")))
	m = w.fails(apply, exists, "On the server, correct")
	if offers(m, importBlock) || offers(m, overwriting) {
		w.t.Errorf("neither would help:\n%s", m)
	}
	w.write(image("x", "My image"), importOf("x", "my_image"))
	w.fails(plan, "my_image", "delete its import block")
	w.applies(image("x", "My image", w.advice(m, anotherName)))
	w.wants(w.a, "my_image", "{")
	w.run(noop)
}

// A generated configuration lacks what can't be read. Once that's filled in, the instance is repaired.
func ownBrokenImport(w workspace) {
	w.put("broken", `{"schema_name":"runtime-image","displ`)
	w.write(importOf("x", "broken"))
	output := w.mustFail(plan+" -generate-config-out=generated.tf", `"broken"`)
	if w.isServer() {
		return // which can't repair it
	}
	wantOutput(w.t, output, "generated configuration", "are missing")
	filled := regexp.MustCompile(`((display|image)_name *= )null`).ReplaceAllString(w.run("cat generated.tf"), `$1"team/image:1"`)
	w.commandLine.write("generated.tf", filled)
	w.run(apply)
	w.settled()
}

// A factory image is visible once the copy that hid it is gone, whoever removed it.
func ownHidden(w workspace) {
	put(w.t, w.a.far, "my_image", theirs)
	w.applies(image("x", "My image", overwriting))
	wantOutput(w.t, w.run(destroy), `"my_image" is visible again`)
	w.wantNames()

	if w.isServer() { // the copy goes unseen
		w.run(apply)
		w.run("rm " + w.a.path("my_image"))
	} else { // a read would miss it, so somebody imports what isn't theirs
		w.applies(image("x", "Theirs", `name = "my_image"`), importOf("x", "my_image"))
	}
	m := w.fails(destroy, "", "terraform state rm")
	w.run(w.advice(m, stateRm, "x"))
	if got := read(w.t, w.a.far, "my_image"); got != theirs {
		w.t.Errorf("the factory image is now %q", got)
	}
	w.write(image("x", "My image"))
	w.fails(apply, exists)
}

// A link to nothing has a name. Each way that the message offers works.
func ownDanglingLink(w workspace) {
	for _, way := range []string{anotherName, overwriting, importBlock} {
		w := w.module()
		w.put("other", theirs)
		link := w.a.path("my_image")
		must(w.t, os.Symlink("nowhere", link))
		w.write(image("x", "My image"))
		m := w.fails(plan, exists, link)
		if !offers(m, way) && way != anotherName {
			w.clear()
			continue
		}
		if code := w.advice(m, way, "x"); way == importBlock {
			w.applies(image("x", "My image"), code)
		} else {
			w.applies(image("x", "My image", code))
		}
		w.run(noop)
		if target, err := os.Readlink(link); (way == anotherName) != (err == nil && target == "nowhere") {
			w.t.Errorf("%s: the link leads to %q, %v", way, target, err)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(link), "nowhere")); err == nil {
			w.t.Errorf("%s: the target was made", way)
		}
		w.destroys()
		w.clear()
	}
}

// An instance that is a symbolic link: an update replaces the link, as Elyra does, and keeps the target.
func ownLinked(w workspace) {
	target := filepath.Join(w.t.TempDir(), "target.json")
	link := w.a.path("my_image")
	ours := w.mine()
	for _, last := range []string{image("x", "My image", `description = "Changed"`), ""} {
		must(w.t, os.WriteFile(target, []byte(ours), 0o600))
		must(w.t, os.Remove(link))
		must(w.t, os.Symlink(target, link))
		w.write(image("x", "My image"))
		w.run(apply)
		w.applies(last)
		w.settled()
		if info, err := os.Lstat(link); err == nil && (last == "" || !info.Mode().IsRegular()) {
			w.t.Errorf("it's still there: %v", info.Mode())
		}
		if kept, err := os.ReadFile(target); err != nil || string(kept) != ours {
			w.t.Errorf("the target is now %q, %v", kept, err)
		}
	}
}

// None, [], and absent mean the same, and a document keeps its form.
func ownNoTags(w workspace) {
	empty := strings.Replace(theirs, `"image_name"`, `"tags":[],"image_name"`, 1)
	for _, tt := range []struct{ tags, document string }{{"", empty}, {"tags = []", theirs}, {"tags = null", empty}} {
		w := w.module()
		w.put("theirs", tt.document)
		wantOutput(w.t, w.applies(importOf("x", "theirs"), image("x", "Theirs", tt.tags)), "1 imported, 0 added, 0 changed")
		w.wants(w.a, "theirs", tt.document)
		w.applies(image("x", "Theirs", tt.tags, `description = "ours"`))
		if hasTags := strings.Contains(w.document("theirs"), `"tags": []`); hasTags != (tt.document == empty) {
			w.t.Errorf("%q: %s became %s", tt.tags, tt.document, w.document("theirs"))
		}
		w.run(noop)
	}
}

// ignore_changes holds on to what became invalid outside Terraform.
func ownIgnoredInvalid(w workspace) {
	w.applies(image("x", "My image", `pull_policy = "Always"`, "lifecycle {\n  ignore_changes = [pull_policy]\n}"))
	invalid := strings.Replace(w.document("my_image"), `"Always"`, `"always"`, 1)
	w.put("my_image", invalid)
	if w.isServer() { // shows nothing of an invalid instance: the last valid value is what's ignored
		w.run(apply)
		return
	}
	w.fails(plan, "Invalid pull policy", "ignore_changes keeps the stored value")
	w.wants(w.a, "my_image", invalid)
}

// TestAccOwnership_unknownOutcome: nobody knows whether a creation succeeded. The next runs end with the instance;
// they don't mistake another one for it.
func TestAccOwnership_unknownOutcome(t *testing.T) {
	t.Parallel()
	for _, there := range []string{"", theirs} {
		server := elyratest.New(t, elyratest.Options{})
		w := newWorkspace(t, place{arguments: fmt.Sprintf("  endpoint = %q\n  max_retries = 0\n", server.URL)})
		server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.After(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			server.Inject(elyratest.Fault{Method: "GET", Do: elyratest.Drop()})
			elyratest.Drop()(w, r, next)
		})})
		w.write(image("x", "My image"))
		w.fails(apply, "", "unknown", "tainted")
		server.Heal()
		if there != "" {
			server.Put(elyratest.Writable, "my_image", there)
			m := w.fails(apply, exists)
			w.applies(image("x", "My image", w.advice(m, anotherName)))
			if raw, _ := server.Raw(elyratest.Writable, "my_image"); raw != there {
				t.Errorf("the other one is now %q", raw)
			}
		}
		w.converges()
		w.run(noop)
	}
}

// TestAccOwnership_modes: a mode that is configured later isn't given to existing files, and the plan says how to.
func TestAccOwnership_modes(t *testing.T) {
	t.Parallel()
	w := newFilesWorkspace(t)
	blocks := []string{image("x", "My image"), image("y", "Other")}
	w.applies(blocks...)
	w.at.arguments += "  file_permission = \"0644\"\n  directory_permission = \"0755\"\n"
	w.write(blocks...)
	commands := regexp.MustCompile(`chmod \d+ [^"\\]+`).FindAllString(w.run("terraform plan -json"), -1)
	if len(commands) != 4 {
		t.Errorf("the plan gives the commands %q", commands)
	}
	w.run(strings.Join(commands, "\n"))
	w.settled()
	wantModes(t, w.a.near, "644", "755")
}
