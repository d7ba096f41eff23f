package provider

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// storeProvider is the provider on a store of the test's choice, whatever its
// configuration.
type storeProvider struct {
	elyraProvider

	store elyra.Store
}

func (p *storeProvider) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	conn := newConnection(p.store, true)
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = conn, conn, conn
}

// newStoreServer is a testServer on a store; a nil one is not known yet.
func newStoreServer(t testing.TB, store elyra.Store) testServer {
	t.Helper()
	server := providerserver.NewProtocol6(&storeProvider{store: store})()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	check(t, err, schemas.Diagnostics)
	config := newObject(t, schemas.Provider.ValueType(), nil)
	s := testServer{server, config, schemas.ResourceSchemas[resourceName].ValueType().(tftypes.Object)}
	return s.reconfigure(t)
}

// newObject is an object of that type with these attributes, the others null.
func newObject(t testing.TB, objectType tftypes.Type, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range objectType.(tftypes.Object).AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	maps.Copy(values, set)
	dynamic, err := tfprotov6.NewDynamicValue(objectType, tftypes.NewValue(objectType, values))
	if err != nil {
		t.Fatal(err)
	}
	return &dynamic
}

func texts(collection tftypes.Type, values ...string) tftypes.Value {
	elements := make([]tftypes.Value, len(values))
	for i, value := range values {
		elements[i] = text(value)
	}
	return tftypes.NewValue(collection, elements)
}

var (
	setOfStrings  = tftypes.Set{ElementType: tftypes.String}
	listOfStrings = tftypes.List{ElementType: tftypes.String}
)

// goValue is a Terraform value in Go's own types: string, bool, []any,
// map[string]any, and nil for null.
func goValue(t testing.TB, value tftypes.Value) any {
	t.Helper()
	if value.IsNull() {
		return nil
	}
	if !value.IsKnown() {
		return "(unknown)"
	}
	var s string
	var b bool
	var list []tftypes.Value
	var object map[string]tftypes.Value
	switch {
	case value.As(&s) == nil:
		return s
	case value.As(&b) == nil:
		return b
	case value.As(&list) == nil:
		values := []any{}
		for _, element := range list {
			values = append(values, goValue(t, element))
		}
		return values
	case value.As(&object) == nil:
		values := map[string]any{}
		for name, attribute := range object {
			values[name] = goValue(t, attribute)
		}
		return values
	}
	t.Fatalf("a value of type %s", value.Type())
	return nil
}

// writeImages makes a data directory with these files of instances.
func writeImages(t testing.TB, files map[string]string) (dataDir string) {
	t.Helper()
	dataDir = t.TempDir()
	dir := filepath.Join(dataDir, "metadata", "runtime-images")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dataDir
}

func imagePath(dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", "runtime-images", name+".json")
}

// document is the file of an image.
func document(image elyra.RuntimeImage) string { return string(elyra.NewDocument(image).Encode()) }

// Container images of tests.
const (
	imageName      = "quay.io/team/img:1"
	otherImageName = "quay.io/team/img:2"
)

// wantWarnings checks the number of warnings and what the first one says.
func wantWarnings(t *testing.T, got []*tfprotov6.Diagnostic, number int, texts ...string) {
	t.Helper()
	if len(got) != number {
		for _, d := range got {
			t.Logf("%s: %s", d.Summary, d.Detail)
		}
		t.Fatalf("%d warnings, want %d", len(got), number)
	}
	for _, want := range texts {
		said := got[0].Summary + "\n" + got[0].Detail + "\n" + got[0].Attribute.String()
		if !strings.Contains(said, want) {
			t.Errorf("the warning lacks %q:\n%s", want, said)
		}
	}
}
