package provider

import (
	"cmp"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// This file is the harness of the tests that speak Terraform's protocol 6 to the provider, in this
// process and without Terraform. In tests, the provider is what answers that protocol, and the
// server is a Jupyter Server, or what stands in for one. The harness of the acceptance tests is
// harness_terraform_test.go.

const resourceName = "elyra_runtime_image"

// environment is what the provider, Elyra's search path and Terraform read of the environment.
var environment = []string{
	"ELYRA_METADATA_PATH", "JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS", "XDG_DATA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX",
	"ELYRA_ENDPOINT", "ELYRA_TOKEN", "ELYRA_PASSWORD", "JUPYTER_TOKEN",
	"DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR",
	"XDG_CACHE_HOME", "TF_DATA_DIR", "TF_WORKSPACE",
}

// Isolate keeps the machine's own Jupyter, Elyra and servers out of a test, in both test packages
// of this directory.
func Isolate(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, variable := range environment {
		t.Setenv(variable, "")
	}
}

// IsolateAll does so once for all tests, those that run in parallel too: they can't set variables.
func IsolateAll(home string) error {
	for _, variable := range environment {
		if err := os.Unsetenv(variable); err != nil {
			return err
		}
	}
	return os.Setenv("HOME", home)
}

// --- The provider, and what Terraform asks of it ---

// testProvider is a provider, with methods that ask what Terraform asks.
type testProvider struct {
	tfprotov6.ProviderServer
	providerConfig *tfprotov6.DynamicValue
	// name is that of the resource that is asked for, and resourceType its type.
	name         string
	resourceType tftypes.Object
}

// newTestProvider returns a provider that is configured for a data directory, which may be unknown,
// and more directories to read.
func newTestProvider(t testing.TB, dataDir any, searchPath ...string) testProvider {
	t.Helper()
	return configured(t, set("data_dir", tftypes.NewValue(tftypes.String, dataDir), "search_path", texts(listOfStrings, searchPath...)))
}

// configured returns a provider with that configuration, which has no error.
func configured(t testing.TB, arguments map[string]tftypes.Value) testProvider {
	t.Helper()
	p, diagnostics := configure(t, arguments)
	check(t, nil, diagnostics)
	return p
}

// configure returns a provider with that configuration, and what it says of it.
func configure(t testing.TB, arguments map[string]tftypes.Value) (testProvider, []*tfprotov6.Diagnostic) {
	t.Helper()
	p := startProvider(t, &elyraProvider{version: "test"}, arguments)
	validated, err := p.ValidateProviderConfig(context.Background(), &tfprotov6.ValidateProviderConfigRequest{Config: p.providerConfig})
	check(t, err, nil)
	if slices.ContainsFunc(validated.Diagnostics, isError) {
		return p, validated.Diagnostics
	}
	configured, err := p.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: p.providerConfig})
	check(t, err, nil)
	return p, append(validated.Diagnostics, configured.Diagnostics...)
}

// startProvider returns a provider that isn't configured yet.
func startProvider(t testing.TB, p provider.Provider, arguments map[string]tftypes.Value) testProvider {
	t.Helper()
	started := testProvider{ProviderServer: serverOf(p)}
	started.providerConfig = newObject(t, started.schemas(t).Provider.ValueType(), arguments)
	return started.of(t, resourceName)
}

// of is the same provider, asked for another resource.
func (p testProvider) of(t testing.TB, resource string) testProvider {
	t.Helper()
	p.name, p.resourceType = resource, p.schemas(t).ResourceSchemas[resource].ValueType().(tftypes.Object)
	return p
}

// storeProvider is the provider on a store of the test's choice, whatever its configuration.
type storeProvider struct {
	elyraProvider

	store elyra.Store
}

func (p *storeProvider) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	conn := newConnection(runtimeImageType, p.store)
	conn.runtimes = newConnection(kubeflowPipelinesType, p.store)
	conn.absolute, conn.runtimes.absolute = true, true
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = conn, conn, conn
}

// newStoreProvider is a provider on a store; a nil one isn't known yet.
func newStoreProvider(t testing.TB, store elyra.Store) testProvider {
	t.Helper()
	return startProvider(t, &storeProvider{store: store}, nil).reconfigure(t)
}

