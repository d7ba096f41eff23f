package provider_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

const testImage = "elyra_runtime_image.test"

// minimal are the variables of testdata/runtime_image for an image with nothing
// that is optional.
func minimal() config.Variables {
	return config.Variables{
		"display_name": config.StringVariable("My image"),
		"image_name":   config.StringVariable("team/image:1"),
	}
}

// full are those for an image with everything.
func full() config.Variables {
	return config.Variables{
		"display_name": config.StringVariable("My image"),
		"image_name":   config.StringVariable("team/image:1"),
		"description":  config.StringVariable("Descri\u00fe\u0167ion \U0001F600 <&>"),
		"pull_policy":  config.StringVariable("IfNotPresent"),
		"pull_secret":  config.StringVariable("regcred"),
		"tags":         config.SetVariable(config.StringVariable("gpu"), config.StringVariable("two words")),
	}
}

var fullImage = elyra.RuntimeImage{
	Name: "my_image", DisplayName: "My image", ImageName: "team/image:1",
	Description: "Descri\u00fe\u0167ion \U0001F600 <&>", PullPolicy: "IfNotPresent", PullSecret: "regcred",
	Tags: []string{"gpu", "two words"},
}

// imageStep applies testdata/runtime_image.
func imageStep(variables config.Variables) resource.TestStep {
	return resource.TestStep{ConfigDirectory: directory("runtime_image"), ConfigVariables: variables}
}

// expect checks the planned action on the resource.
func expect(step resource.TestStep, action plancheck.ResourceActionType) resource.TestStep {
	step.ConfigPlanChecks.PreApply = append(step.ConfigPlanChecks.PreApply, plancheck.ExpectResourceAction(testImage, action))
	return step
}

// after does something before the step runs.
func after(do func(), step resource.TestStep) resource.TestStep {
	step.PreConfig = do
	return step
}

// holds checks, after the step, what is stored.
func holds(t *testing.T, p place, step resource.TestStep, want elyra.RuntimeImage) resource.TestStep {
	step.Check = func(*terraform.State) error {
		if got := stored(t, p.near, want.Name); !got.Equal(want) {
			t.Errorf("stored %+v\nwant   %+v", got, want)
		}
		return nil
	}
	return step
}

func attribute(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(testImage, tfjsonpath.New(name), value)
}

// acceptanceTable holds on every store. Rows in which the store answers nothing of its own run on files
// alone: what a store does with each call is in package storetest.
var acceptanceTable = []struct {
	name      string
	test      func(t *testing.T, p place)
	filesOnly bool
}{
	{name: "lifecycle", test: acceptLifecycle},
	{name: "updateInPlace", test: acceptUpdateInPlace, filesOnly: true},
	{name: "import", test: acceptImport},
	{name: "importBlock", test: acceptImportBlock, filesOnly: true},
	{name: "drift", test: acceptDrift},
	{name: "noDrift", test: acceptNoDrift, filesOnly: true},
	{name: "deletedOutside", test: acceptDeletedOutside},
	{name: "invalidOutside", test: acceptInvalidOutside},
	{name: "unknownKeysSurvive", test: acceptUnknownKeysSurvive},
	{name: "overwrite", test: acceptOverwrite},
	{name: "hideFactory", test: acceptHideFactory},
	{name: "destroyFactory", test: acceptDestroyFactory},
	{name: "createBeforeDestroy", test: acceptCreateBeforeDestroy},
	{name: "unknownValues", test: acceptUnknownValues, filesOnly: true},
	{name: "dataSource", test: acceptDataSource},
}

func TestAccFiles(t *testing.T) {
	for _, tt := range acceptanceTable {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, filesPlace(t)) })
	}
}

func TestAccServer(t *testing.T) {
	server := startServer(t)
	for _, tt := range acceptanceTable {
		if !tt.filesOnly {
			t.Run(tt.name, func(t *testing.T) { tt.test(t, server.place(t)) })
		}
	}
}

