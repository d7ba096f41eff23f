package provider

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
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
	wants(provider.apply(t, config, nil, plan), "import {", "terraform state rm")
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

// TestAnotherPort: only a read takes an unchanged instance at another port for that of the state. It says so once, and a
// destroy says so, too, since Terraform drops the warnings of its reads. What doesn't read refuses.
func TestAnotherPort(t *testing.T) {
	t.Parallel()
	server := elyratest.New(t, elyratest.Options{})
	at := func(endpoint string) testProvider {
		p, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(endpoint)})
		check(t, nil, diagnostics)
		return p
	}
	provider := at(server.URL)
	config := provider.image(t, "One", imageName, "", "")
	one := provider.tryCreate(t, config)
	two := provider.tryCreate(t, provider.image(t, "Two", imageName, "", ""))
	base, err := url.Parse(server.URL)
	check(t, err, nil)
	other := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host}))
	t.Cleanup(other.Close)
	elsewhere := func() testProvider { return at(other.URL + base.Path) }
	refused := func(diagnostics []*tfprotov6.Diagnostic, want string) {
		t.Helper()
		if len(diagnostics) != 1 || !isError(diagnostics[0]) || !strings.Contains(diagnostics[0].Detail, want) {
			t.Errorf("got %+v, want %s", diagnostics, want)
		}
	}

	moved, before := elsewhere(), planned{one.NewState, one.NewIdentity, one.Private}
	var first planned
	for i, created := range []*tfprotov6.ApplyResourceChangeResponse{one, two} {
		read, err := moved.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: moved.name, CurrentState: created.NewState, Private: created.Private})
		check(t, err, nil)
		if i > 0 {
			wantWarnings(t, read.Diagnostics, 0)
			continue
		}
		wantWarnings(t, read.Diagnostics, 1, base.Host)
		first = planned{read.NewState, read.NewIdentity, read.Private}
	}
	wantWarning(t, moved.respond(t, nil, first).Diagnostics, base.Host)

	// Without a read, and after a plan for the old port.
	changed := provider.image(t, "One", "a/b:2", "", "")
	refused(elsewhere().respond(t, nil, before).Diagnostics, "-refresh=false")
	refused(elsewhere().respond(t, changed, before).Diagnostics, "-refresh=false")
	refused(elsewhere().destroy(t, before), "plan again")
	refused(elsewhere().apply(t, changed, one.NewState, at(server.URL).respond(t, changed, before)).Diagnostics, "plan again")
	if document, ok := server.Raw(elyratest.Writable, "one"); !ok || !strings.Contains(document, imageName) {
		t.Errorf("left %q", document)
	}

	check(t, nil, elsewhere().apply(t, changed, first.state, elsewhere().respond(t, changed, first)).Diagnostics)
}

// TestAnotherSpelling: a directory's other path is the same place, and an update without a read keeps the planned location.
func TestAnotherSpelling(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	check(t, os.Symlink(dir, link), nil)
	provider := newTestProvider(t, dir)
	created := provider.tryCreate(t, provider.image(t, "One", imageName, "", ""))
	provider = newTestProvider(t, link)
	config := provider.image(t, "One", "a/b:2", "", "")
	plan := provider.respond(t, config, planned{created.NewState, nil, created.Private})
	check(t, nil, plan.Diagnostics)
	applied := provider.apply(t, config, created.NewState, plan)
	check(t, nil, applied.Diagnostics)
	if want, got := provider.attributes(t, plan.PlannedState)["location"], provider.attributes(t, applied.NewState)["location"]; !got.Equal(want) {
		t.Errorf("planned %s, and got %s", want, got)
	}
}

// TestModeOfSecrets: a plan says that others will be able to read credentials, and nothing advises to let them.
func TestModeOfSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shared := func() testProvider {
		p, diagnostics := configure(t, map[string]tftypes.Value{"data_dir": text(dir), "file_permission": text("0644")})
		check(t, nil, diagnostics)
		return p.of(t, airflowType.name)
	}
	provider := newTestProvider(t, dir).of(t, airflowType.name)
	config := provider.complete(t, nil)
	state := provider.create(t, config)
	read, err := shared().ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: airflowType.name, CurrentState: state})
	check(t, err, nil)
	wantWarnings(t, read.Diagnostics, 0)

	other := shared().complete(t, map[string]tftypes.Value{"display_name": text("Other")})
	wantWarnings(t, shared().respond(t, other, planned{}).Diagnostics, 1, "file_permission is 0644")
	wantWarnings(t, provider.reconfigure(t).respond(t, other, planned{}).Diagnostics, 0)
}

