package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// wantWarning checks that there is one diagnostic, a warning with those words.
func wantWarning(t *testing.T, diagnostics []*tfprotov6.Diagnostic, words ...string) {
	t.Helper()
	if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Fatalf("got %d diagnostics, want one warning: %+v", len(diagnostics), diagnostics)
	}
	if diagnostics[0].Attribute == nil {
		t.Error("the warning has no attribute")
	}
	for _, word := range words {
		if message := diagnostics[0].Summary + "\n" + diagnostics[0].Detail; !strings.Contains(message, word) {
			t.Errorf("%q is not in:\n%s", word, message)
		}
	}
}

func putDocument(t *testing.T, dataDir, name, document string) string {
	t.Helper()
	path := filepath.Join(dataDir, "metadata", "runtime-images", name+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const anyDocument = `{"schema_name": "runtime-image", "display_name": "Theirs", "metadata": {"image_name": "them/image:1"}}`

// TestReadVanished: Terraform before 1.12 keeps no identity, and an import of
// what does not exist has none either; the framework fails where it is still
// null when the object is removed.
func TestReadVanished(t *testing.T) {
	dir := t.TempDir()
	server := newTestServer(t, dir)
	state := server.create(t, server.config(t, map[string]tftypes.Value{"display_name": text("Gone"), "image_name": text("a/b:1")}))
	if err := os.RemoveAll(filepath.Join(dir, "metadata")); err != nil {
		t.Fatal(err)
	}
	read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	if value, err := read.NewState.Unmarshal(server.resourceType); err != nil || !value.IsNull() {
		t.Errorf("the state is still %v, %v", value, err)
	}
}

// TestIdentity: create, read and import set it, by id and by identity alike.
func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	server := newTestServer(t, dir)
	putDocument(t, dir, "imported", anyDocument)
	identityType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String}}
	wantIdentity := func(identity *tfprotov6.ResourceIdentityData, name string) {
		t.Helper()
		if identity == nil || identity.IdentityData == nil {
			t.Fatal("there is no identity")
		}
		want := tftypes.NewValue(identityType, map[string]tftypes.Value{"name": text(name)})
		if got, err := identity.IdentityData.Unmarshal(identityType); err != nil || !got.Equal(want) {
			t.Errorf("the identity is %v, %v, want %v", got, err, want)
		}
	}
	state := server.create(t, server.config(t, map[string]tftypes.Value{"display_name": text("Named"), "image_name": text("a/b:1")}))
	read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantIdentity(read.NewIdentity, "named")

	data, err := tfprotov6.NewDynamicValue(identityType, tftypes.NewValue(identityType, map[string]tftypes.Value{"name": text("imported")}))
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []*tfprotov6.ImportResourceStateRequest{
		{TypeName: resourceName, ID: "imported"},
		{TypeName: resourceName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &data}},
	} {
		imported, err := server.ImportResourceState(t.Context(), request)
		check(t, err, imported.Diagnostics)
		read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: imported.ImportedResources[0].State, CurrentIdentity: imported.ImportedResources[0].Identity})
		check(t, err, read.Diagnostics)
		wantIdentity(read.NewIdentity, "imported")
		if got := server.attributes(t, read.NewState)["display_name"]; !got.Equal(text("Theirs")) {
			t.Errorf("imported %v", got)
		}
	}
}

func TestPlanWarnsOfExisting(t *testing.T) {
	dir := t.TempDir()
	path := putDocument(t, dir, "taken", anyDocument)
	plan := func(attributes map[string]tftypes.Value) []*tfprotov6.Diagnostic {
		t.Helper()
		server := newTestServer(t, dir)
		config := server.config(t, attributes)
		none := server.value(t, tftypes.NewValue(server.resourceType, nil))
		planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: config})
		check(t, err, planned.Diagnostics)
		return planned.Diagnostics
	}
	config := map[string]tftypes.Value{"display_name": text("Taken"), "image_name": text("a/b:1")}
	wantWarning(t, plan(config), `Runtime image "taken" already exists`, path, "import {", `id = "taken"`, "overwrite = true")
	config["overwrite"] = tftypes.NewValue(tftypes.Bool, true)
	if diagnostics := plan(config); len(diagnostics) > 0 {
		t.Errorf("with overwrite: %+v", diagnostics[0])
	}
	config = map[string]tftypes.Value{"display_name": text("Free"), "image_name": text("a/b:1")}
	if diagnostics := plan(config); len(diagnostics) > 0 {
		t.Errorf("a free name: %+v", diagnostics[0])
	}
}

// TestPlanReplaceIsQuiet: the instance that is to be replaced is no surprise, be it
// by -replace or because it is tainted, of which Terraform says nothing.
func TestPlanReplaceIsQuiet(t *testing.T) {
	dir := t.TempDir()
	server := newTestServer(t, dir)
	config := server.config(t, map[string]tftypes.Value{"display_name": text("Mine"), "image_name": text("a/b:1")})
	state := server.create(t, config)

	tainted := newTestServer(t, dir)
	tainted.read(t, state)
	wantWarnings(t, tainted.plan(t, config, planned{}), 0)

	replaced := newTestServer(t, dir)
	first := replaced.respond(t, config, replaced.read(t, state))
	wantWarnings(t, first.Diagnostics, 0)
	wantWarnings(t, replaced.plan(t, config, planned{private: first.PlannedPrivate}), 0)
}

