package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// readImages reads the data source elyra_runtime_images.
func readImages(t *testing.T, provider testProvider, set map[string]tftypes.Value) ([]map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	const name = "elyra_runtime_images"
	objectType := provider.schemas(t).DataSourceSchemas[name].ValueType()
	read, err := provider.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: newObject(t, objectType, set)})
	check(t, err, read.Diagnostics)
	state, err := read.State.Unmarshal(objectType)
	if err != nil {
		t.Fatal(err)
	}
	var images []map[string]any
	for _, image := range goValue(t, state).(map[string]any)["runtime_images"].([]any) {
		images = append(images, image.(map[string]any))
	}
	return images, read.Diagnostics
}

func namesOf(images []map[string]any) string {
	names := make([]string, len(images))
	for i, image := range images {
		names[i] = image["name"].(string)
	}
	return strings.Join(names, " ")
}

func TestRuntimeImages_filters(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, writeImages(t, map[string]string{
		"gpu_a.json":   document(elyra.RuntimeImage{DisplayName: "Training", ImageName: imageName, Tags: []string{"gpu", "team-a"}}),
		"cpu_a.json":   document(elyra.RuntimeImage{DisplayName: "Serving on GPU's friend", ImageName: imageName, Tags: []string{"team-a"}}),
		"cpu_b.json":   document(elyra.RuntimeImage{DisplayName: "ÜBUNG", ImageName: imageName, Tags: []string{"team-b"}}),
		"plain.json":   document(elyra.RuntimeImage{DisplayName: "Plain", ImageName: imageName}),
		"invalid.json": document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: imageName, PullPolicy: "always", Tags: []string{"team-a"}}),
	}))
	for want, set := range map[string]map[string]tftypes.Value{
		"cpu_a cpu_b gpu_a plain":         {},
		" cpu_a cpu_b gpu_a plain":        {"search": text(""), "tags": texts(setOfStrings)},
		"cpu_a gpu_a":                     {"search": text("Gpu")},
		"cpu_b":                           {"search": text("übung")},
		"":                                {"search": text("team-a")}, // tags aren't searched
		" cpu_a gpu_a":                    {"tags": texts(setOfStrings, "gpu", "team-a")},
		"gpu_a":                           {"tags": texts(setOfStrings, "team-a"), "search": text("train")},
		" ":                               {"tags": texts(setOfStrings, "GPU")},
		"cpu_a gpu_a invalid":             {"tags": texts(setOfStrings, "team-a"), "include_invalid": tftypes.NewValue(tftypes.Bool, true)},
		"cpu_a cpu_b gpu_a invalid plain": {"include_invalid": tftypes.NewValue(tftypes.Bool, true)},
	} {
		images, diagnostics := readImages(t, provider, set)
		if got := namesOf(images); got != strings.TrimSpace(want) {
			t.Errorf("%v: %q, want %q", set, got, want)
		}
		wantWarnings(t, diagnostics, 0)
	}
}

// A file whose tags differ in JSON alone doesn't fail the list, nor the plan.
func TestRuntimeImages_tagsOfOneText(t *testing.T) {
	t.Parallel()
	dir := writeImages(t, map[string]string{"odd.json": `{"display_name":"A","metadata":{"tags":[1,"1"],"image_name":"a/b:1"},"schema_name":"runtime-image"}`})
	provider := newTestProvider(t, dir)
	if images, diagnostics := readImages(t, provider, nil); len(diagnostics) > 0 || len(images) != 1 {
		t.Errorf("%v, %v", images, diagnostics)
	}
	provider.imported(t, "odd")
}