func acceptLifecycle(t *testing.T, p place) {
	minimalStep := holds(t, p, imageStep(minimal()), elyra.RuntimeImage{Name: "my_image", DisplayName: "My image", ImageName: "team/image:1"})
	minimalStep.ConfigStateChecks = []statecheck.StateCheck{
		attribute("id", knownvalue.StringExact("my_image")),
		attribute("name", knownvalue.StringExact("my_image")),
		attribute("location", knownvalue.StringExact(p.location("my_image"))),
		attribute("overwrite", knownvalue.Bool(false)),
		attribute("description", knownvalue.Null()),
		attribute("pull_policy", knownvalue.Null()),
		attribute("pull_secret", knownvalue.Null()),
		attribute("tags", knownvalue.SetExact([]knownvalue.Check{})),
	}
	minimalStep.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{
		plancheck.ExpectKnownValue(testImage, tfjsonpath.New("name"), knownvalue.StringExact("my_image")),
		// The place comes from the environment, which may be another at apply.
		plancheck.ExpectUnknownValue(testImage, tfjsonpath.New("location")),
	}
	renamed := fullImage
	renamed.DisplayName = "New name"
	moved := renamed
	moved.Name = "other"
	acceptance(t,
		expect(minimalStep, plancheck.ResourceActionCreate),
		expect(holds(t, p, imageStep(full()), fullImage), plancheck.ResourceActionUpdate),
		// The name stays when the display name changes.
		expect(holds(t, p, imageStep(with(full(), "display_name", config.StringVariable("New name"))), renamed), plancheck.ResourceActionUpdate),
		// To write the name out changes nothing.
		expect(imageStep(with(with(full(), "display_name", config.StringVariable("New name")), "name", config.StringVariable("my_image"))), plancheck.ResourceActionNoop),
		// A new name is a new instance; nothing is left of the old one.
		expect(holds(t, p, imageStep(with(with(full(), "display_name", config.StringVariable("New name")), "name", config.StringVariable("other"))), moved), plancheck.ResourceActionDestroyBeforeCreate),
	)
	for _, name := range []string{"my_image", "other"} {
		if document := read(t, p.near, name); document != "" {
			t.Errorf("%s is still there: %s", name, document)
		}
	}
}

// acceptUpdateInPlace changes one attribute after the other, each to another value, and then all to none.
func acceptUpdateInPlace(t *testing.T, p place) {
	steps := []resource.TestStep{imageStep(full())}
	variables, image := full(), fullImage
	change := func(name string, value config.Variable, edit func(*elyra.RuntimeImage)) {
		variables = with(maps.Clone(variables), name, value)
		edit(&image)
		steps = append(steps, expect(holds(t, p, imageStep(variables), image), plancheck.ResourceActionUpdate))
	}
	change("display_name", config.StringVariable("Other"), func(i *elyra.RuntimeImage) { i.DisplayName = "Other" })
	change("image_name", config.StringVariable("team/image:2"), func(i *elyra.RuntimeImage) { i.ImageName = "team/image:2" })
	change("description", config.StringVariable("Other"), func(i *elyra.RuntimeImage) { i.Description = "Other" })
	change("pull_policy", config.StringVariable("Never"), func(i *elyra.RuntimeImage) { i.PullPolicy = "Never" })
	change("pull_secret", config.StringVariable("other"), func(i *elyra.RuntimeImage) { i.PullSecret = "other" })
	change("tags", config.SetVariable(config.StringVariable("cpu")), func(i *elyra.RuntimeImage) { i.Tags = []string{"cpu"} })
	change("tags", config.SetVariable(), func(i *elyra.RuntimeImage) { i.Tags = nil })
	change("overwrite", config.BoolVariable(true), func(*elyra.RuntimeImage) {})
	steps = append(steps, expect(holds(t, p, imageStep(minimal()), elyra.RuntimeImage{Name: "my_image", DisplayName: "My image", ImageName: "team/image:1"}), plancheck.ResourceActionUpdate))
	acceptance(t, steps...)
}

const importedDocument = `{"schema_name":"runtime-image","metadata":{"tags":["b","a"],"x-team":{"n":1},"image_name":"them\/image:1","pull_policy":"Always"},"display_name":"Imported \u00fc"}`