// reconfigure configures the provider anew, as each Terraform command does.
func (p testProvider) reconfigure(t testing.TB) testProvider {
	t.Helper()
	configured, err := p.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: p.providerConfig})
	check(t, err, configured.Diagnostics)
	return p
}

func (p testProvider) schemas(t testing.TB) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schemas, err := p.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	check(t, err, schemas.Diagnostics)
	return schemas
}

// config is the configuration of a resource with these attributes.
func (p testProvider) config(t testing.TB, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	return newObject(t, p.resourceType, set)
}

// image is the configuration of a runtime image; an empty text is null.
func (p testProvider) image(t testing.TB, displayName, imageName, policy, secret string) *tfprotov6.DynamicValue {
	t.Helper()
	attributes := set("display_name", displayName, "image_name", imageName, "pull_policy", policy, "pull_secret", secret)
	maps.DeleteFunc(attributes, func(_ string, value tftypes.Value) bool { return value.Equal(text("")) })
	return p.config(t, attributes)
}

// value is a value of the resource's type.
func (p testProvider) value(t testing.TB, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(p.resourceType, value)
	check(t, err, nil)
	return &dynamic
}

// none is the resource where there isn't one: the state before a creation, the configuration of a
// destroy.
func (p testProvider) none(t testing.TB) *tfprotov6.DynamicValue {
	t.Helper()
	return p.value(t, tftypes.NewValue(p.resourceType, nil))
}

// attributes returns the attributes of an object; none of a null one.
func (p testProvider) attributes(t testing.TB, dynamic *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	attributes := map[string]tftypes.Value{}
	value, err := dynamic.Unmarshal(p.resourceType)
	if err == nil && !value.IsNull() {
		err = value.As(&attributes)
	}
	check(t, err, nil)
	return attributes
}

// proposed is the new state that Terraform proposes: the configuration, with
// computed attributes from the prior state where the configuration has none.
func (p testProvider) proposed(t testing.TB, config, prior *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	t.Helper()
	values, priors := p.attributes(t, config), p.attributes(t, prior)
	for _, computed := range []string{"id", "location", "name", "overwrite"} {
		if prior, ok := priors[computed]; ok && values[computed].IsNull() {
			values[computed] = prior
		}
	}
	return p.value(t, tftypes.NewValue(p.resourceType, values))
}

// planned is an instance as plans of one Terraform run see it.
type planned struct {
	state    *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

func (p testProvider) read(t testing.TB, state *tfprotov6.DynamicValue) planned {
	t.Helper()
	read, _ := p.refresh(t, planned{state: state})
	return read
}

// refresh reads an instance, and returns the warnings too.
func (p testProvider) refresh(t testing.TB, prior planned) (planned, []*tfprotov6.Diagnostic) {
	t.Helper()
	read, err := p.ReadResource(context.Background(), &tfprotov6.ReadResourceRequest{
		TypeName: p.name, CurrentState: prior.state, CurrentIdentity: prior.identity, Private: prior.private,
	})
	check(t, err, read.Diagnostics)
	return planned{read.NewState, read.NewIdentity, read.Private}, read.Diagnostics
}

// planRequest plans the configuration over what was read, the zero planned for a
// creation. A nil configuration is a destroy.
func (p testProvider) planRequest(t testing.TB, config *tfprotov6.DynamicValue, prior planned) *tfprotov6.PlanResourceChangeRequest {
	t.Helper()
	none := p.none(t)
	request := &tfprotov6.PlanResourceChangeRequest{
		TypeName: p.name, Config: cmp.Or(config, none), PriorState: cmp.Or(prior.state, none), ProposedNewState: none,
		PriorIdentity: prior.identity, PriorPrivate: prior.private,
	}
	if config != nil {
		request.ProposedNewState = p.proposed(t, config, request.PriorState)
	}
	return request
}

// respond is the response to a planRequest.
func (p testProvider) respond(t testing.TB, config *tfprotov6.DynamicValue, prior planned) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	plan, err := p.PlanResourceChange(context.Background(), p.planRequest(t, config, prior))
	check(t, err, nil)
	return plan
}

