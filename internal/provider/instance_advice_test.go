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
	check(t, os.Remove(path), nil)

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
	server := httptest.NewServer(nil)
	server.Close()
	provider := configured(t, set("endpoint", server.URL, "max_retries", number(0)))
	config := provider.config(t, set("display_name", "Mine", "image_name", imageName, "overwrite", true))
	wantWarnings(t, provider.respond(t, config, planned{}).Diagnostics, 1, "Unable to check whether")
}

// TestAnotherPort: a plan takes an unchanged instance at another port for that of the state, and says so, with a read and
// without. An apply refuses if the plan was made for the other port.
func TestAnotherPort(t *testing.T) {
	t.Parallel()
	server := elyratest.New(t, elyratest.Options{})
	provider := configured(t, set("endpoint", server.URL))
	one := provider.created(t, provider.image(t, "One", imageName, "", ""))
	two := provider.created(t, provider.image(t, "Two", imageName, "", ""))
	base, err := url.Parse(server.URL)
	check(t, err, nil)
	other := httptest.NewServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: base.Scheme, Host: base.Host}))
	t.Cleanup(other.Close)
	elsewhere := func() testProvider { return configured(t, set("endpoint", other.URL+base.Path)) }
	refused := func(diagnostics []*tfprotov6.Diagnostic, want string) {
		t.Helper()
		if len(diagnostics) != 1 || !isError(diagnostics[0]) || !strings.Contains(diagnostics[0].Detail, want) {
			t.Errorf("got %+v, want %s", diagnostics, want)
		}
	}

	moved := elsewhere()
	first, warnings := moved.refresh(t, one)
	wantWarning(t, warnings, base.Host)
	_, warnings = moved.refresh(t, two)
	wantWarnings(t, warnings, 0)
	wantWarning(t, moved.respond(t, nil, first).Diagnostics, base.Host)

	changed := provider.image(t, "One", "a/b:2", "", "")
	refused(elsewhere().destroy(t, one), "plan again")
	refused(elsewhere().apply(t, changed, one.state, configured(t, set("endpoint", server.URL)).respond(t, changed, one)).Diagnostics, "plan again")
	if document, ok := server.Raw(elyratest.Writable, "one"); !ok || !strings.Contains(document, imageName) {
		t.Errorf("left %q", document)
	}

	// Without a read.
	plan := elsewhere().respond(t, changed, one)
	wantWarning(t, plan.Diagnostics, base.Host)
	check(t, nil, elsewhere().apply(t, changed, one.state, plan).Diagnostics)
	plan = elsewhere().respond(t, nil, two)
	wantWarning(t, plan.Diagnostics, base.Host)
	check(t, nil, elsewhere().apply(t, nil, two.state, plan).Diagnostics)
	if _, ok := server.Raw(elyratest.Writable, "two"); ok {
		t.Error("two is still there")
	}
}

// TestAnotherSpelling: a directory's other path is the same place, and an update without a read keeps the planned location.
func TestAnotherSpelling(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	check(t, os.Symlink(dir, link), nil)
	provider := newTestProvider(t, dir)
	created := provider.created(t, provider.image(t, "One", imageName, "", ""))
	provider = newTestProvider(t, link)
	config := provider.image(t, "One", "a/b:2", "", "")
	plan := provider.respond(t, config, created)
	check(t, nil, plan.Diagnostics)
	applied := provider.apply(t, config, created.state, plan)
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
		return configured(t, set("data_dir", dir, "file_permission", "0644")).of(t, airflowType.name)
	}
	provider := newTestProvider(t, dir).of(t, airflowType.name)
	_, warnings := shared().refresh(t, planned{state: provider.create(t, provider.complete(t, nil))})
	wantWarnings(t, warnings, 0)

	other := provider.complete(t, set("display_name", "Other"))
	wantWarnings(t, shared().respond(t, other, planned{}).Diagnostics, 1, "file_permission is 0644")
	wantWarnings(t, provider.reconfigure(t).respond(t, other, planned{}).Diagnostics, 0)
}

