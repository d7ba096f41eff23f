package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// testServer speaks protocol 6 to the provider without Terraform.
type testServer struct {
	tfprotov6.ProviderServer
	providerConfig *tfprotov6.DynamicValue
	resourceType   tftypes.Object
}

const resourceName = "elyra_runtime_image"

// newTestServer returns a server that is configured for a data directory, which
// may be unknown, and more directories to read.
func newTestServer(t testing.TB, dataDir any, searchPath ...string) testServer {
	t.Helper()
	further := make([]tftypes.Value, len(searchPath))
	for i, dir := range searchPath {
		further[i] = tftypes.NewValue(tftypes.String, dir)
	}
	s, diagnostics := configure(t, map[string]tftypes.Value{
		"data_dir":    tftypes.NewValue(tftypes.String, dataDir),
		"search_path": tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, further),
	})
	check(t, nil, diagnostics)
	return s
}

// configure returns a server with that provider configuration, and what the
// provider says of it.
func configure(t testing.TB, arguments map[string]tftypes.Value) (testServer, []*tfprotov6.Diagnostic) {
	t.Helper()
	server := providerserver.NewProtocol6(New("test")())()
	schemas, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	check(t, err, schemas.Diagnostics)
	providerType := schemas.Provider.ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range providerType.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	for name, value := range arguments {
		values[name] = value
	}
	config, err := tfprotov6.NewDynamicValue(providerType, tftypes.NewValue(providerType, values))
	if err != nil {
		t.Fatal(err)
	}
	s := testServer{server, &config, schemas.ResourceSchemas[resourceName].ValueType().(tftypes.Object)}
	validated, err := server.ValidateProviderConfig(context.Background(), &tfprotov6.ValidateProviderConfigRequest{Config: &config})
	check(t, err, nil)
	if slices.ContainsFunc(validated.Diagnostics, isError) {
		return s, validated.Diagnostics
	}
	configured, err := server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: &config})
	check(t, err, nil)
	return s, append(validated.Diagnostics, configured.Diagnostics...)
}

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }

// reconfigure configures the provider anew, as each Terraform command does.
func (s testServer) reconfigure(t testing.TB) testServer {
	t.Helper()
	configured, err := s.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: s.providerConfig})
	check(t, err, configured.Diagnostics)
	return s
}

func check(t testing.TB, err error, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		if isError(d) {
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
	applied := s.tryCreate(t, config)
	check(t, nil, applied.Diagnostics)
	return applied.NewState
}

// tryCreate plans and applies a creation that may fail.
func (s testServer) tryCreate(t testing.TB, config *tfprotov6.DynamicValue) *tfprotov6.ApplyResourceChangeResponse {
	t.Helper()
	none := s.value(t, tftypes.NewValue(s.resourceType, nil))
	plan, err := s.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, ProposedNewState: s.proposed(t, config, none)})
	check(t, err, plan.Diagnostics)
	applied, err := s.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{TypeName: resourceName, Config: config, PriorState: none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity})
	check(t, err, nil)
	return applied
}

// destroy returns the diagnostics of a destroy.
func (s testServer) destroy(t testing.TB, state *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	t.Helper()
	none := s.value(t, tftypes.NewValue(s.resourceType, nil))
	applied, err := s.ApplyResourceChange(context.Background(), &tfprotov6.ApplyResourceChangeRequest{TypeName: resourceName, Config: none, PriorState: state, PlannedState: none})
	check(t, err, applied.Diagnostics)
	return applied.Diagnostics
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
