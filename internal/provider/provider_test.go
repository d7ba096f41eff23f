package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestConfigure: what is wrong with the provider's configuration is told on the
// argument at fault, with the way on.
func TestConfigure(t *testing.T) {
	boolean := func(b bool) tftypes.Value { return tftypes.NewValue(tftypes.Bool, b) }
	type arguments = map[string]tftypes.Value
	tests := []struct {
		name      string
		arguments arguments
		env       map[string]string
		attribute string // "" where nothing is said
		warning   bool
		words     string
	}{
		{name: "nothing"},
		{name: "files", arguments: arguments{"data_dir": text("/data"), "file_permission": text("0644"), "directory_permission": text("755")}},
		{name: "server", arguments: arguments{"endpoint": text("https://hub.example.com/user/jdoe/"), "token": text("s3cret")}},
		{name: "loopback", arguments: arguments{"endpoint": text("http://127.0.0.1:8888"), "token": text("s3cret")}},
		{name: "both", arguments: arguments{"data_dir": text("/data"), "endpoint": text("https://hub.example.com")}, attribute: "endpoint", words: "Remove one of the two"},
		{name: "data_dir beats the environment", arguments: arguments{"data_dir": text("/data")}, env: map[string]string{"ELYRA_ENDPOINT": "::"}},
		{name: "endpoint beats the environment", arguments: arguments{"endpoint": text("https://hub.example.com")}, env: map[string]string{"ELYRA_ENDPOINT": "::"}},
		{name: "bad endpoint in the environment", env: map[string]string{"ELYRA_ENDPOINT": "hub.example.com"}, attribute: "endpoint", words: "The environment variable ELYRA_ENDPOINT must begin with http://"},
		{name: "bad token in the environment", arguments: arguments{"endpoint": text("https://hub.example.com")}, env: map[string]string{"JUPYTER_TOKEN": "s3cret\n"}, attribute: "token", words: "The environment variable JUPYTER_TOKEN"},
		{name: "a header beats a token of the environment", arguments: arguments{"endpoint": text("https://hub.example.com"), "headers": tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"authorization": text("s3cret")})}, env: map[string]string{"JUPYTER_TOKEN": "t"}},
		{name: "page", arguments: arguments{"endpoint": text("https://hub.example.com/user/jdoe/lab?token=s3cret")}, attribute: "endpoint", words: `"https://hub.example.com/user/jdoe"`},
		{name: "token and password", arguments: arguments{"endpoint": text("https://hub.example.com"), "token": text("s3cret"), "password": text("s3cret")}, attribute: "password", words: "Remove one of the two"},
		{name: "a password beats a token of the environment", arguments: arguments{"endpoint": text("https://hub.example.com"), "password": text("s3cret")}, env: map[string]string{"JUPYTER_TOKEN": "t"}},
		{name: "plain http", arguments: arguments{"endpoint": text("http://hub.example.com"), "token": text("s3cret")}, attribute: "endpoint", warning: true, words: "https://"},
		{name: "plain http, token from the environment", arguments: arguments{"endpoint": text("http://hub.example.com")}, env: map[string]string{"JUPYTER_TOKEN": "s3cret"}, attribute: "endpoint", warning: true, words: "https://"},
		{name: "insecure", arguments: arguments{"endpoint": text("https://hub.example.com"), "insecure_skip_verify": boolean(true)}, attribute: "insecure_skip_verify", warning: true, words: "ca_cert_pem"},
		{name: "certificate without key", arguments: arguments{"endpoint": text("https://hub.example.com"), "client_cert_pem": text("x")}, attribute: "client_cert_pem", words: "Set client_key_pem"},
		{name: "key without certificate", arguments: arguments{"endpoint": text("https://hub.example.com"), "client_key_pem": text("s3cret")}, attribute: "client_key_pem", words: "Set client_cert_pem"},
		{name: "bad authority", arguments: arguments{"endpoint": text("https://hub.example.com"), "ca_cert_pem": text("x")}, attribute: "ca_cert_pem", words: "BEGIN CERTIFICATE"},
		{name: "bad header", arguments: arguments{"endpoint": text("https://hub.example.com"), "headers": tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"X Y": text("s3cret")})}, attribute: "headers", words: `"X Y"`},
		{name: "token with a line break", arguments: arguments{"endpoint": text("https://hub.example.com"), "token": text("s3cret\n")}, attribute: "token", words: "line break"},
		{name: "timeout", arguments: arguments{"endpoint": text("https://hub.example.com"), "request_timeout": text("30")}, attribute: "request_timeout", words: `"45s"`},
		{name: "retries", arguments: arguments{"endpoint": text("https://hub.example.com"), "max_retries": tftypes.NewValue(tftypes.Number, -1)}, attribute: "max_retries", words: "between 0 and 100"},
		{name: "home", arguments: arguments{"data_dir": text("~/x")}, attribute: "data_dir", words: `pathexpand("~/x")`},
		{name: "permission", arguments: arguments{"data_dir": text("/data"), "file_permission": text("rw-r--r--")}, attribute: "file_permission", words: `"0644"`},
		{name: "mode that locks out", arguments: arguments{"data_dir": text("/data"), "directory_permission": text("0600")}, attribute: "directory_permission", words: "0700"},
		{name: "server's argument for files", arguments: arguments{"data_dir": text("/data"), "token": text("s3cret")}, attribute: "token", warning: true, words: "Remove it"},
		{name: "files' argument for a server", arguments: arguments{"endpoint": text("https://hub.example.com"), "file_permission": text("0644")}, attribute: "file_permission", warning: true, words: "Remove it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Isolate(t)
			for key, value := range tt.env {
				t.Setenv(key, value)
			}
			_, diagnostics := configure(t, tt.arguments)
			for _, d := range diagnostics {
				if strings.Contains(d.Summary+d.Detail, "s3cret") {
					t.Errorf("a secret is told: %s: %s", d.Summary, d.Detail)
				}
			}
			if tt.attribute == "" {
				if len(diagnostics) > 0 {
					t.Errorf("got %s: %s", diagnostics[0].Summary, diagnostics[0].Detail)
				}
				return
			}
			if len(diagnostics) != 1 || isError(diagnostics[0]) == tt.warning {
				t.Fatalf("got %d diagnostics: %+v", len(diagnostics), diagnostics)
			}
			d := diagnostics[0]
			if want := tftypes.NewAttributePath().WithAttributeName(tt.attribute); !d.Attribute.Equal(want) {
				t.Errorf("it is told on %s, want %s", d.Attribute, want)
			}
			if !strings.Contains(d.Summary+d.Detail, tt.words) {
				t.Errorf("%q is not in %s: %s", tt.words, d.Summary, d.Detail)
			}
		})
	}
}

