package provider

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// BenchmarkPlanUnchanged is what a plan asks of the provider for each resource
// that nothing changes: validate, upgrade, read, plan. Terraform's own share is
// not in it.
func BenchmarkPlanUnchanged(b *testing.B) {
	server := newTestServer(b, b.TempDir())
	names := make([]string, 200)
	states := make([]*tfprotov6.DynamicValue, len(names))
	configs := make([]*tfprotov6.DynamicValue, len(names))
	for i := range names {
		config := server.config(b, map[string]tftypes.Value{
			"display_name": tftypes.NewValue(tftypes.String, fmt.Sprintf("My image %d", i)),
			"image_name":   tftypes.NewValue(tftypes.String, fmt.Sprintf("quay.io/team/img:%d", i)),
			"description":  tftypes.NewValue(tftypes.String, "d"),
			"tags":         tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{tftypes.NewValue(tftypes.String, "a"), tftypes.NewValue(tftypes.String, "b")}),
		})
		configs[i], states[i] = config, server.create(b, config)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		server.planUnchanged(b, configs[i%len(names)], states[i%len(names)])
	}
}

// testServer speaks protocol 6 to the provider without Terraform.
type testServer struct {
	tfprotov6.ProviderServer
	resourceType tftypes.Object
}

const resourceName = "elyra_runtime_image"

func newTestServer(t testing.TB, dataDir string) testServer {
	t.Helper()
	server := providerserver.NewProtocol6(New("test")())()
	schemas, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	providerType := schemas.Provider.ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range providerType.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	values["data_dir"] = tftypes.NewValue(tftypes.String, dataDir)
	config, err := tfprotov6.NewDynamicValue(providerType, tftypes.NewValue(providerType, values))
	if err != nil {
		t.Fatal(err)
	}
	configured, err := server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: &config})
	check(t, err, configured.Diagnostics)
	return testServer{server, schemas.ResourceSchemas[resourceName].ValueType().(tftypes.Object)}
}

func check(t testing.TB, err error, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatalf("%s: %s", d.Summary, d.Detail)
		}
	}
}

// config is the configuration of a resource with these attributes.
func (s testServer) config(t testing.TB, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range s.resourceType.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	for name, value := range set {
		values[name] = value
	}
	return s.value(t, tftypes.NewValue(s.resourceType, values))
}

func (s testServer) value(t testing.TB, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(s.resourceType, value)
	if err != nil {
		t.Fatal(err)
	}
	return &dynamic
}

// proposed is the new state that Terraform proposes: the configuration, with
// computed attributes from the prior state where the configuration has none.
func (s testServer) proposed(t testing.TB, config, prior *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	t.Helper()
	values, priors := s.attributes(t, config), s.attributes(t, prior)
	for _, computed := range []string{"id", "location", "name", "overwrite"} {
		if prior, ok := priors[computed]; ok && values[computed].IsNull() {
			values[computed] = prior
		}
	}
	return s.value(t, tftypes.NewValue(s.resourceType, values))
}

// attributes returns the attributes of an object; none of a null one.
func (s testServer) attributes(t testing.TB, dynamic *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	attributes := map[string]tftypes.Value{}
	value, err := dynamic.Unmarshal(s.resourceType)
	if err == nil && !value.IsNull() {
		err = value.As(&attributes)
	}
	if err != nil {
		t.Fatal(err)
	}
	return attributes
}

func (s testServer) create(t testing.TB, config *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	t.Helper()
	none := s.value(t, tftypes.NewValue(s.resourceType, nil))
	plan, err := s.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: s.proposed(t, config, none)})
	check(t, err, plan.Diagnostics)
	applied, err := s.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity})
	check(t, err, applied.Diagnostics)
	return applied.NewState
}

func (s testServer) planUnchanged(t testing.TB, config, state *tfprotov6.DynamicValue) {
	t.Helper()
	ctx := context.Background()
	validated, err := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceName, Config: config})
	check(t, err, validated.Diagnostics)
	read, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	plan, err := s.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: read.NewState, ProposedNewState: s.proposed(t, config, read.NewState), PriorIdentity: read.NewIdentity})
	check(t, err, plan.Diagnostics)
}
