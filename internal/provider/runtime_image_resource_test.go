package provider

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestReadVanished: Terraform before 1.12 keeps no identity, and an import of
// what does not exist has none either; the framework fails where it is still
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

// TestReadElsewhere: where the provider looks elsewhere now, what it leaves behind
// is told.
func TestReadElsewhere(t *testing.T) {
	old, now := t.TempDir(), t.TempDir()
	provider := newTestProvider(t, old)
	state := provider.create(t, provider.config(t, map[string]tftypes.Value{"display_name": text("Left"), "image_name": text("a/b:1")}))
	read, err := newTestProvider(t, now).ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantWarning(t, read.Diagnostics, old, now, "stays there, and Terraform forgets it", "under an alias")
}

func TestReadWarnsOfInvalid(t *testing.T) {
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	state := provider.create(t, provider.config(t, map[string]tftypes.Value{"display_name": text("Broken"), "image_name": text("a/b:1")}))
	path := putDocument(t, dir, "broken", "{\n  oops\n}")
	read, err := provider.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	wantWarning(t, read.Diagnostics, `Runtime image "broken" is invalid`, path, "line 2, column 3", "repairs", "all of it is replaced")
}

func TestValidateWarnsOfLatest(t *testing.T) {
	provider := newTestProvider(t, t.TempDir())
	config := provider.config(t, map[string]tftypes.Value{"display_name": text("Latest"), "image_name": text("a/b")})
	validated, err := provider.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceName, Config: config})
	check(t, err, validated.Diagnostics)
	wantWarning(t, validated.Diagnostics, `"a/b" has neither tag nor digest`, `"a/b:1.0"`)
}

// TestDestroyTellsWhatReturns hides a factory instance and destroys the copy.
func TestDestroyTellsWhatReturns(t *testing.T) {
	near, far := t.TempDir(), t.TempDir()
	path := putDocument(t, far, "shipped", anyDocument)
	provider := newTestProvider(t, near, far)
	state := provider.create(t, provider.config(t, map[string]tftypes.Value{
		"display_name": text("Shipped"), "image_name": text("a/b:1"), "overwrite": tftypes.NewValue(tftypes.Bool, true),
	}))
	destroyed := provider.reconfigure(t).destroy(t, state)
	wantWarning(t, destroyed, `Runtime image "shipped" is visible again`, path)
}