func TestRuntimeImages_attributes(t *testing.T) {
	t.Parallel()
	full := elyra.RuntimeImage{
		Name: "full", DisplayName: "Full", ImageName: imageName, Description: "All of it",
		PullPolicy: elyra.PullAlways, PullSecret: "regcred", Tags: []string{"b", "a"},
	}
	dataDir := writeImages(t, map[string]string{
		"full.json":   document(full),
		"broken.json": "{",
		"wrong.json":  `{"display_name": "Wrong", "metadata": {"description": "no image"}, "schema_name": "runtime-image"}`,
	})
	if err := os.Mkdir(imagePath(dataDir, "directory"), 0o700); err != nil {
		t.Fatal(err)
	}
	images, _ := readImages(t, newTestProvider(t, dataDir), map[string]tftypes.Value{"include_invalid": tftypes.NewValue(tftypes.Bool, true)})
	if got := namesOf(images); got != "broken full wrong" {
		t.Fatalf("listed: %s", got)
	}
	if want := (map[string]any{
		"name": "full", "id": "full", "display_name": "Full", "image_name": imageName, "description": "All of it",
		"pull_policy": "Always", "pull_secret": "regcred", "tags": []any{"a", "b"}, "location": imagePath(dataDir, "full"),
		"json": document(full), "writable": true, "origin": "local", "invalid_reason": nil,
	}); !reflect.DeepEqual(images[1], want) {
		t.Errorf("full:\n got %v\nwant %v", images[1], want)
	}
	for i, reason := range map[int]string{0: "broken JSON", 2: "metadata.image_name is missing"} {
		if got, _ := images[i]["invalid_reason"].(string); !strings.Contains(got, reason) {
			t.Errorf("%s is invalid because %q, want %q", images[i]["name"], got, reason)
		}
	}
	if images[0]["json"] != nil || images[0]["display_name"] != nil {
		t.Error("what can't be read is given: ", images[0])
	}
	if json, _ := images[2]["json"].(string); !strings.Contains(json, "no image") || images[2]["display_name"] != "Wrong" {
		t.Error("what can be read isn't given: ", images[2])
	}
}

