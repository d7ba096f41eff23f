package provider

import (
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestAdoption: what stands there exactly as it is to be created, since a run was
// killed or its POST arrived late, is taken over with a warning; anything else is
// not, for another hand may have made it: with a key, a tag or a value that is not
// ours, or, in files, further along the search path.
func TestAdoption(t *testing.T) {
	t.Parallel() // a creation that takes nothing over waits for a destroy first
	want := elyra.RuntimeImage{Name: "mine", DisplayName: "Mine", ImageName: "a/b:1"}
	exact := string(elyra.NewDocument(want).Encode())
	for name, tt := range map[string]struct {
		stored  string
		level   elyratest.Level
		adopted bool
	}{
		"exactly":             {stored: exact, adopted: true},
		"in another format":   {stored: strings.Join(strings.Fields(exact), " "), adopted: true},
		"with another key":    {stored: strings.Replace(exact, `"metadata": {`, `"metadata": {"x-owner": "team-b",`, 1)},
		"with another tag":    {stored: strings.Replace(exact, `"metadata": {`, `"metadata": {"tags": ["x"],`, 1)},
		"another image":       {stored: strings.Replace(exact, "a/b:1", "a/b:2", 1)},
		"broken":              {stored: exact[1:]},
		"exactly, but behind": {stored: exact, level: elyratest.Factory},
	} {
		t.Run(name+" on a server", func(t *testing.T) {
			t.Parallel()
			server := elyratest.New(t, elyratest.Options{})
			server.Put(tt.level, "mine", tt.stored)
			provider, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL)})
			check(t, nil, diagnostics)
			wantAdoption(t, provider, tt.adopted || tt.level == elyratest.Factory) // which a server does not tell
			if raw, _ := server.Raw(tt.level, "mine"); raw != tt.stored {
				t.Errorf("it was changed to %s", raw)
			}
		})
		t.Run(name+" in files", func(t *testing.T) {
			t.Parallel()
			dirs := [2]string{t.TempDir(), t.TempDir()}
			path := putDocument(t, dirs[tt.level], "mine", tt.stored)
			wantAdoption(t, newTestProvider(t, dirs[0], dirs[1]), tt.adopted)
			if raw, err := os.ReadFile(path); err != nil || string(raw) != tt.stored {
				t.Errorf("it was changed to %s, %v", raw, err)
			}
		})
	}
}

// wantAdoption plans and applies a creation in two runs: it takes over what it
// finds, and says so in both, or in neither.
func wantAdoption(t *testing.T, provider testProvider, adopted bool) {
	t.Helper()
	config := provider.config(t, map[string]tftypes.Value{"display_name": text("Mine"), "image_name": text("a/b:1")})
	plan := provider.respond(t, config, planned{})
	check(t, nil, plan.Diagnostics)
	applied := provider.reconfigure(t).applyCreate(t, config, plan)
	if len(applied.Diagnostics) != 1 || len(plan.Diagnostics) > 1 {
		t.Fatalf("%+v, %+v", plan.Diagnostics, applied.Diagnostics)
	}
	if got := applied.Diagnostics[0]; isError(got) == adopted || adopted != (got.Summary == `Runtime image "mine" was there already`) {
		t.Errorf("%s: %s", got.Summary, got.Detail)
	}
	switch {
	case len(plan.Diagnostics) == 1:
		planned := plan.Diagnostics[0]
		if adopted != strings.Contains(planned.Detail, "The apply takes it over: most likely an earlier run") {
			t.Errorf("planned: %s: %s", planned.Summary, planned.Detail)
		}
	case adopted:
		t.Error("the plan says nothing") // as of what a server's list leaves out, since it is broken
	}
}
