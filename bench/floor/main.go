// Command floor is the least that an external provider costs: the resource floor_runtime_image has the
// schema of elyra_runtime_image, speaks the protocol with terraform-plugin-go and without the Plugin
// Framework, checks nothing, and keeps nothing. The benchmarks run it next to the provider.
package main

import (
	"context"
	"encoding/json"
	"log"
	"maps"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func main() {
	// Its own log, which nobody reads, is switched off as the provider does.
	for _, subsystem := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO"} {
		_ = os.Setenv(subsystem, "off")
	}
	if err := tf6server.Serve("registry.terraform.io/elyra-ai/floor", func() tfprotov6.ProviderServer { return &floor{} }); err != nil {
		log.Fatal(err)
	}
}

const resourceName = "floor_runtime_image"

var tags = tftypes.Set{ElementType: tftypes.String}

var resourceSchema = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
	{Name: "description", Type: tftypes.String, Optional: true},
	{Name: "display_name", Type: tftypes.String, Required: true},
	{Name: "id", Type: tftypes.String, Computed: true},
	{Name: "image_name", Type: tftypes.String, Required: true},
	{Name: "location", Type: tftypes.String, Computed: true},
	{Name: "name", Type: tftypes.String, Required: true},
	{Name: "overwrite", Type: tftypes.Bool, Optional: true, Computed: true},
	{Name: "pull_policy", Type: tftypes.String, Optional: true},
	{Name: "pull_secret", Type: tftypes.String, Optional: true},
	{Name: "tags", Type: tags, Optional: true},
}}}

var providerSchema = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
	{Name: "directory", Type: tftypes.String, Required: true},
}}}

var resourceType, providerType = resourceSchema.ValueType(), providerSchema.ValueType()

// floor is the provider. What Terraform doesn't call here isn't implemented.
type floor struct {
	tfprotov6.ProviderServer

	directory string
}

// document is what a file holds.
type document struct {
	DisplayName string            `json:"display_name"`
	Metadata    map[string]string `json:"metadata"`
	Tags        []string          `json:"tags"`
	SchemaName  string            `json:"schema_name"`
}

var metadataKeys = []string{"description", "image_name", "pull_policy", "pull_secret"}

func (f *floor) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
		Resources:          []tfprotov6.ResourceMetadata{{TypeName: resourceName}},
	}, nil
}

func (f *floor) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
		Provider:           providerSchema,
		ResourceSchemas:    map[string]*tfprotov6.Schema{resourceName: resourceSchema},
	}, nil
}

func (f *floor) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (f *floor) ValidateProviderConfig(_ context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config}, nil
}

func (f *floor) ConfigureProvider(_ context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	config, err := attributes(req.Config, providerType)
	if err != nil {
		return nil, err
	}
	f.directory = text(config["directory"])
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (f *floor) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (f *floor) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (f *floor) UpgradeResourceState(_ context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	state, err := req.RawState.Unmarshal(resourceType)
	if err != nil {
		return nil, err
	}
	upgraded, err := tfprotov6.NewDynamicValue(resourceType, state)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &upgraded}, err
}

func (f *floor) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	state, err := attributes(req.CurrentState, resourceType)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(text(state["location"]))
	if err != nil {
		return nil, err
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	state["display_name"] = tftypes.NewValue(tftypes.String, d.DisplayName)
	for _, key := range metadataKeys {
		state[key] = tftypes.NewValue(tftypes.String, nil)
		if value := d.Metadata[key]; value != "" {
			state[key] = tftypes.NewValue(tftypes.String, value)
		}
	}
	if d.Tags != nil {
		var elements []tftypes.Value
		for _, tag := range d.Tags {
			elements = append(elements, tftypes.NewValue(tftypes.String, tag))
		}
		state["tags"] = tftypes.NewValue(tags, elements)
	}
	read, err := object(state)
	return &tfprotov6.ReadResourceResponse{NewState: read, Private: req.Private}, err
}

func (f *floor) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp := &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState}
	planned, err := attributes(req.ProposedNewState, resourceType)
	if err != nil || planned == nil { // it is to be destroyed
		return resp, err
	}
	for name, unknown := range map[string]tftypes.Type{"id": tftypes.String, "location": tftypes.String} {
		if planned[name].IsNull() {
			planned[name] = tftypes.NewValue(unknown, tftypes.UnknownValue)
		}
	}
	if planned["overwrite"].IsNull() {
		planned["overwrite"] = tftypes.NewValue(tftypes.Bool, false)
	}
	resp.PlannedState, err = object(planned)
	return resp, err
}

func (f *floor) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp := &tfprotov6.ApplyResourceChangeResponse{NewState: req.PlannedState}
	planned, err := attributes(req.PlannedState, resourceType)
	if err != nil {
		return nil, err
	}
	if planned == nil {
		prior, err := attributes(req.PriorState, resourceType)
		if err != nil {
			return nil, err
		}
		return resp, os.Remove(text(prior["location"]))
	}
	d := document{DisplayName: text(planned["display_name"]), Metadata: map[string]string{}, SchemaName: "runtime-image"}
	for _, key := range metadataKeys {
		if value := text(planned[key]); value != "" {
			d.Metadata[key] = value
		}
	}
	var elements []tftypes.Value
	if err := planned["tags"].As(&elements); err != nil {
		return nil, err
	}
	for _, element := range elements {
		d.Tags = append(d.Tags, text(element))
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	location := filepath.Join(f.directory, text(planned["name"])+".json")
	planned["id"], planned["location"] = planned["name"], tftypes.NewValue(tftypes.String, location)
	if resp.NewState, err = object(planned); err != nil {
		return nil, err
	}
	return resp, os.WriteFile(location, data, 0o600)
}

// attributes returns nil for a null object.
func attributes(value *tfprotov6.DynamicValue, objectType tftypes.Type) (map[string]tftypes.Value, error) {
	decoded, err := value.Unmarshal(objectType)
	if err != nil || decoded.IsNull() {
		return nil, err
	}
	var all map[string]tftypes.Value
	if err := decoded.As(&all); err != nil {
		return nil, err
	}
	return maps.Clone(all), nil
}

func object(attributes map[string]tftypes.Value) (*tfprotov6.DynamicValue, error) {
	value, err := tfprotov6.NewDynamicValue(resourceType, tftypes.NewValue(resourceType, attributes))
	return &value, err
}

// text is a string, and "" for null.
func text(value tftypes.Value) (s string) {
	_ = value.As(&s) // the schema says that it is one
	return s
}
