package provider

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func listProvider(t *testing.T) testProvider {
	t.Helper()
	return newTestProvider(t, writeImages(t, map[string]string{
		"a.json":       document(elyra.RuntimeImage{DisplayName: "First", ImageName: imageName, Tags: []string{"gpu", "x"}, Description: "d", PullPolicy: "Never", PullSecret: "regcred"}),
		"b.json":       document(elyra.RuntimeImage{DisplayName: "Second", ImageName: otherImageName, Tags: []string{"x"}}),
		"c.json":       document(elyra.RuntimeImage{DisplayName: "Third", ImageName: otherImageName}),
		"Upper.json":   document(elyra.RuntimeImage{DisplayName: "Odd", ImageName: imageName}),
		"invalid.json": document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: imageName, PullPolicy: "always"}),
		"broken.json":  "{",
	}))
}

func TestRuntimeImageList(t *testing.T) {
	t.Parallel()
	provider := listProvider(t)
	for name, test := range map[string]struct {
		set      map[string]tftypes.Value
		limit    int64
		want     []string
		warnings int
		texts    []string
	}{
		"all":             {nil, 100, []string{"First", "Second", "Third"}, 1, []string{"Upper.json", "invalid.json: metadata.pull_policy", "broken.json: broken JSON"}},
		"without a limit": {nil, 0, []string{"First", "Second", "Third"}, 1, nil},
		"limit":           {nil, 2, []string{"First", "Second"}, 1, nil},
		"search":          {map[string]tftypes.Value{"search": text("IR")}, 100, []string{"First", "Third"}, 0, nil},
		"tags":            {map[string]tftypes.Value{"tags": texts(listOfStrings, "x", "y")}, 100, []string{"First", "Second"}, 0, nil},
		"odd ones":        {map[string]tftypes.Value{"search": text("upper")}, 100, nil, 1, []string{"Upper.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results, warnings := provider.query(t, test.set, test.limit, false)
			if got := displayNames(results); !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
			wantWarnings(t, warnings, test.warnings, test.texts...)
			for _, result := range results {
				if result.Resource != nil {
					t.Error("the resource wasn't asked for")
				}
			}
		})
	}
}

// Each reason is given once, however many there are that have it.
func TestRuntimeImageList_leftOut(t *testing.T) {
	t.Parallel()
	dir := writeImages(t, map[string]string{
		"datascience-python-3.12.json": document(elyra.RuntimeImage{DisplayName: "A", ImageName: imageName}),
		"minimal-python-3.12.json":     document(elyra.RuntimeImage{DisplayName: "B", ImageName: imageName}),
		"My.Own.json":                  document(elyra.RuntimeImage{DisplayName: "C", ImageName: imageName}),
		"Upper.json":                   document(elyra.RuntimeImage{DisplayName: "D", ImageName: imageName}),
		"broken.json":                  "{",
	})
	results, warnings := newTestProvider(t, dir).query(t, nil, 100, false)
	at := func(name string) string {
		return "\n    " + filepath.Join(dir, "metadata", "runtime-images", name+".json")
	}
	misnamed := func(name string) string { return at(name) + ": " + elyra.ValidateName(name).Error() }
	want := "The following files can't be managed as they are. Correct or rename them, and query again:\n" +
		misnamed("My.Own") + misnamed("Upper") + at("broken") + ": broken JSON: the document ends too early" +
		misnamed("datascience-python-3.12") + misnamed("minimal-python-3.12") + "\n\n" + openDataHubCase
	if len(results) != 0 || len(warnings) != 1 || warnings[0].Detail != want {
		t.Errorf("found %q, and the warnings\n%v\nwant\n%s", displayNames(results), warnings, want)
	}
}

// Each result can be imported as it is: its state and that of an import by its
// identity are the same, and both plan empty.
func TestRuntimeImageList_plansEmpty(t *testing.T) {
	t.Parallel()
	provider := listProvider(t)
	results, _ := provider.query(t, nil, 100, true)
	if len(results) != 3 {
		t.Fatalf("found %q", displayNames(results))
	}
	for _, result := range results {
		imported := provider.importBy(t, &tfprotov6.ImportResourceStateRequest{TypeName: resourceName, Identity: result.Identity})
		found, known := provider.attributes(t, result.Resource), provider.attributes(t, imported.state)
		config := map[string]tftypes.Value{}
		for name, value := range found {
			if !value.Equal(known[name]) {
				t.Errorf("%s: %s is %s, and %s when imported", result.DisplayName, name, value, known[name])
			}
			if name != "id" && name != "location" {
				config[name] = value
			}
		}
		plan := provider.respond(t, provider.config(t, config), planned{state: result.Resource, identity: imported.identity})
		check(t, nil, plan.Diagnostics)
		for name, value := range provider.attributes(t, plan.PlannedState) {
			if !value.Equal(found[name]) {
				t.Errorf("%s: %s is %s, and %s is planned", result.DisplayName, name, found[name], value)
			}
		}
	}
}

func TestRuntimeImageList_notConfigured(t *testing.T) {
	t.Parallel()
	provider := newStoreProvider(t, nil)
	stream, err := provider.ProviderServer.(tfprotov6.ListResourceServer).ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: resourceName, Config: newObject(t, provider.schemas(t).ListResourceSchemas[resourceName].ValueType(), nil), Limit: 1,
	})
	check(t, err, nil)
	results := slices.Collect(stream.Results)
	if len(results) != 1 || len(results[0].Diagnostics) != 1 || results[0].Diagnostics[0].Summary != "Provider configuration not known yet" {
		t.Errorf("got %+v", results)
	}
}