func acceptImport(t *testing.T, p place) {
	acceptance(t,
		imageStep(full()),
		resource.TestStep{ConfigDirectory: directory("runtime_image"), ConfigVariables: full(), ResourceName: testImage, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ConfigDirectory: directory("runtime_image"), ConfigVariables: full(), ResourceName: testImage, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
		resource.TestStep{
			ConfigDirectory: directory("runtime_image"), ConfigVariables: full(), ResourceName: testImage, ImportState: true, ImportStateId: "my_imagine",
			ExpectError: regexp.MustCompile(`(?s)Runtime image not found.*"my_imagine".*These\s+exist:\s+"my_image`),
		},
		resource.TestStep{
			ConfigDirectory: directory("runtime_image"), ConfigVariables: full(), ResourceName: testImage, ImportState: true, ImportStateId: "Upper",
			PreConfig:   func() { put(t, p.near, "Upper", importedDocument) },
			ExpectError: regexp.MustCompile(`(?s)Unable to import runtime image.*"Upper" isn't a name that Elyra`),
		},
	)
}

// acceptImportBlock imports what others wrote: an empty plan
// follows, and what isn't ours stays.
func acceptImportBlock(t *testing.T, p place) {
	put(t, p.near, "imported", importedDocument)
	step := expect(resource.TestStep{ConfigDirectory: directory("import_block")}, plancheck.ResourceActionNoop)
	step.Check = func(*terraform.State) error {
		if got := read(t, p.near, "imported"); got != importedDocument {
			t.Errorf("the import wrote %s", got)
		}
		return nil
	}
	acceptance(t, step)
}

// acceptDrift changes each field behind Terraform's back: the
// difference shows, and apply puts it right. One field will do for a server: what fields
// are compared doesn't depend on the store.
func acceptDrift(t *testing.T, p place) {
	steps := []resource.TestStep{imageStep(full())}
	edits := []func(*elyra.RuntimeImage){
		func(i *elyra.RuntimeImage) { i.DisplayName = "Drifted" },
		func(i *elyra.RuntimeImage) { i.ImageName = "team/drifted:1" },
		func(i *elyra.RuntimeImage) { i.Description = "" },
		func(i *elyra.RuntimeImage) { i.PullPolicy = elyra.PullAlways },
		func(i *elyra.RuntimeImage) { i.PullSecret = "drifted" },
		func(i *elyra.RuntimeImage) { i.Tags = []string{"gpu"} },
	}
	if p.endpoint != "" {
		edits = edits[:1]
	}
	for _, edit := range edits {
		drifted := fullImage
		edit(&drifted)
		edited := func() { put(t, p.near, "my_image", string(elyra.NewDocument(drifted).Encode())) }
		steps = append(steps, expect(after(edited, holds(t, p, imageStep(full()), fullImage)), plancheck.ResourceActionUpdate))
	}
	acceptance(t, steps...)
}

// acceptNoDrift writes the same in other bytes.
func acceptNoDrift(t *testing.T, p place) {
	const document = `{ "metadata" : {"pull_secret":"regcred", "pull_policy":"IfNotPresent","image_name":"team\/image:1","tags":["two words","gpu"],
"extra": null, "description":"Descri\u00FE\u0167ion \uD83D\ude00 \u003c&>"},"display_name":"My image","schema_name":"runtime-image", "name": "ignored" }
`
	rewritten := func() { put(t, p.near, "my_image", document) }
	acceptance(t,
		imageStep(full()),
		expect(after(rewritten, imageStep(full())), plancheck.ResourceActionNoop),
	)
}

func acceptDeletedOutside(t *testing.T, p place) {
	deleted := func() {
		if err := os.Remove(p.path("my_image")); err != nil {
			t.Fatal(err)
		}
	}
	planned := imageStep(full())
	planned.PlanOnly, planned.ExpectNonEmptyPlan, planned.PreConfig = true, true, deleted
	destroyed := imageStep(full())
	destroyed.Destroy, destroyed.PreConfig = true, deleted
	acceptance(t,
		imageStep(full()),
		planned,
		expect(holds(t, p, imageStep(full()), fullImage), plancheck.ResourceActionCreate),
		destroyed, // of what is gone
	)
}

// acceptInvalidOutside: what others broke is repaired, and what
// they added is kept.
func acceptInvalidOutside(t *testing.T, p place) {
	steps := []resource.TestStep{imageStep(full())}
	documents := []string{
		`{"schema_name":"runtime-image","display_name":"My image","metadata":{"image_name":"team/image:1","pull_policy":"sometimes","x-team":"kept"}}`,
		`{"schema_name":"runtime-image","metadata":{"image_name":"team/image:1","x-team":"kept"}}`,
		// Wrong in nothing that has an attribute.
		strings.Replace(string(elyra.NewDocument(fullImage).Encode()), `"schema_name"`, `"foreign"`, 1),
	}
	if p.endpoint == "" {
		// These a server neither replaces nor deletes.
		documents = append(documents, strings.Replace(string(elyra.NewDocument(fullImage).Encode()), `"runtime-image"`, `"kfp"`, 1),
			`{"schema_name":"runtime-image","displ`, `[]`, ``)
	}
	for _, document := range documents {
		broken := func() { put(t, p.near, "my_image", document) }
		step := expect(after(broken, holds(t, p, imageStep(full()), fullImage)), plancheck.ResourceActionUpdate)
		if strings.Contains(document, "x-team") && p.endpoint == "" { // a server shows nothing of what is invalid
			inner := step.Check
			step.Check = func(s *terraform.State) error {
				if !strings.Contains(read(t, p.near, "my_image"), `"x-team": "kept"`) {
					t.Errorf("the unknown key is gone: %s", read(t, p.near, "my_image"))
				}
				return inner(s)
			}
		}
		steps = append(steps, step)
	}
	acceptance(t, steps...)
}

func acceptUnknownKeysSurvive(t *testing.T, p place) {
	added := func() {
		put(t, p.near, "my_image", strings.Replace(read(t, p.near, "my_image"), `"image_name"`, `"display_name": "ODH", "x": {"deep": [1, "\ud83d\ude00"]}, "image_name"`, 1))
	}
	step := expect(after(added, imageStep(minimal())), plancheck.ResourceActionUpdate)
	step.Check = func(*terraform.State) error {
		got := strings.Join(strings.Fields(read(t, p.near, "my_image")), "")
		for _, want := range []string{`"display_name":"ODH"`, `"x":{"deep":[1,"\ud83d\ude00"]}`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s didn't survive: %s", want, got)
			}
		}
		return nil
	}
	acceptance(t, imageStep(full()), step)
}