// On a server, a list and a query see what Elyra's endpoint lists, with URLs.
func TestRuntimeImages_server(t *testing.T) {
	t.Parallel()
	server := elyratest.New(t, elyratest.Options{Token: "secret", BaseURL: "/user/jdoe/"})
	server.Put(elyratest.Writable, "mine", document(elyra.RuntimeImage{DisplayName: "Mine", ImageName: imageName, Tags: []string{"x"}}))
	server.Put(elyratest.Factory, "shipped", document(elyra.RuntimeImage{DisplayName: "Shipped", ImageName: otherImageName}))
	server.Put(elyratest.Writable, "invalid", document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: imageName, PullPolicy: "always"}))
	store, err := serverstore.New(elyra.RuntimeImages, serverstore.Config{Endpoint: server.URL, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	provider := newStoreProvider(t, store)

	images, diagnostics := readImages(t, provider, map[string]tftypes.Value{"include_invalid": tftypes.NewValue(tftypes.Bool, true)})
	wantWarnings(t, diagnostics, 1, "Invalid runtime images can't be listed")
	if got := namesOf(images); got != "mine shipped" {
		t.Fatalf("listed: %s", got)
	}
	if got, want := images[0]["location"], server.URL+"/elyra/metadata/runtime-images/mine"; got != want {
		t.Errorf("location is %v, want %s", got, want)
	}
	if origin := images[0]["origin"]; origin != nil {
		t.Errorf("origin is %v, which no server reports", origin)
	}
	results, _ := provider.query(t, map[string]tftypes.Value{"tags": texts(listOfStrings, "x")}, 100, true)
	if got := displayNames(results); !slices.Equal(got, []string{"Mine"}) {
		t.Errorf("found %q", got)
	}
}

// What elyra-metadata lists of a directory, and of the images that Elyra ships, is
// what the data source lists.
func TestRuntimeImages_asElyra(t *testing.T) {
	t.Parallel()
	jupytertest.Require(t)
	dataDir := writeImages(t, map[string]string{
		"good.json":          document(elyra.RuntimeImage{DisplayName: "Größe 😀 \"<&>\"", ImageName: imageName, PullPolicy: elyra.PullNever, Tags: []string{"a", "b"}}),
		"Upper.json":         document(elyra.RuntimeImage{DisplayName: "Upper", ImageName: imageName}),
		"odh-3.11-ubi9.json": `{"display_name":"ODH","metadata":{"display_name":"ODH","image_name":"quay.io/a/b"},"schema_name":"runtime-image"}`,
		".dot.json":          document(elyra.RuntimeImage{DisplayName: "Dot", ImageName: imageName}),
		"pandas.json":        document(elyra.RuntimeImage{DisplayName: "Mine, not Elyra's", ImageName: imageName}),
		"r.json":             "{ broken, and it hides Elyra's",
		"policy.json":        document(elyra.RuntimeImage{DisplayName: "Policy", ImageName: imageName, PullPolicy: "always"}),
		"null.json":          `{"display_name": "Null", "metadata": {"image_name": "a/b:1", "pull_secret": null}, "schema_name": "runtime-image"}`,
		"broken.json":        "{",
		"empty.json":         "",
		"list.json":          "[]",
		"x.json1732373640.1": "{",
		"x.json.tmp":         "{",
		"readme.txt":         "not ours",
	})
	if err := os.Symlink("nowhere", imagePath(dataDir, "dangling")); err != nil {
		t.Log(err) // Windows
	}
	further := []string{
		"/usr/local/share/jupyter", "/usr/share/jupyter",
		strings.TrimSpace(jupytertest.Python(t, nil, "import sys; print(sys.prefix)")) + "/share/jupyter",
	}
	dirs := append([]string{dataDir}, further...)
	provider := newStoreProvider(t, filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: dirs}))

	for _, includeInvalid := range []bool{false, true} {
		args := []string{"list", "runtime-images", "--json"}
		if includeInvalid {
			args = append(args, "--include-invalid")
		}
		var elyras []jupytertest.Instance
		stdout := jupytertest.Metadata(t, []string{"JUPYTER_DATA_DIR=" + dataDir}, args...)
		if err := json.Unmarshal([]byte(stdout), &elyras); err != nil {
			t.Fatalf("%s\n%s", err, stdout)
		}
		slices.SortFunc(elyras, func(a, b jupytertest.Instance) int { return strings.Compare(a.Name, b.Name) })
		images, _ := readImages(t, provider, map[string]tftypes.Value{"include_invalid": tftypes.NewValue(tftypes.Bool, includeInvalid)})

		var elyraNames []string
		for _, instance := range elyras {
			elyraNames = append(elyraNames, instance.Name)
		}
		if got, want := namesOf(images), strings.Join(elyraNames, " "); got != want {
			t.Errorf("include_invalid = %t:\n  lists %s\nElyra's %s", includeInvalid, got, want)
			continue
		}
		for i, instance := range elyras {
			image := images[i]
			if (image["invalid_reason"] != nil) != (instance.Reason != "") {
				t.Errorf("%s is invalid because %v, to Elyra because %q", instance.Name, image["invalid_reason"], instance.Reason)
			}
			if instance.Reason != "" {
				continue
			}
			var document struct {
				Metadata map[string]any
			}
			if err := json.Unmarshal([]byte(image["json"].(string)), &document); err != nil {
				t.Fatal(err)
			}
			if image["display_name"] != instance.DisplayName || image["location"] != instance.Resource ||
				image["image_name"] != instance.Metadata["image_name"] || !reflect.DeepEqual(document.Metadata, instance.Metadata) {
				t.Errorf("%s:\n listed %v\nElyra's %+v", instance.Name, image, instance)
			}
			if writable := filepath.Dir(instance.Resource) == filepath.Dir(imagePath(dataDir, "x")); image["writable"] != writable {
				t.Errorf("%s is writable: %v", instance.Name, image["writable"])
			}
			want := "local"
			if image["writable"] == false {
				want = "factory"
			}
			if image["origin"] != want {
				t.Errorf("the origin of %s is %v, want %s", instance.Name, image["origin"], want)
			}
		}
	}
}

