package provider

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// readImages reads the data source elyra_runtime_images.
func readImages(t *testing.T, provider testProvider, set map[string]tftypes.Value) ([]map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	return provider.list(t, "elyra_runtime_images", set)
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

func TestRuntimeImages_attributes(t *testing.T) {
	t.Parallel()
	full := elyra.RuntimeImage{
		Name: "full", DisplayName: "Full", ImageName: imageName, Description: "All of it",
		PullPolicy: "Always", PullSecret: "regcred", Tags: []string{"b", "a"},
	}
	dataDir := writeImages(t, map[string]string{
		"full.json":   document(full),
		"broken.json": "{",
		"wrong.json":  `{"display_name": "Wrong", "metadata": {"description": "no image"}, "schema_name": "runtime-image"}`,
	})
	check(t, os.Mkdir(imagePath(dataDir, "directory"), 0o700), nil)
	later := writeImages(t, map[string]string{"later.json": document(full), "full.json": "hidden"})
	images, _ := readImages(t, newTestProvider(t, dataDir, later), map[string]tftypes.Value{"include_invalid": tftypes.NewValue(tftypes.Bool, true)})
	if got := namesOf(images); got != "broken full later wrong" {
		t.Fatalf("listed: %s", got)
	}
	want := image(map[string]any{
		"name": "full", "id": "full", "display_name": "Full", "image_name": imageName, "description": "All of it",
		"pull_policy": "Always", "pull_secret": "regcred", "tags": []any{"a", "b"}, "location": imagePath(dataDir, "full"),
		"json": document(full), "writable": true, "origin": "local", "invalid_reason": nil,
	})
	if !reflect.DeepEqual(images[1], want) {
		t.Errorf("full:\n got %v\nwant %v", images[1], want)
	}
	for i, reason := range map[int]string{0: "broken JSON", 3: "metadata.image_name is missing"} {
		if got, _ := images[i]["invalid_reason"].(string); !strings.Contains(got, reason) {
			t.Errorf("%s is invalid because %q, want %q", images[i]["name"], got, reason)
		}
	}
	if images[0]["json"] != nil || images[0]["display_name"] != nil {
		t.Error("what can't be read is given: ", images[0])
	}
	if json, _ := images[3]["json"].(string); !strings.Contains(json, "no image") || images[3]["display_name"] != "Wrong" {
		t.Error("what can be read isn't given: ", images[3])
	}
	if images[2]["writable"] != false || images[2]["origin"] != "shared" || images[2]["location"] != imagePath(later, "later") {
		t.Error("a later directory's: ", images[2])
	}
}

// On a server, a list and a query see what Elyra's endpoint lists, with URLs.
func TestRuntimeImages_server(t *testing.T) {
	t.Parallel()
	server := elyratest.New(t, elyratest.Options{Token: "secret", BaseURL: "/user/jdoe/"})
	server.Put(elyratest.Writable, "mine", document(elyra.RuntimeImage{DisplayName: "Mine", ImageName: imageName, Tags: []string{"x"}}))
	server.Put(elyratest.Factory, "shipped", document(elyra.RuntimeImage{DisplayName: "Shipped", ImageName: otherImageName}))
	server.Put(elyratest.Writable, "invalid", document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: imageName, PullPolicy: "always"}))
	provider := configured(t, set("endpoint", server.URL, "token", "secret"))

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

// A directory that elyra-metadata export made isn't a data directory. Whoever lists it, asks for one
// of its images or imports one is told where the images are, and what to type.
func TestRuntimeImages_export(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	put := filepath.Join(dataDir, "runtime-images")
	for _, name := range []string{"a.json", "b.json"} {
		writeFile(t, filepath.Join(put, name), document(elyra.RuntimeImage{DisplayName: "It", ImageName: imageName}))
	}
	looked := filepath.Dir(imagePath(dataDir, "a"))
	advice := "\n\n    mkdir -p " + looked + " && mv " + put + "/*.json " + looked + "/"
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
	if got := provider.importError(t, "a"); !strings.HasSuffix(got, advice) {
		t.Errorf("imported: %s", got)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", advice).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if images, diagnostics := readImages(t, provider.reconfigure(t), nil); namesOf(images) != "a b" || len(diagnostics) != 0 {
		t.Errorf("after following that: %s, %v", namesOf(images), diagnostics)
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
	wantWarnings(t, diagnostics, 1, "many_tags", "40000 tags", "first 1000")
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