func acceptExists(t *testing.T, p place) {
	put(t, p.near, "my_image", importedDocument)
	step := imageStep(full())
	step.ExpectError = spaced(`Runtime image "my_image" already exists.*name = "my_image_2"`)
	acceptance(t, step)
	if got := read(t, p.near, "my_image"); got != importedDocument {
		t.Errorf("the existing instance was changed: %s", got)
	}
}

func acceptOverwrite(t *testing.T, p place) {
	overwriting := func() config.Variables { return with(full(), "overwrite", config.BoolVariable(true)) }
	put(t, p.near, "my_image", importedDocument)
	step := expect(holds(t, p, imageStep(overwriting()), fullImage), plancheck.ResourceActionCreate)
	inner := step.Check
	step.Check = func(s *terraform.State) error {
		if !strings.Contains(read(t, p.near, "my_image"), "x-team") {
			t.Error("what others added is gone")
		}
		return inner(s)
	}
	acceptance(t, step)
	if got := read(t, p.near, "my_image"); got != "" {
		t.Errorf("after the destroy: %s", got)
	}
}

// acceptHideFactory hides an image that ships with Elyra; destroy
// brings it back.
func acceptHideFactory(t *testing.T, p place) {
	put(t, p.far, "my_image", importedDocument)
	refused := imageStep(full())
	refused.ExpectError = regexp.MustCompile(`(?s)already exists.*overwrite = true`)
	overwriting := with(full(), "overwrite", config.BoolVariable(true))
	acceptance(t,
		refused,
		expect(holds(t, p, imageStep(overwriting), fullImage), plancheck.ResourceActionCreate),
	)
	if got := read(t, p.near, "my_image"); got != "" {
		t.Errorf("the copy is still there: %s", got)
	}
	if got := read(t, p.far, "my_image"); got != importedDocument {
		t.Errorf("the factory instance is now %s", got)
	}
}