// A directory that elyra-metadata export made isn't a data directory. Whoever lists it, asks for one
// of its images or imports one is told where the images are, and what to type.
func TestRuntimeImages_export(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	put := filepath.Join(dataDir, "runtime-images")
	if err := os.Mkdir(put, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.json", "b.json"} {
		if err := os.WriteFile(filepath.Join(put, name), []byte(document(elyra.RuntimeImage{DisplayName: "It", ImageName: imageName})), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	looked := filepath.Dir(imagePath(dataDir, "a"))
	advice := "\n\n    mkdir -p " + filepath.Dir(looked) + " && mv " + put + " " + filepath.Dir(looked) + "/"
	provider := newTestProvider(t, dataDir)

	images, diagnostics := readImages(t, provider, nil)
	if len(images) != 0 {
		t.Errorf("listed: %v", images)
	}
	wantWarnings(t, diagnostics, 1, "No runtime images in "+looked, "2 runtime images", advice)
	results, diagnostics := provider.reconfigure(t).query(t, nil, 100, true)
	if len(results) != 0 {
		t.Errorf("found: %v", displayNames(results))
	}
	wantWarnings(t, diagnostics, 1, "No runtime images in "+looked, "2 runtime images", advice)
	imported, err := provider.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: resourceName, ID: "a"})
	if err != nil || len(imported.Diagnostics) != 1 || !strings.HasSuffix(imported.Diagnostics[0].Detail, advice) {
		t.Errorf("imported: %v %v", imported, err)
	}
}

// What one document makes a data source show and cost is bounded, in each dimension that can be large: a
// plan over a shared directory goes on, whatever lies there. A resource shows a difference.
func TestRuntimeImages_bounds(t *testing.T) {
	t.Parallel()
	manyTags := elyra.RuntimeImage{DisplayName: "Tags", ImageName: imageName}
	for i := range 40_000 {
		manyTags.Tags = append(manyTags.Tags, fmt.Sprint("tag-", i))
	}
	files := map[string]string{
		"many_tags.json": document(manyTags),
		"more_tags.json": document(manyTags),
		"long.json":      document(elyra.RuntimeImage{DisplayName: "Long", ImageName: imageName, Description: strings.Repeat("x", 300_000)}),
		"huge.json":      strings.Repeat(" ", 5<<20),
	}
	for name, theirs := range map[string]string{
		"deep":  strings.Repeat("[", 850) + strings.Repeat("]", 850),
		"abyss": strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"keys":  `{"a":1` + strings.Repeat(`,"a":1`, 20_000) + "}",
	} {
		files[name+".json"] = `{"display_name":"x","metadata":{"image_name":"` + imageName + `","theirs":` + theirs + `},"schema_name":"runtime-image"}`
	}
	for i := range 500 {
		files[fmt.Sprintf("z_%d.json", i)] = document(elyra.RuntimeImage{DisplayName: "z", ImageName: imageName})
	}
	provider := newTestProvider(t, writeImages(t, files))
	images, diagnostics := readImages(t, provider, map[string]tftypes.Value{"include_invalid": tftypes.NewValue(tftypes.Bool, true)})
	wantWarnings(t, diagnostics, 1, "many_tags", "40000 tags", "first 1000", "1 more")
	if len(images) != len(files) {
		t.Errorf("%d of %d files are listed", len(images), len(files))
	}
	for _, image := range images[:len(files)-500] {
		name := image["name"].(string)
		shown := len(fmt.Sprint(image))
		reason, _ := image["invalid_reason"].(string)
		if shown > 50*len(files[name+".json"]) || len(reason) > 0 != (name == "abyss" || name == "huge") {
			t.Errorf("%s: shown with %d characters, and is invalid because %q", name, shown, reason)
		}
		if tags, _ := image["tags"].([]any); name == "many_tags" && len(tags) != 1000 {
			t.Errorf("%d tags are shown", len(tags))
		}
	}
	state := provider.imported(t, "many_tags").state
	if tags := goValue(t, provider.attributes(t, state)["tags"]).([]any); len(tags) <= maxTags {
		t.Errorf("a resource has %d tags, which a configuration could have", len(tags))
	}
}
