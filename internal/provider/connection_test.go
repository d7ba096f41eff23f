package provider

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestServerRequests counts what a plan and an apply ask of a server.
func TestServerRequests(t *testing.T) {
	Isolate(t)
	const resources = 1000
	server := elyratest.New(t, elyratest.Options{Token: "s3cret"})
	provider, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL), "token": text("s3cret")})
	check(t, nil, diagnostics)
	configs := make([]*tfprotov6.DynamicValue, resources)
	states := make([]*tfprotov6.DynamicValue, resources)
	for i := range resources {
		image := elyra.RuntimeImage{Name: fmt.Sprintf("image_%d", i), DisplayName: fmt.Sprintf("Image %d", i), ImageName: "team/image:1"}
		configs[i] = provider.config(t, map[string]tftypes.Value{"display_name": text(image.DisplayName), "image_name": text(image.ImageName)})
		server.Put(elyratest.Writable, image.Name, string(elyra.NewDocument(image).Encode()))
		state := provider.attributes(t, configs[i])
		state["name"], state["id"] = text(image.Name), text(image.Name)
		state["overwrite"] = tftypes.NewValue(tftypes.Bool, false)
		state["location"] = text(server.URL + "/elyra/metadata/runtime-images/" + image.Name)
		states[i] = provider.value(t, tftypes.NewValue(provider.resourceType, state))
	}
	asked := func(step string, want ...string) {
		t.Helper()
		if got := server.Asked(); !slices.Equal(got, want) {
			t.Errorf("%s asked %q, want %q", step, got, want)
		}
		server.Forget()
	}
	asked("to configure")
	begin := time.Now()
	for i := range resources {
		provider.planUnchanged(t, configs[i], states[i])
	}
	// One list for the images that it compares with, and one a second of those that
	// refreshes share.
	lists, most := server.Asked(), 2+int(time.Since(begin)/time.Second)
	if slices.ContainsFunc(lists, func(s string) bool { return s != "GET /elyra/metadata/runtime-images" }) || len(lists) > most {
		t.Errorf("a plan over 1,000 images of %s asked %q", time.Since(begin), lists)
	}
	server.Forget()

	config := provider.config(t, map[string]tftypes.Value{"display_name": text("New"), "image_name": text("team/image:1")})
	state := provider.create(t, config)
	asked("a create", "POST /elyra/metadata/runtime-images")
	provider.reconfigure(t).destroy(t, state)
	asked("a destroy", "GET /elyra/metadata/runtime-images/new", "DELETE /elyra/metadata/runtime-images/new")
}