// acceptDestroyFactory: an imported factory instance isn't ours
// to delete; a copy that an update made is.
func acceptDestroyFactory(t *testing.T, p place) {
	put(t, p.far, "imported", importedDocument)
	refused := resource.TestStep{ConfigDirectory: directory("import_block"), Destroy: true, ExpectError: regexp.MustCompile(`(?s)Unable to delete runtime image.*terraform state rm`)}
	released := resource.TestStep{
		ConfigDirectory: directory("import_block"), Destroy: true,
		PreConfig: func() { os.Remove(instancePath(p.far, "imported")) },
	}
	acceptance(t, resource.TestStep{ConfigDirectory: directory("import_block")}, refused, released)
}

// acceptCreateBeforeDestroy: the new instance survives the
// destroy of the old one that has the same name.
func acceptCreateBeforeDestroy(t *testing.T, p place) {
	step := func(displayName string) resource.TestStep {
		return holds(t, p, resource.TestStep{
			ConfigDirectory: directory("create_before_destroy"),
			ConfigVariables: config.Variables{"display_name": config.StringVariable(displayName)},
		}, elyra.RuntimeImage{Name: "kept", DisplayName: displayName, ImageName: "team/image:1"})
	}
	same, changed := step("One"), step("Two")
	same.Taint, changed.Taint = []string{testImage}, []string{testImage}
	acceptance(t,
		step("One"),
		expect(same, plancheck.ResourceActionCreateBeforeDestroy),
		expect(changed, plancheck.ResourceActionCreateBeforeDestroy),
	)
	if got := read(t, p.near, "kept"); got != "" {
		t.Errorf("after the last destroy: %s", got)
	}
}

// acceptUnknownValues: what is unknown while planning is checked
// before anything is written.
func acceptUnknownValues(t *testing.T, p place) {
	step := func(displayName, imageName, tag string) resource.TestStep {
		return resource.TestStep{ConfigDirectory: directory("unknown_values"), ConfigVariables: config.Variables{
			"display_name": config.StringVariable(displayName), "image_name": config.StringVariable(imageName), "tag": config.StringVariable(tag),
		}}
	}
	badImage := step("Late", "python:3.11", "gpu")
	badImage.ExpectError = regexp.MustCompile(`(?s)Invalid image name.*library/python:3.11`)
	badTag := step("Late", "team/image:1", " gpu")
	badTag.ExpectError = regexp.MustCompile(`(?s)Invalid tag.*use "gpu"`)
	badName := step("\u65e5\u672c", "team/image:1", "gpu")
	badName.ExpectError = regexp.MustCompile(`(?s)Display name gives no name.*name = "my-image"`)
	good := step("Late", "team/image:1", "gpu")
	good.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{
		plancheck.ExpectUnknownValue(testImage, tfjsonpath.New("name")),
		plancheck.ExpectUnknownValue(testImage, tfjsonpath.New("location")),
	}
	for _, bad := range []resource.TestStep{badImage, badTag, badName} {
		acceptance(t, bad)
		if entries, err := os.ReadDir(p.path("")); err == nil && len(entries) > 0 {
			t.Errorf("something was written: %v", entries)
		}
	}
	acceptance(t, holds(t, p, good, elyra.RuntimeImage{Name: "late", DisplayName: "Late", ImageName: "team/image:1", Tags: []string{"gpu"}}))
}

