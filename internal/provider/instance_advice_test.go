package provider

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestTakenDuringApply: the advice about a name that was taken after the plan is for an apply, and for what the
// state has of the address.
func TestTakenDuringApply(t *testing.T) {
	t.Parallel()
	here, there := t.TempDir(), t.TempDir()
	wants := func(applied *tfprotov6.ApplyResourceChangeResponse, want, not string) {
		t.Helper()
		if len(applied.Diagnostics) != 1 || !isError(applied.Diagnostics[0]) {
			t.Fatalf("got %+v", applied.Diagnostics)
		}
		detail := applied.Diagnostics[0].Detail
		if !strings.Contains(detail, want) || strings.Contains(detail, not) || strings.Contains(detail, "skip this plan") {
			t.Errorf("got %s", detail)
		}
	}
	provider := newTestProvider(t, here)
	config := provider.image(t, "Mine", imageName, "", "")
	plan := provider.respond(t, config, planned{})
	check(t, nil, plan.Diagnostics)
	path := putDocument(t, here, "mine", anyDocument)
	wants(provider.applyCreate(t, config, plan), "import {", "terraform state rm")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}

	state := newTestProvider(t, here).create(t, config)
	moved := newTestProvider(t, there)
	plan = moved.respond(t, config, moved.read(t, state))
	wantWarning(t, plan.Diagnostics, "in another place")
	putDocument(t, there, "mine", anyDocument)
	wants(moved.apply(t, config, state, plan), "terraform state rm", "import {")
}

// TestUncheckedWithOverwrite: a plan says that it couldn't ask, whatever the creation may do with what's there.
func TestUncheckedWithOverwrite(t *testing.T) {
	t.Parallel()
	provider, warnings := configure(t, map[string]tftypes.Value{
		"endpoint": text("http://127.0.0.1:1"), "max_retries": tftypes.NewValue(tftypes.Number, 0),
	})
	check(t, nil, warnings)
	plan := provider.respond(t, provider.config(t, map[string]tftypes.Value{
		"display_name": text("Mine"), "image_name": text(imageName), "overwrite": tftypes.NewValue(tftypes.Bool, true),
	}), planned{})
	wantWarnings(t, plan.Diagnostics, 1, "Unable to check whether")
}

// TestAnotherPort: an instance that's unchanged is the same at another port, and a read says so once.
func TestAnotherPort(t *testing.T) {
	t.Parallel()
	server := elyratest.New(t, elyratest.Options{})
	at := func(endpoint string) testProvider {
		p, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(endpoint)})
		check(t, nil, diagnostics)
		return p
	}
	provider := at(server.URL)
	one := provider.tryCreate(t, provider.image(t, "One", imageName, "", ""))
	two := provider.tryCreate(t, provider.image(t, "Two", imageName, "", ""))
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host}))
	t.Cleanup(other.Close)
	moved := at(other.URL + base.Path)
	for i, created := range []*tfprotov6.ApplyResourceChangeResponse{one, two} {
		read, err := moved.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: moved.name, CurrentState: created.NewState, Private: created.Private})
		check(t, err, nil)
		wantWarnings(t, read.Diagnostics, 1-i)
	}
}

// TestModeOfSecrets: the advice to make a file readable says that it can have credentials.
func TestModeOfSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider := newTestProvider(t, dir).of(t, airflowType.name)
	state := provider.create(t, provider.runtimeConfig(t, nil))
	shared, diagnostics := configure(t, map[string]tftypes.Value{"data_dir": text(dir), "file_permission": text("0644")})
	check(t, nil, diagnostics)
	read, err := shared.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: airflowType.name, CurrentState: state})
	check(t, err, nil)
	wantWarnings(t, read.Diagnostics, 1, "chmod 0644", "credentials")
}
