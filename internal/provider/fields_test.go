package provider

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// image is an image as a data source or a function returns it, with null for the fields that values lack. What each
// field is worth is TestFields' business.
func image(values map[string]any) map[string]any {
	for _, field := range elyra.Fields() {
		if _, given := values[field.Key]; !given {
			values[field.Key] = nil
		}
	}
	return values
}

// TestFields: each field is described, and is set, written, read, compared, changed, imported,
// listed, and rendered.
func TestFields(t *testing.T) {
	t.Parallel()
	samples := map[string][2]string{
		"image_name":  {"a/b:1", "a/b:2"},
		"pull_policy": {"Always", "Never"},
	}
	for _, field := range elyra.Fields() {
		t.Run(field.Key, func(t *testing.T) {
			t.Parallel()
			if fieldDescriptions[field.Key] == "" {
				t.Fatal("it has no description")
			}
			sample, known := samples[field.Key]
			if !known {
				sample = [2]string{"sample-1", "sample-2"}
			}
			dir := t.TempDir()
			provider := newTestProvider(t, dir)
			attributes := func(value string) map[string]tftypes.Value {
				all := set("display_name", "It", "image_name", "c/d:1", "name", "it")
				all[field.Key] = text(value)
				return all
			}
			stored := func(want string) {
				t.Helper()
				if data := readFile(t, imagePath(dir, "it")); !strings.Contains(data, `"`+field.Key+`": "`+want+`"`) {
					t.Errorf("stored: %s, want %s", data, want)
				}
			}
			state := provider.create(t, provider.config(t, attributes(sample[0])))
			stored(sample[0])
			changed := provider.config(t, attributes(sample[1]))
			plan := provider.reconfigure(t).respond(t, changed, provider.read(t, state))
			check(t, nil, plan.Diagnostics)
			check(t, nil, provider.apply(t, changed, state, plan).Diagnostics)
			stored(sample[1])

			imported := provider.reconfigure(t).imported(t, "it")
			if got := provider.attributes(t, imported.state)[field.Key]; !got.Equal(text(sample[1])) {
				t.Errorf("imported %v", got)
			}
			provider.planUnchanged(t, provider.config(t, attributes(sample[1])), imported.state)
			// A change by others shows as a difference of this field alone.
			document := readFile(t, imagePath(dir, "it"))
			putDocument(t, dir, "it", strings.Replace(document, sample[1], sample[0], 1))
			drifted := provider.attributes(t, provider.reconfigure(t).read(t, imported.state).state)
			for name, want := range provider.attributes(t, imported.state) {
				if name == field.Key {
					want = text(sample[0])
				}
				if !drifted[name].Equal(want) {
					t.Errorf("%s is now %v", name, drifted[name])
				}
			}
			putDocument(t, dir, "it", document)
			provider.reconfigure(t)
			images, _ := readImages(t, provider, nil)
			if len(images) != 1 || images[0][field.Key] != sample[1] {
				t.Errorf("listed %v", images)
			}
			rendered, _, _ := call(t, "runtime_image_json", object(attributes(sample[0])))
			if document, _ := rendered.(string); !json.Valid([]byte(document)) || !strings.Contains(document, sample[0]) {
				t.Errorf("rendered %v", rendered)
			}
		})
	}
}
