package provider

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestReadVanished: Terraform before 1.12 keeps no identity, and an import of
// what doesn't exist has none either; the framework fails where it is still
// null when the object is removed.
func TestReadVanished(t *testing.T) {
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	state := provider.create(t, provider.config(t, map[string]tftypes.Value{"display_name": text("Gone"), "image_name": text("a/b:1")}))
	if err := os.RemoveAll(filepath.Join(dir, "metadata")); err != nil {
		t.Fatal(err)
	}
	read, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	if value, err := read.NewState.Unmarshal(provider.resourceType); err != nil || !value.IsNull() {
		t.Errorf("the state is still %v, %v", value, err)
	}
}

// TestIdentity: create, read and import set it, by id and by identity alike.
func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	putDocument(t, dir, "imported", anyDocument)
	identityType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String}}
	wantIdentity := func(identity *tfprotov6.ResourceIdentityData, name string) {
		t.Helper()
		if identity == nil || identity.IdentityData == nil {
			t.Fatal("there is no identity")
		}
		want := tftypes.NewValue(identityType, map[string]tftypes.Value{"name": text(name)})
		if got, err := identity.IdentityData.Unmarshal(identityType); err != nil || !got.Equal(want) {
			t.Errorf("the identity is %v, %v, want %v", got, err, want)
		}
	}
	state := provider.create(t, provider.config(t, map[string]tftypes.Value{"display_name": text("Named"), "image_name": text("a/b:1")}))
	read, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantIdentity(read.NewIdentity, "named")

	data, err := tfprotov6.NewDynamicValue(identityType, tftypes.NewValue(identityType, map[string]tftypes.Value{"name": text("imported")}))
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range []*tfprotov6.ImportResourceStateRequest{
		{TypeName: resourceName, ID: "imported"},
		{TypeName: resourceName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &data}},
	} {
		imported, err := provider.ImportResourceState(t.Context(), request)
		check(t, err, imported.Diagnostics)
		read, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: imported.ImportedResources[0].State, CurrentIdentity: imported.ImportedResources[0].Identity})
		check(t, err, read.Diagnostics)
		wantIdentity(read.NewIdentity, "imported")
		if got := provider.attributes(t, read.NewState)["display_name"]; !got.Equal(text("Theirs")) {
			t.Errorf("imported %v", got)
		}
	}
}

func TestReadWarnsOfInvalid(t *testing.T) {
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	state := provider.create(t, provider.config(t, map[string]tftypes.Value{"display_name": text("Broken"), "image_name": text("a/b:1")}))
	path := putDocument(t, dir, "broken", "{\n  oops\n}")
	read, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantWarning(t, read.Diagnostics, `Runtime image "broken" is invalid`, path, "line 2, column 3", "replaces the whole document")
}

// TestRuntimeImage_rules: each mistake is reported in the plan, on its argument, with what to type instead.
func TestRuntimeImage_rules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		argument string
		value    tftypes.Value
		summary  string
		advice   string
	}{
		{"image_name", text("python:3.11"), "Invalid image name", `image_name = "library/python:3.11"`},
		{"image_name", text("https://quay.io/a/b:1"), "Invalid image name", `image_name = "quay.io/a/b:1"`},
		{"image_name", text("Jdoe/My-Image:1"), "Invalid image name", `image_name = "jdoe/my-image:1"`},
		{"image_name", text("a/b"), "Image name without a tag", `"a/b:1.0"`},
		{"display_name", text(""), "Invalid display name", ""},
		{"name", text("Upper"), "Invalid name", `use "upper"`},
		{"description", text(""), "Invalid description", "leave it out, or use null"},
		{"pull_policy", text("always"), "Invalid pull policy", `use "Always"`},
		{"pull_secret", text(""), "Invalid pull secret", "null"},
		{"tags", texts(setOfStrings, ""), "Invalid tag", "must not be empty"},
	} {
		provider := newTestProvider(t, t.TempDir())
		attributes := map[string]tftypes.Value{"display_name": text("Mine"), "image_name": text(imageName)}
		attributes[tt.argument] = tt.value
		validated, err := provider.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceName, Config: provider.config(t, attributes)})
		check(t, err, nil)
		if len(validated.Diagnostics) != 1 {
			t.Fatalf("%s = %s: %v", tt.argument, tt.value, validated.Diagnostics)
		}
		d := validated.Diagnostics[0]
		if d.Summary != tt.summary || !strings.Contains(d.Detail, tt.advice) || !strings.HasPrefix(d.Attribute.String(), `AttributeName("`+tt.argument+`")`) {
			t.Errorf("%s = %s: %s on %s: %s", tt.argument, tt.value, d.Summary, d.Attribute, d.Detail)
		}
	}
	provider := newTestProvider(t, t.TempDir())
	nameless := provider.config(t, map[string]tftypes.Value{"display_name": text("!!!"), "image_name": text("team/my-image:1")})
	if got := provider.respond(t, nameless, planned{}).Diagnostics; len(got) != 1 || got[0].Summary != "Display name gives no name" || !strings.Contains(got[0].Detail, `name = "my-image"`) {
		t.Errorf("got %+v", got)
	}
}