// plan plans as respond does, both halves of a replacement, and returns the
// warnings that Terraform shows.
func (p testProvider) plan(t testing.TB, config *tfprotov6.DynamicValue, prior planned) []*tfprotov6.Diagnostic {
	t.Helper()
	plan := p.respond(t, config, prior)
	check(t, nil, plan.Diagnostics)
	if len(plan.RequiresReplace) > 0 { // Terraform drops the warnings of the second half
		check(t, nil, p.respond(t, config, planned{private: plan.PlannedPrivate}).Diagnostics)
	}
	return plan.Diagnostics
}

// validate returns what terraform validate says of a configuration.
func (p testProvider) validate(t testing.TB, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	t.Helper()
	validated, err := p.ValidateResourceConfig(context.Background(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: p.name, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	check(t, err, nil)
	return validated.Diagnostics
}

// planUnchanged is all that a plan asks for a resource that nothing changes.
func (p testProvider) planUnchanged(t testing.TB, config, state *tfprotov6.DynamicValue) {
	t.Helper()
	check(t, nil, p.validate(t, config))
	check(t, nil, p.respond(t, config, p.read(t, state)).Diagnostics)
}

// create plans and applies a creation, and returns the new state.
func (p testProvider) create(t testing.TB, config *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	t.Helper()
	return p.created(t, config).state
}

// created plans and applies a creation.
func (p testProvider) created(t testing.TB, config *tfprotov6.DynamicValue) planned {
	t.Helper()
	applied := p.tryCreate(t, config)
	check(t, nil, applied.Diagnostics)
	return planned{applied.NewState, applied.NewIdentity, applied.Private}
}

// tryCreate plans and applies a creation that may fail.
func (p testProvider) tryCreate(t testing.TB, config *tfprotov6.DynamicValue) *tfprotov6.ApplyResourceChangeResponse {
	t.Helper()
	plan := p.respond(t, config, planned{})
	check(t, nil, plan.Diagnostics)
	return p.apply(t, config, nil, plan)
}

// applyRequest applies a plan. A nil configuration is a destroy, and a nil prior state a creation.
func (p testProvider) applyRequest(t testing.TB, config, prior *tfprotov6.DynamicValue, plan *tfprotov6.PlanResourceChangeResponse) *tfprotov6.ApplyResourceChangeRequest {
	t.Helper()
	none := p.none(t)
	return &tfprotov6.ApplyResourceChangeRequest{
		TypeName: p.name, Config: cmp.Or(config, none), PriorState: cmp.Or(prior, none),
		PlannedState: cmp.Or(plan.PlannedState, none), PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	}
}

// apply applies a plan, which may fail.
func (p testProvider) apply(t testing.TB, config, prior *tfprotov6.DynamicValue, plan *tfprotov6.PlanResourceChangeResponse) *tfprotov6.ApplyResourceChangeResponse {
	t.Helper()
	applied, err := p.ApplyResourceChange(context.Background(), p.applyRequest(t, config, prior, plan))
	check(t, err, nil)
	return applied
}

// destroy applies a destroy, which may fail.
func (p testProvider) destroy(t testing.TB, prior planned) []*tfprotov6.Diagnostic {
	t.Helper()
	return p.apply(t, nil, prior.state, &tfprotov6.PlanResourceChangeResponse{PlannedPrivate: prior.private}).Diagnostics
}

// imported is an instance after its import by name and the read that follows.
func (p testProvider) imported(t testing.TB, name string) planned {
	t.Helper()
	return p.importBy(t, &tfprotov6.ImportResourceStateRequest{TypeName: p.name, ID: name})
}

// importError is the detail of the error of an import by name.
func (p testProvider) importError(t testing.TB, name string) string {
	t.Helper()
	response, err := p.ImportResourceState(context.Background(), &tfprotov6.ImportResourceStateRequest{TypeName: p.name, ID: name})
	check(t, err, nil)
	if len(response.Diagnostics) != 1 || !isError(response.Diagnostics[0]) {
		t.Fatalf("importing %s gives %+v, want one error", name, response.Diagnostics)
	}
	return response.Diagnostics[0].Detail
}

func (p testProvider) importBy(t testing.TB, request *tfprotov6.ImportResourceStateRequest) planned {
	t.Helper()
	response, err := p.ImportResourceState(context.Background(), request)
	check(t, err, response.Diagnostics)
	imported := response.ImportedResources[0]
	read, _ := p.refresh(t, planned{imported.State, imported.Identity, imported.Private})
	return read
}

// readData reads a data source, which may fail.
func (p testProvider) readData(t testing.TB, name string, set map[string]tftypes.Value) *tfprotov6.ReadDataSourceResponse {
	t.Helper()
	config := newObject(t, p.schemas(t).DataSourceSchemas[name].ValueType(), set)
	read, err := p.ReadDataSource(context.Background(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	check(t, err, nil)
	return read
}

// list reads a data source that lists instances: elyra_runtime_images or elyra_runtimes.
func (p testProvider) list(t testing.TB, name string, set map[string]tftypes.Value) (instances []map[string]any, warnings []*tfprotov6.Diagnostic) {
	t.Helper()
	read := p.readData(t, name, set)
	check(t, nil, read.Diagnostics)
	state, err := read.State.Unmarshal(p.schemas(t).DataSourceSchemas[name].ValueType())
	check(t, err, nil)
	for _, instance := range goValue(t, state).(map[string]any)[strings.TrimPrefix(name, "elyra_")].([]any) {
		instances = append(instances, instance.(map[string]any))
	}
	return instances, read.Diagnostics
}

// query is what terraform query asks of the provider. It returns the results with
// an identity, and all warnings.
func (p testProvider) query(t *testing.T, set map[string]tftypes.Value, limit int64, includeResource bool) (results []tfprotov6.ListResourceResult, warnings []*tfprotov6.Diagnostic) {
	t.Helper()
	config := newObject(t, p.schemas(t).ListResourceSchemas[p.name].ValueType(), set)
	lister := p.ProviderServer.(tfprotov6.ListResourceServer)
	validated, err := lister.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: p.name, Config: config})
	check(t, err, validated.Diagnostics)
	stream, err := lister.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: p.name, Config: config, Limit: limit, IncludeResource: includeResource})
	check(t, err, nil)
	for result := range stream.Results {
		check(t, nil, result.Diagnostics)
		warnings = append(warnings, result.Diagnostics...)
		if result.Identity != nil && result.Identity.IdentityData != nil {
			results = append(results, result)
		} else if len(results) > 0 {
			t.Error("a warning comes after a result, where Terraform may have stopped at its limit")
		}
	}
	return results, warnings
}

