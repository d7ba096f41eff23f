package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestUncertainCreate: a creation whose outcome nobody knows is kept in the
// state, and turns out to be ours or somebody else's, whose it stays.
func TestUncertainCreate(t *testing.T) {
	Isolate(t)
	server := elyratest.New(t, elyratest.Options{})
	provider, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL), "max_retries": tftypes.NewValue(tftypes.Number, 0)})
	check(t, nil, diagnostics)
	config := provider.config(t, map[string]tftypes.Value{"display_name": text("Uncertain"), "image_name": text("a/b:1")})
	plan := provider.respond(t, config, planned{})
	check(t, nil, plan.Diagnostics)

	server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.After(elyratest.Drop())})
	server.Inject(elyratest.Fault{Method: "GET", Do: elyratest.Drop()})
	applied := provider.applyCreate(t, config, plan)
	if len(applied.Diagnostics) != 1 || !strings.Contains(applied.Diagnostics[0].Detail, "unknown") || !strings.Contains(applied.Diagnostics[0].Detail, "tainted") {
		t.Fatalf("got %+v", applied.Diagnostics)
	}
	server.Heal()
	read := func() bool {
		t.Helper()
		read, err := provider.reconfigure(t).ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: applied.NewState, Private: applied.Private})
		check(t, err, read.Diagnostics)
		value, err := read.NewState.Unmarshal(provider.resourceType)
		if err != nil {
			t.Fatal(err)
		}
		return !value.IsNull()
	}
	if !read() {
		t.Error("what was created is not found")
	}
	server.Put(elyratest.Writable, "uncertain", anyDocument)
	if read() {
		t.Error("somebody else's is taken for ours")
	}
	provider.reconfigure(t).destroyPlanned(t, planned{state: applied.NewState, private: applied.Private})
	if raw, _ := server.Raw(elyratest.Writable, "uncertain"); raw != anyDocument {
		t.Errorf("somebody else's is now %q", raw)
	}
}
