package provider_test

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// imageTests are what a runtime image goes through. Whose it is, is in ownershipTests.
var imageTests = tests{
	onBoth: {
		"lifecycle": imageLifecycle, "import": imageImport,
		"dataSource": imageDataSource,
	},
	onFiles: {
		"unknownValues": imageUnknownValues,
	},
}

func TestAccFiles(t *testing.T) {
	t.Parallel()
	testFiles(t, imageTests)
}

var fullImage = elyra.RuntimeImage{
	Name: "my_image", DisplayName: "My image", ImageName: "team/my-image:1",
	Description: "Descri\u00fe\u0167ion \U0001F600 <&>", PullPolicy: "IfNotPresent", PullSecret: "regcred",
	Tags: []string{"gpu", "two words"},
}

// fullLines are the arguments of fullImage that are optional.
var fullLines = []string{
	`description = "Descri\u00fe\u0167ion \U0001F600 <&>"`, `pull_policy = "IfNotPresent"`, `pull_secret = "regcred"`, `tags = ["two words", "gpu"]`,
}

// importedDocument is one that others have written.
const importedDocument = `{"schema_name":"runtime-image","metadata":{"tags":["b","a"],"x-team":{"n":1},"image_name":"them\/image:1","pull_policy":"Always"},"display_name":"Imported \u00fc"}`

func imageLifecycle(w workspace) {
	const result = "output \"x\" {\n  value = elyra_runtime_image.x\n}\n"
	wantOutput(w.t, w.applies(image("x", "My image"), result), `+ name = "my_image"`, "1 added")
	least := map[string]any{
		"id": "my_image", "name": "my_image", "location": w.a.location("my_image"), "overwrite": false, "display_name": "My image",
		"image_name": "team/my-image:1", "description": nil, "pull_policy": nil, "pull_secret": nil, "tags": []any{},
	}
	if got := w.outputs()["x"]; !reflect.DeepEqual(got, least) {
		w.t.Errorf("the state has\n%v, want\n%v", got, least)
	}
	w.settled()
	full := image("x", "My image", fullLines...)
	wantOutput(w.t, w.applies(full), "0 added, 1 changed, 0 destroyed")
	wantImages(w.t, w.a.near, fullImage)

	// The same in other bytes is no difference.
	w.put("my_image", `{ "metadata" : {"pull_secret":"regcred", "pull_policy":"IfNotPresent","image_name":"team\/my-image:1","tags":["two words","gpu"],
"extra": null, "description":"Descri\u00FE\u0167ion \uD83D\ude00 \u003c&>"},"display_name":"My image","schema_name":"runtime-image", "name": "ignored" }
`)
	w.settled()
	// An apply restores what others changed, and keeps what they added.
	drifted := strings.Replace(w.document("my_image"), `"My image"`, `"Drifted"`, 1)
	w.put("my_image", strings.Replace(drifted, `"extra": null`, `"display_name": "ODH", "x": {"deep": [1, "\ud83d\ude00"]}`, 1))
	wantOutput(w.t, w.run(apply), `~ display_name = "Drifted" -> "My image"`, "0 added, 1 changed, 0 destroyed")
	wantImages(w.t, w.a.near, fullImage)
	w.applies(image("x", "My image"))
	wantImages(w.t, w.a.near, elyra.RuntimeImage{Name: "my_image", DisplayName: "My image", ImageName: "team/my-image:1"})
	for _, kept := range []string{`"display_name":"ODH"`, `"x":{"deep":[1,"\ud83d\ude00"]}`} {
		if got := strings.Join(strings.Fields(w.document("my_image")), ""); !strings.Contains(got, kept) {
			w.t.Errorf("%s didn't survive: %s", kept, got)
		}
	}

	// The name stays when the display name changes, and to write it out changes nothing. A new name is a new instance.
	w.applies(image("x", "New name"))
	w.write(image("x", "New name", `name = "my_image"`))
	w.settled()
	wantOutput(w.t, w.applies(image("x", "New name", `name = "other"`)), "1 added, 0 changed, 1 destroyed")
	w.wantNames("other")
	w.destroys()
	w.wantNames()
}