// TestReplaceHidesAgain: a replacement of an imported image that hides another one hides it again. After a
// deletion in another run, the other one is in the way.
func TestReplaceHidesAgain(t *testing.T) {
	near, far := t.TempDir(), t.TempDir()
	putDocument(t, far, "shipped", anyDocument)
	putDocument(t, near, "shipped", anyDocument)
	provider := newTestProvider(t, near, far)
	config := provider.config(t, map[string]tftypes.Value{"display_name": text("Shipped"), "image_name": text("a/b:1")})
	run := provider.reconfigure(t)
	run.tryDestroy(t, provider.imported(t, "shipped"))
	check(t, nil, run.tryCreate(t, config).Diagnostics)
	if got, err := os.ReadFile(imagePath(near, "shipped")); err != nil || !strings.Contains(string(got), `"Shipped"`) {
		t.Errorf("stored is %s, %v", got, err)
	}

	provider.reconfigure(t).tryDestroy(t, provider.imported(t, "shipped"))
	got := provider.reconfigure(t).respond(t, config, planned{}).Diagnostics
	if len(got) != 1 || !isError(got[0]) || !strings.Contains(got[0].Detail, imagePath(far, "shipped")) {
		t.Errorf("got %+v", got)
	}
}

// TestDestroyDeliveredTwice: a proxy delivers a DELETE twice, and the second one
// finds what the deleted instance hid, and may not delete it. That is a success,
// whether Terraform created the instance or imported it; what only an administrator
// can delete stays an error.
func TestDestroyDeliveredTwice(t *testing.T) {
	Isolate(t)
	twice := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		next.ServeHTTP(w, r)
	}
	ours := document(elyra.RuntimeImage{Name: "mine", DisplayName: "Mine", ImageName: "a/b:1"})
	attributes := map[string]tftypes.Value{
		"name": text("mine"), "display_name": text("Mine"), "image_name": text("a/b:1"), "overwrite": tftypes.NewValue(tftypes.Bool, true),
	}
	for name, imported := range map[string]bool{"created": false, "imported": true} {
		t.Run(name, func(t *testing.T) {
			server := elyratest.New(t, elyratest.Options{})
			server.Put(elyratest.Factory, "mine", anyDocument)
			provider, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL)})
			check(t, nil, diagnostics)
			config := provider.config(t, attributes)
			var prior planned
			if imported {
				server.Put(elyratest.Writable, "mine", ours)
				prior = provider.imported(t, "mine")
			} else {
				applied := provider.tryCreate(t, config)
				check(t, nil, applied.Diagnostics)
				prior = planned{state: applied.NewState, private: applied.Private}
			}
			server.Inject(elyratest.Fault{Method: "DELETE", Do: twice})
			wantWarnings(t, provider.reconfigure(t).tryDestroy(t, prior), 1, `Runtime image "mine" is visible again`)
			if _, found := server.Raw(elyratest.Writable, "mine"); found {
				t.Error("it is still there")
			}
			if raw, _ := server.Raw(elyratest.Factory, "mine"); raw != anyDocument {
				t.Errorf("what it hid is now %q", raw)
			}
		})
	}
	t.Run("protected", func(t *testing.T) {
		server := elyratest.New(t, elyratest.Options{})
		server.Put(elyratest.Factory, "mine", ours)
		provider, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL)})
		check(t, nil, diagnostics)
		prior := provider.imported(t, "mine")
		got := provider.reconfigure(t).tryDestroy(t, prior)
		if len(got) != 1 || !isError(got[0]) || !strings.Contains(got[0].Detail, "terraform state rm") {
			t.Errorf("got %+v", got)
		}
	})
}