// TestServerRequests counts what a plan and an apply ask of a server.
func TestServerRequests(t *testing.T) {
	Isolate(t)
	const resources = 1000
	fake := elyratest.New(t, elyratest.Options{Token: "s3cret"})
	server, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(fake.URL), "token": text("s3cret")})
	check(t, nil, diagnostics)
	configs := make([]*tfprotov6.DynamicValue, resources)
	states := make([]*tfprotov6.DynamicValue, resources)
	for i := range resources {
		image := elyra.RuntimeImage{Name: fmt.Sprintf("image_%d", i), DisplayName: fmt.Sprintf("Image %d", i), ImageName: "team/image:1"}
		configs[i] = server.config(t, map[string]tftypes.Value{"display_name": text(image.DisplayName), "image_name": text(image.ImageName)})
		fake.Put(elyratest.Writable, image.Name, string(elyra.NewDocument(image).Encode()))
		state := server.attributes(t, configs[i])
		state["name"], state["id"] = text(image.Name), text(image.Name)
		state["overwrite"] = tftypes.NewValue(tftypes.Bool, false)
		state["location"] = text(fake.URL + "/elyra/metadata/runtime-images/" + image.Name)
		states[i] = server.value(t, tftypes.NewValue(server.resourceType, state))
	}
	asked := func(step string, want ...string) {
		t.Helper()
		if got := fake.Asked(); !slices.Equal(got, want) {
			t.Errorf("%s asked %q, want %q", step, got, want)
		}
		fake.Forget()
	}
	asked("to configure")
	for i := range resources {
		server.planUnchanged(t, configs[i], states[i])
	}
	// One list for the images that it compares with, and one a second of those that
	// refreshes share.
	lists := fake.Asked()
	if slices.ContainsFunc(lists, func(s string) bool { return s != "GET /elyra/metadata/runtime-images" }) || len(lists) > 15 {
		t.Errorf("a plan over 1,000 images asked %q", lists)
	}
	fake.Forget()

	config := server.config(t, map[string]tftypes.Value{"display_name": text("New"), "image_name": text("team/image:1")})
	state := server.create(t, config)
	asked("a create", "POST /elyra/metadata/runtime-images")
	server.reconfigure(t).destroy(t, state)
	asked("a destroy", "DELETE /elyra/metadata/runtime-images/new")
}