// TestAccRuntimeImage_invalidConfig: each mistake is told at plan time, with
// what to type instead.
func TestAccRuntimeImage_invalidConfig(t *testing.T) {
	p := filesPlace(t)
	for _, tt := range []struct {
		variable string
		value    config.Variable
		want     string
	}{
		{"image_name", config.StringVariable("python:3.11"), `(?s)Invalid image name.*image_name = "library/python:3.11"`},
		{"image_name", config.StringVariable("https://quay.io/a/b:1"), `(?s)Invalid image name.*image_name = "quay.io/a/b:1"`},
		{"image_name", config.StringVariable("Jdoe/My-Image:1"), `(?s)Invalid image name.*image_name = "jdoe/my-image:1"`},
		{"display_name", config.StringVariable(""), `Invalid display name`},
		{"display_name", config.StringVariable("!!!"), `(?s)Display name gives no name.*name = "my-image"`},
		{"name", config.StringVariable("Upper"), `(?s)Invalid name.*use "upper"`},
		{"description", config.StringVariable(""), `(?s)Invalid description.*leave it out, or use null`},
		{"pull_policy", config.StringVariable("always"), `(?s)Invalid pull policy.*use "Always"`},
		{"pull_secret", config.StringVariable(""), `(?s)Invalid pull secret.*null`},
		{"tags", config.SetVariable(config.StringVariable("")), `(?s)Invalid tag.*must not be empty`},
	} {
		step := imageStep(with(full(), tt.variable, tt.value))
		step.PlanOnly = true
		step.ExpectError = regexp.MustCompile(tt.want)
		acceptance(t, step)
	}
	if entries, err := os.ReadDir(p.near); err != nil || len(entries) > 0 {
		t.Errorf("something was written: %v, %v", entries, err)
	}
}

func acceptDataSource(t *testing.T, p place) {
	put(t, p.near, "near", importedDocument)
	put(t, p.far, "far", string(elyra.NewDocument(fullImage).Encode()))
	put(t, p.far, "twin", string(elyra.NewDocument(fullImage).Encode()))
	put(t, p.far, "python-3.11-ubi9", strings.ReplaceAll(importedDocument, "Imported", "Odd"))
	step := func(variable, value string) resource.TestStep {
		return resource.TestStep{ConfigDirectory: directory("data_source"), ConfigVariables: config.Variables{variable: config.StringVariable(value)}}
	}
	found := func(name string, step resource.TestStep) resource.TestStep {
		step.ConfigStateChecks = []statecheck.StateCheck{statecheck.ExpectKnownValue("data.elyra_runtime_image.test", tfjsonpath.New("name"), knownvalue.StringExact(name))}
		return step
	}
	failing := func(message string, step resource.TestStep) resource.TestStep {
		step.ExpectError = regexp.MustCompile(message)
		return step
	}
	whole := found("near", step("name", "near"))
	for name, value := range map[string]knownvalue.Check{
		"id": knownvalue.StringExact("near"), "display_name": knownvalue.StringExact("Imported \u00fc"), "image_name": knownvalue.StringExact("them/image:1"),
		"description": knownvalue.Null(), "pull_policy": knownvalue.StringExact("Always"), "pull_secret": knownvalue.Null(),
		"tags": knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("a"), knownvalue.StringExact("b")}),
		"json": knownvalue.StringRegexp(regexp.MustCompile(`(?s)"x-team": \{\s+"n": 1`)),
	} {
		whole.ConfigStateChecks = append(whole.ConfigStateChecks, statecheck.ExpectKnownValue("data.elyra_runtime_image.test", tfjsonpath.New(name), value))
	}
	acceptance(t, slices.Concat([]resource.TestStep{
		whole,
		found("far", step("name", "far")),
		found("python-3.11-ubi9", step("name", "python-3.11-ubi9")),
		found("near", step("display_name", "Imported \u00fc")),
		failing(`(?s)More than one runtime image matches.*name = "far".*name = "twin"`, step("display_name", "My image")),
		failing(`(?s)More than one runtime image matches.*name = "near".*name =\s+"python-3.11-ubi9"`, step("image_name", "them/image:1")),
		failing(`(?s)Runtime image not found.*"absent".*These\s+exist:`, step("name", "absent")),
		failing(`(?s)Runtime image not found.*image\s+name\s+"docker.io/them/image:1"`, step("image_name", "docker.io/them/image:1")),
		failing(`(?s)Exactly one of these attributes must be configured`, resource.TestStep{ConfigDirectory: directory("data_source")}),
	})...)
}