// TestPlanLocation: it is known where the configuration names the place in full,
// and left open where the working directory or the environment has a say, for a
// saved plan may be applied elsewhere.
func TestPlanLocation(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ELYRA_METADATA_PATH", dir)
	want := filepath.Join(dir, "metadata", "runtime-images", "placed.json")
	for _, tt := range []struct {
		dataDir any
		known   bool
	}{{dir, true}, {"relative", false}, {nil, false}} {
		server := newTestServer(t, tt.dataDir)
		config := server.config(t, map[string]tftypes.Value{"display_name": text("Placed"), "image_name": text("a/b:1")})
		none := server.value(t, tftypes.NewValue(server.resourceType, nil))
		plan, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: config})
		check(t, err, plan.Diagnostics)
		location := server.attributes(t, plan.PlannedState)["location"]
		if location.IsKnown() != tt.known || tt.known && !location.Equal(text(want)) {
			t.Errorf("data_dir %v: planned at %v", tt.dataDir, location)
		}
	}
}

// TestPlanSameName: of two resources with one name, new or known, the second is an
// error, whichever it is.
func TestPlanSameName(t *testing.T) {
	dir := t.TempDir()
	server := newTestServer(t, dir)
	mine := server.config(t, map[string]tftypes.Value{"display_name": text("My A"), "image_name": text("a/b:1")})
	other := server.config(t, map[string]tftypes.Value{"display_name": text("my a!"), "image_name": text("a/b:2")})
	state := server.create(t, mine)
	type plan struct {
		config *tfprotov6.DynamicValue
		known  bool
	}
	for _, plans := range [][]plan{
		{{mine, false}, {other, false}},
		{{mine, true}, {other, false}}, {{other, false}, {mine, true}},
		{{mine, true}, {other, true}},
		{{mine, true}, {nil, true}}, {{nil, true}, {mine, true}},
	} {
		server := newTestServer(t, dir)
		for i, plan := range plans {
			prior := planned{}
			if plan.known {
				prior = server.read(t, state)
			}
			var failed bool
			for _, d := range server.respond(t, plan.config, prior).Diagnostics {
				failed = failed || isError(d) && d.Summary == `Two resources have the name "my_a"`
			}
			if failed != (i == 1) {
				t.Errorf("plan %d of %+v fails: %t", i, plans, failed)
			}
		}
	}
}

// TestReadElsewhere: where the provider looks elsewhere now, what it leaves behind
// is told.
func TestReadElsewhere(t *testing.T) {
	old, now := t.TempDir(), t.TempDir()
	server := newTestServer(t, old)
	state := server.create(t, server.config(t, map[string]tftypes.Value{"display_name": text("Left"), "image_name": text("a/b:1")}))
	read, err := newTestServer(t, now).ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantWarning(t, read.Diagnostics, old, now, "stays there, and Terraform forgets it", "under an alias")
}

func TestReadWarnsOfInvalid(t *testing.T) {
	dir := t.TempDir()
	server := newTestServer(t, dir)
	state := server.create(t, server.config(t, map[string]tftypes.Value{"display_name": text("Broken"), "image_name": text("a/b:1")}))
	path := putDocument(t, dir, "broken", "{\n  oops\n}")
	read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantWarning(t, read.Diagnostics, `Runtime image "broken" is invalid`, path, "line 2, column 3", "repairs", "all of it is replaced")
}

func TestValidateWarnsOfLatest(t *testing.T) {
	server := newTestServer(t, t.TempDir())
	config := server.config(t, map[string]tftypes.Value{"display_name": text("Latest"), "image_name": text("a/b")})
	validated, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceName, Config: config})
	check(t, err, validated.Diagnostics)
	wantWarning(t, validated.Diagnostics, `"a/b" has neither tag nor digest`, `"a/b:1.0"`)
}

// TestDestroyTellsWhatReturns hides a factory instance and destroys the copy.
func TestDestroyTellsWhatReturns(t *testing.T) {
	near, far := t.TempDir(), t.TempDir()
	path := putDocument(t, far, "shipped", anyDocument)
	server := newTestServer(t, near, far)
	state := server.create(t, server.config(t, map[string]tftypes.Value{
		"display_name": text("Shipped"), "image_name": text("a/b:1"), "overwrite": tftypes.NewValue(tftypes.Bool, true),
	}))
	destroyed := server.reconfigure(t).destroy(t, state)
	wantWarning(t, destroyed, `Runtime image "shipped" is visible again`, path)
}

// TestUnknownProviderConfiguration: with the provider's configuration unknown,
// the environment does not stand in, what is known stays, and new images can be
// planned.
func TestUnknownProviderConfiguration(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ELYRA_METADATA_PATH", t.TempDir())
	known := newTestServer(t, dir)
	config := known.config(t, map[string]tftypes.Value{"display_name": text("Known"), "image_name": text("a/b:1")})
	state := known.create(t, config)

	server := newTestServer(t, tftypes.UnknownValue)
	read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	before, after := server.attributes(t, state), server.attributes(t, read.NewState)
	for name := range before {
		if !before[name].Equal(after[name]) {
			t.Errorf("%s was %v and is %v", name, before[name], after[name])
		}
	}
	server.planUnchanged(t, config, state)

	none := server.value(t, tftypes.NewValue(server.resourceType, nil))
	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: config})
	check(t, err, planned.Diagnostics)
	attributes := server.attributes(t, planned.PlannedState)
	if !attributes["name"].Equal(text("known")) || attributes["location"].IsKnown() {
		t.Errorf("planned the name %v at %v", attributes["name"], attributes["location"])
	}
	imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: resourceName, ID: "known"})
	if err != nil || len(imported.Diagnostics) == 0 || !strings.Contains(imported.Diagnostics[0].Detail, "-target") {
		t.Errorf("import: %+v, %v", imported.Diagnostics, err)
	}
}