func displayNames(results []tfprotov6.ListResourceResult) (names []string) {
	for _, result := range results {
		names = append(names, result.DisplayName)
	}
	return names
}

// call calls a function of a provider that was never configured. It returns the
// result in Go's own types, or the error with the number of the argument it
// points to.
func call(t *testing.T, name string, arguments ...tftypes.Value) (result any, err string, at *int64) {
	t.Helper()
	value, err, at := callValue(t, name, arguments...)
	return goValue(t, value), err, at
}

// callValue is call, with the result as another function takes it.
func callValue(t *testing.T, name string, arguments ...tftypes.Value) (result tftypes.Value, err string, at *int64) {
	t.Helper()
	p := startProvider(t, &elyraProvider{version: "test"}, nil)
	definition, ok := p.schemas(t).Functions[name]
	if !ok {
		t.Fatalf("there is no function %s", name)
	}
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for i, value := range arguments {
		parameter := definition.VariadicParameter
		if i < len(definition.Parameters) {
			parameter = definition.Parameters[i]
		}
		dynamic, e := tfprotov6.NewDynamicValue(parameter.Type, value)
		check(t, e, nil)
		request.Arguments = append(request.Arguments, &dynamic)
	}
	called, e := p.CallFunction(t.Context(), request)
	check(t, e, nil)
	if called.Error != nil {
		return tftypes.Value{}, called.Error.Text, called.Error.FunctionArgument
	}
	result, e = called.Result.Unmarshal(definition.Return.Type)
	check(t, e, nil)
	return result, "", nil
}

// --- Terraform's values ---

