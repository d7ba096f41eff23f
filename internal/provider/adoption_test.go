package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestAdoption: what stands there exactly as it is to be created, since a run was
// killed or its POST arrived late, is taken over with a warning; anything else is
// not.
func TestAdoption(t *testing.T) {
	Isolate(t)
	want := elyra.RuntimeImage{Name: "mine", DisplayName: "Mine", ImageName: "a/b:1"}
	exact := string(elyra.NewDocument(want).Encode())
	for name, tt := range map[string]struct {
		stored  string
		adopted bool
	}{
		"exactly":           {exact, true},
		"in another format": {strings.Join(strings.Fields(exact), " "), true},
		"with another key":  {strings.Replace(exact, `"metadata": {`, `"metadata": {"x-owner": "team-b",`, 1), false},
		"with another tag":  {strings.Replace(exact, `"metadata": {`, `"metadata": {"tags": ["x"],`, 1), false},
		"another image":     {strings.Replace(exact, "a/b:1", "a/b:2", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			server := elyratest.New(t, elyratest.Options{})
			server.Put(elyratest.Writable, "mine", tt.stored)
			provider, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL)})
			check(t, nil, diagnostics)
			config := provider.config(t, map[string]tftypes.Value{"display_name": text("Mine"), "image_name": text("a/b:1")})
			plan := provider.respond(t, config, planned{})
			check(t, nil, plan.Diagnostics)
			applied := provider.reconfigure(t).applyCreate(t, config, plan)
			if len(applied.Diagnostics) != 1 || len(plan.Diagnostics) != 1 {
				t.Fatalf("%+v, %+v", plan.Diagnostics, applied.Diagnostics)
			}
			planned, got := plan.Diagnostics[0], applied.Diagnostics[0]
			if isError(got) == tt.adopted || tt.adopted != (got.Summary == `Runtime image "mine" was there already`) {
				t.Errorf("%s: %s", got.Summary, got.Detail)
			}
			if tt.adopted != strings.Contains(planned.Detail, "The apply takes it over: most likely an earlier run") {
				t.Errorf("planned: %s: %s", planned.Summary, planned.Detail)
			}
			if raw, _ := server.Raw(elyratest.Writable, "mine"); raw != tt.stored {
				t.Errorf("it was changed to %s", raw)
			}
		})
	}
}