func imageImport(w workspace) {
	w.put("my_image", string(elyra.NewDocument(fullImage).Encode()))
	w.put("Upper", importedDocument)
	w.write(image("x", "My image", fullLines...))
	w.fails("terraform import -no-color elyra_runtime_image.x my_imagine", "Runtime image not found", `"my_imagine"`, `These exist: "my_image"`)
	w.fails("terraform import -no-color elyra_runtime_image.x Upper", "Unable to import runtime image", `"Upper" isn't a name that Elyra`)
	w.run("terraform import elyra_runtime_image.x my_image")
	w.run(noop)

	// What isn't ours stays, in its bytes.
	w.put("imported", importedDocument)
	imported := strings.Replace(image("y", "Imported \u00fc", `name = "imported"`, `pull_policy = "Always"`, `tags = ["a", "b"]`), "team/imported-\u00fc:1", "them/image:1", 1)
	wantOutput(w.t, w.applies(image("x", "My image", fullLines...), imported, importOf("y", "imported")), "1 imported, 0 added, 0 changed")
	w.wants(w.a, "imported", importedDocument)
	w.destroys()
	w.wantNames("Upper")
}

// Values that are unknown in the plan are checked before anything is written.
func imageUnknownValues(w workspace) {
	late := func(displayName, imageName, tag string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"late\" {\n  input = [%q, %q, %q]\n}\n", displayName, imageName, tag) +
			"resource \"elyra_runtime_image\" \"x\" {\n  display_name = terraform_data.late.output[0]\n  image_name = terraform_data.late.output[1]\n  tags = [terraform_data.late.output[2]]\n}\n"
	}
	for summary, tt := range map[string]struct{ block, advice string }{
		"Invalid image name":         {late("Late", "python:3.11", "gpu"), "library/python:3.11"},
		"Invalid tag":                {late("Late", "team/image:1", " gpu"), `use "gpu"`},
		"Display name gives no name": {late("\u65e5\u672c", "team/image:1", "gpu"), `name = "my-image"`},
	} {
		w := w.module()
		w.write(tt.block)
		w.fails(apply, summary, tt.advice)
		w.wantNames()
	}
	w.applies(late("Late", "team/image:1", "gpu"))
	wantImages(w.t, w.a.near, elyra.RuntimeImage{Name: "late", DisplayName: "Late", ImageName: "team/image:1", Tags: []string{"gpu"}})
}

// The data source finds an image by one of its three attributes, also the one that the same apply has created.
func imageDataSource(w workspace) {
	w.put("near", importedDocument)
	for _, name := range []string{"far", "twin"} {
		put(w.t, w.a.far, name, string(elyra.NewDocument(fullImage).Encode()))
	}
	put(w.t, w.a.far, "python-3.11-ubi9", strings.ReplaceAll(importedDocument, "Imported", "Odd"))
	block := func(label, line string) string {
		return fmt.Sprintf("data \"elyra_runtime_image\" %q {\n  %s\n}\n", label, line)
	}
	w.applies(image("created", "Created"), block("near", `name = "near"`), block("far", `name = "far"`), block("odd", `name = "python-3.11-ubi9"`),
		block("shown", `display_name = "Imported \u00fc"`), block("created", "display_name = elyra_runtime_image.created.display_name\n  depends_on = [elyra_runtime_image.created]"), `
output "names" {
  value = { for label, image in { far = data.elyra_runtime_image.far, odd = data.elyra_runtime_image.odd, shown = data.elyra_runtime_image.shown, created = data.elyra_runtime_image.created } : label => image.name }
}
output "near" {
  value = data.elyra_runtime_image.near
}
`)
	if got, want := w.outputMap("names"), map[string]string{"far": "far", "odd": "python-3.11-ubi9", "shown": "near", "created": "created"}; !maps.Equal(got, want) {
		w.t.Errorf("found %v, want %v", got, want)
	}
	near := w.outputs()["near"].(map[string]any)
	if document, _ := near["json"].(string); !strings.Contains(strings.Join(strings.Fields(document), ""), `"x-team":{"n":1`) {
		w.t.Errorf("the document is %s", document)
	}
	for name, want := range map[string]any{
		"id": "near", "display_name": "Imported \u00fc", "image_name": "them/image:1", "description": nil, "pull_policy": "Always", "pull_secret": nil, "tags": []any{"a", "b"},
	} {
		if got := near[name]; !reflect.DeepEqual(got, want) {
			w.t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	w.write(block("a", `display_name = "My image"`), block("b", `image_name = "them/image:1"`), block("c", `name = "absent"`), block("d", `image_name = "docker.io/them/image:1"`))
	output, _ := w.try(plan)
	w.find(output, "Error: ", "More than one runtime image matches", `name = "far"`, `name = "twin"`)
	wantOutput(w.t, output, `name = "python-3.11-ubi9"`, `"absent"`, "These exist:", `image name "docker.io/them/image:1"`)
	w.write(block("e", ""))
	w.fails(plan, "", "Exactly one of these attributes must be configured")
}