// TestIgnoredVersion: if ignore_changes has the version of a secret, the stored secret stays as others have changed it.
func TestIgnoredVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider := newTestProvider(t, dir).of(t, airflowType.name)
	null := tftypes.NewValue(tftypes.String, nil)
	writeOnly := func(version tftypes.Value, branch string) *tfprotov6.DynamicValue {
		return provider.complete(t, map[string]tftypes.Value{
			"cos_password": null, "cos_password_wo": text(runtimeSecret), "cos_password_wo_version": version, "github_branch": text(branch),
		})
	}
	stored := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	none := tftypes.NewValue(tftypes.Number, nil)
	created := provider.tryCreate(t, writeOnly(number(1), "main"))
	check(t, nil, created.Diagnostics)
	path := filepath.Join(dir, "metadata", "runtimes", "air.json")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(stored(path), `"cos_password": "`, `"cos_password": "changed-`)), 0o600); err != nil {
		t.Fatal(err)
	}
	provider = provider.reconfigure(t)
	read, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: provider.name, CurrentState: created.NewState, Private: created.Private})
	check(t, err, nil)
	wantWarnings(t, read.Diagnostics, 1, "ignore_changes")

	// Terraform plans with the version of the state, and applies with that of the configuration.
	plan := provider.respond(t, writeOnly(none, "other"), planned{read.NewState, read.NewIdentity, read.Private})
	check(t, nil, plan.Diagnostics)
	check(t, nil, provider.apply(t, writeOnly(number(1), "other"), read.NewState, plan).Diagnostics)
	if got := stored(path); !strings.Contains(got, "changed-"+runtimeSecret) || !strings.Contains(got, `"other"`) {
		t.Errorf("stored %s", got)
	}

	// In another place, it's created with the configured one.
	there := t.TempDir()
	moved := newTestProvider(t, there).of(t, airflowType.name)
	plan = moved.respond(t, writeOnly(none, "main"), planned{read.NewState, read.NewIdentity, read.Private})
	wantWarning(t, plan.Diagnostics, "in another place")
	check(t, nil, moved.apply(t, writeOnly(number(1), "main"), read.NewState, plan).Diagnostics)
	if got := stored(filepath.Join(there, "metadata", "runtimes", "air.json")); !strings.Contains(got, `"cos_password": "`+runtimeSecret+`"`) {
		t.Errorf("stored %s", got)
	}
}

// TestOneFaultForEmpty: an empty value is one mistake, and not also a missing one.
func TestOneFaultForEmpty(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, t.TempDir()).of(t, airflowType.name)
	for _, key := range []string{"cos_username", "cos_password", "github_repo_token", "github_branch"} {
		config := provider.complete(t, map[string]tftypes.Value{key: text("")})
		if faults := provider.validate(t, config); len(faults) != 1 || !strings.HasPrefix(faults[0].Summary, "Invalid ") {
			t.Errorf("%s: %+v", key, faults)
		}
	}
}

// TestComposed: Terraform composes the characters of its strings, and Elyra's documents may have others.
func TestComposed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putDocument(t, dir, "cafe", document(elyra.RuntimeImage{DisplayName: "Cafe\u0301", ImageName: imageName, Tags: []string{"e\u0301"}}))
	provider := newTestProvider(t, dir)
	check(t, nil, provider.readData(t, resourceName, map[string]tftypes.Value{"display_name": text("Caf\u00e9")}).Diagnostics)
	results, _ := provider.query(t, map[string]tftypes.Value{"search": text("CAF\u00c9"), "tags": texts(listOfStrings, "\u00e9")}, 100, false)
	if len(results) != 1 {
		t.Errorf("found %d", len(results))
	}
}

// TestImportWithExtension: the stem is offered only if it exists.
func TestImportWithExtension(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	putDocument(t, dir, "mine", anyDocument)
	provider := newTestProvider(t, dir)
	for id, want := range map[string]string{"mine.json": `Leave out ".json"`, "other.json": "it would be at"} {
		imported, err := provider.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: resourceName, ID: id})
		check(t, err, nil)
		if len(imported.Diagnostics) != 1 || !strings.Contains(imported.Diagnostics[0].Detail, want) {
			t.Errorf("%s: %+v", id, imported.Diagnostics)
		}
	}
}