// TestUncertainCreate: a creation whose outcome nobody knows is kept in the
// state, and turns out to be ours or somebody else's, whose it stays.
func TestUncertainCreate(t *testing.T) {
	Isolate(t)
	fake := elyratest.New(t, elyratest.Options{})
	server, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(fake.URL), "max_retries": tftypes.NewValue(tftypes.Number, 0)})
	check(t, nil, diagnostics)
	config := server.config(t, map[string]tftypes.Value{"display_name": text("Uncertain"), "image_name": text("a/b:1")})
	none := server.value(t, tftypes.NewValue(server.resourceType, nil))
	plan, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: config})
	check(t, err, plan.Diagnostics)

	fake.Inject(elyratest.Fault{Method: "POST", Do: elyratest.After(elyratest.Drop())})
	fake.Inject(elyratest.Fault{Method: "GET", Do: elyratest.Drop()})
	applied, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate})
	if err != nil || len(applied.Diagnostics) != 1 || !strings.Contains(applied.Diagnostics[0].Detail, "unknown") || !strings.Contains(applied.Diagnostics[0].Detail, "tainted") {
		t.Fatalf("got %+v, %v", applied.Diagnostics, err)
	}
	fake.Heal()
	read := func() bool {
		t.Helper()
		read, err := server.reconfigure(t).ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: applied.NewState, Private: applied.Private})
		check(t, err, read.Diagnostics)
		value, err := read.NewState.Unmarshal(server.resourceType)
		if err != nil {
			t.Fatal(err)
		}
		return !value.IsNull()
	}
	if !read() {
		t.Error("what was created is not found")
	}
	fake.Put(elyratest.Writable, "uncertain", anyDocument)
	if read() {
		t.Error("somebody else's is taken for ours")
	}
	destroyed, err := server.reconfigure(t).ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: resourceName, Config: none, PriorState: applied.NewState, PlannedState: none, PlannedPrivate: applied.Private})
	check(t, err, destroyed.Diagnostics)
	if raw, _ := fake.Raw(elyratest.Writable, "uncertain"); raw != anyDocument {
		t.Errorf("somebody else's is now %q", raw)
	}
}

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
			fake := elyratest.New(t, elyratest.Options{})
			fake.Put(elyratest.Writable, "mine", tt.stored)
			server, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(fake.URL)})
			check(t, nil, diagnostics)
			config := server.config(t, map[string]tftypes.Value{"display_name": text("Mine"), "image_name": text("a/b:1")})
			none := server.value(t, tftypes.NewValue(server.resourceType, nil))
			plan, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: config})
			check(t, err, plan.Diagnostics)
			applied, err := server.reconfigure(t).ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate})
			if err != nil || len(applied.Diagnostics) != 1 || len(plan.Diagnostics) != 1 {
				t.Fatalf("%+v, %+v, %v", plan.Diagnostics, applied.Diagnostics, err)
			}
			planned, got := plan.Diagnostics[0], applied.Diagnostics[0]
			if isError(got) == tt.adopted || tt.adopted != (got.Summary == `Runtime image "mine" was there already`) {
				t.Errorf("%s: %s", got.Summary, got.Detail)
			}
			if tt.adopted != strings.Contains(planned.Detail, "The apply takes it over: most likely an earlier run") {
				t.Errorf("planned: %s: %s", planned.Summary, planned.Detail)
			}
			if raw, _ := fake.Raw(elyratest.Writable, "mine"); raw != tt.stored {
				t.Errorf("it was changed to %s", raw)
			}
		})
	}
}