// TestIgnoredVersion: if ignore_changes has the version of a secret, the stored secret stays as others have changed it.
func TestIgnoredVersion(t *testing.T) {
	t.Parallel()
	dir, there := t.TempDir(), t.TempDir()
	provider := newTestProvider(t, dir).of(t, airflowType.name)
	writeOnly := func(version tftypes.Value, branch string) *tfprotov6.DynamicValue {
		null := tftypes.NewValue(tftypes.String, nil)
		return provider.complete(t, set("cos_password", null, "cos_password_wo", runtimeSecret, "cos_password_wo_version", version, "github_branch", branch))
	}
	path := filepath.Join("metadata", "runtimes", "air.json")
	none := tftypes.NewValue(tftypes.Number, nil)
	created := provider.created(t, writeOnly(number(1), "main"))
	stored := readFile(t, filepath.Join(dir, path))
	writeFile(t, filepath.Join(dir, path), strings.ReplaceAll(stored, `"cos_password": "`, `"cos_password": "changed-`))
	provider.reconfigure(t)
	read, warnings := provider.refresh(t, created)
	wantWarnings(t, warnings, 1, "ignore_changes")

	// Terraform plans with the version of the state, and applies with that of the configuration.
	plan := provider.respond(t, writeOnly(none, "other"), read)
	check(t, nil, plan.Diagnostics)
	check(t, nil, provider.apply(t, writeOnly(number(1), "other"), read.state, plan).Diagnostics)
	if got := readFile(t, filepath.Join(dir, path)); !strings.Contains(got, "changed-"+runtimeSecret) || !strings.Contains(got, `"other"`) {
		t.Errorf("stored %s", got)
	}

	// In another place, it's created with the configured one.
	moved := newTestProvider(t, there).of(t, airflowType.name)
	plan = moved.respond(t, writeOnly(none, "main"), read)
	wantWarning(t, plan.Diagnostics, "in another place")
	check(t, nil, moved.apply(t, writeOnly(number(1), "main"), read.state, plan).Diagnostics)
	if got := readFile(t, filepath.Join(there, path)); !strings.Contains(got, `"cos_password": "`+runtimeSecret+`"`) {
		t.Errorf("stored %s", got)
	}
}

// TestOneFaultForEmpty: an empty value is one mistake, and not also a missing one.
func TestOneFaultForEmpty(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, t.TempDir()).of(t, airflowType.name)
	for _, key := range []string{"cos_username", "cos_password", "github_repo_token", "github_branch"} {
		if faults := provider.validate(t, provider.complete(t, set(key, ""))); len(faults) != 1 || !strings.HasPrefix(faults[0].Summary, "Invalid ") {
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
	check(t, nil, provider.readData(t, resourceName, set("display_name", "Caf\u00e9")).Diagnostics)
	results, _ := provider.query(t, set("search", "CAF\u00c9", "tags", texts(listOfStrings, "\u00e9")), 100, false)
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
		if got := provider.importError(t, id); !strings.Contains(got, want) {
			t.Errorf("%s: %s", id, got)
		}
	}
}

// TestUnreadableOnServer: of a document that a server doesn't show, nobody knows the secrets. What blocks a destroy says
// how to skip it.
func TestUnreadableOnServer(t *testing.T) {
	t.Parallel()
	server := elyratest.New(t, elyratest.Options{})
	provider := configured(t, set("endpoint", server.URL))
	created := provider.created(t, provider.image(t, "Mine", imageName, "", ""))
	server.Put(elyratest.Writable, "mine", "{")
	provider = provider.reconfigure(t)
	read, warnings := provider.refresh(t, created)
	wantWarnings(t, warnings, 1, "it isn't a JSON object")
	for _, config := range []*tfprotov6.DynamicValue{nil, provider.image(t, "Mine", "a/b:2", "", "")} {
		faults := provider.respond(t, config, read).Diagnostics
		if len(faults) != 1 || !strings.Contains(faults[0].Detail, "terraform destroy -refresh=false") {
			t.Errorf("got %+v", faults)
		}
	}
}