var (
	setOfStrings  = tftypes.Set{ElementType: tftypes.String}
	listOfStrings = tftypes.List{ElementType: tftypes.String}
)

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// set are attributes: a name, its value, and so on. A value is a string, a bool, or one of Terraform's.
func set(pairs ...any) map[string]tftypes.Value {
	attributes := map[string]tftypes.Value{}
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		switch value := pairs[i+1].(type) {
		case string:
			attributes[name] = text(value)
		case bool:
			attributes[name] = tftypes.NewValue(tftypes.Bool, value)
		default:
			attributes[name] = value.(tftypes.Value)
		}
	}
	return attributes
}

func texts(collection tftypes.Type, values ...string) tftypes.Value {
	elements := make([]tftypes.Value, len(values))
	for i, value := range values {
		elements[i] = text(value)
	}
	return tftypes.NewValue(collection, elements)
}

// object is an object of Terraform with these attributes.
func object(attributes map[string]tftypes.Value) tftypes.Value {
	types := map[string]tftypes.Type{}
	for name, value := range attributes {
		types[name] = value.Type()
	}
	return tftypes.NewValue(tftypes.Object{AttributeTypes: types}, attributes)
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
	check(t, err, nil)
	return &dynamic
}

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

// --- What is expected ---

// check ends the test at an error.
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

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }

// wantWarning checks that there is one diagnostic, a warning on an attribute with those words.
func wantWarning(t *testing.T, diagnostics []*tfprotov6.Diagnostic, words ...string) {
	t.Helper()
	wantWarnings(t, diagnostics, 1, words...)
	if diagnostics[0].Attribute == nil {
		t.Error("the warning has no attribute")
	}
}

// wantWarnings checks the number of warnings and what the first one says.
func wantWarnings(t *testing.T, got []*tfprotov6.Diagnostic, number int, words ...string) {
	t.Helper()
	check(t, nil, got)
	if len(got) != number {
		for _, d := range got {
			t.Logf("%s: %s", d.Summary, d.Detail)
		}
		t.Fatalf("%d warnings, want %d", len(got), number)
	}
	for _, want := range words {
		said := got[0].Summary + "\n" + got[0].Detail + "\n" + got[0].Attribute.String()
		if !strings.Contains(said, want) {
			t.Errorf("the warning lacks %q:\n%s", want, said)
		}
	}
}

// wantError calls a function for an error that points at its argument.
func wantError(t *testing.T, name string, argument tftypes.Value, want string) {
	t.Helper()
	result, err, at := call(t, name, argument)
	switch {
	case err == "":
		t.Errorf("%s(%s) = %v, want an error with %q", name, argument, result, want)
	case !strings.Contains(err, want):
		t.Errorf("%s(%s): %q, want %q", name, argument, err, want)
	case at == nil || *at != 0:
		t.Errorf("%s: %q points at no argument", name, err)
	case strings.Contains(err, "hunter2"):
		t.Errorf("%s: %q quotes a secret", name, err)
	case strings.HasSuffix(err, "."): // Terraform adds its own
		t.Errorf("%s: %q ends with a full stop", name, err)
	}
}

// --- Runtime images in files ---

// Container images of tests.
const (
	imageName      = "quay.io/team/img:1"
	otherImageName = "quay.io/team/img:2"
)

const anyDocument = `{"schema_name": "runtime-image", "display_name": "Theirs", "metadata": {"image_name": "them/image:1"}}`

// document is the file of an image.
func document(image elyra.RuntimeImage) string { return string(elyra.NewDocument(image).Encode()) }

func imagePath(dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", "runtime-images", name+".json")
}

// putDocument writes the file of an instance as someone else would, and returns its path.
func putDocument(t testing.TB, dataDir, name, document string) (path string) {
	t.Helper()
	path = imagePath(dataDir, name)
	writeFile(t, path, document)
	return path
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	check(t, err, nil)
	return string(data)
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755), nil)
	check(t, os.WriteFile(path, []byte(content), 0o600), nil)
}

// writeImages makes a data directory with these files, of instances and others.
func writeImages(t testing.TB, files map[string]string) (dataDir string) {
	t.Helper()
	dataDir = t.TempDir()
	for name, content := range files {
		writeFile(t, filepath.Join(dataDir, "metadata", "runtime-images", name), content)
	}
	return dataDir
}
