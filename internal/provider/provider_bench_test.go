package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// BenchmarkPlanUnchanged is what a plan asks of the provider for each resource
// that nothing changes: validate, upgrade, read, plan. Terraform's own share is
// not in it.
func BenchmarkPlanUnchanged(b *testing.B) {
	provider := newTestProvider(b, b.TempDir())
	names := make([]string, 1000)
	states := make([]*tfprotov6.DynamicValue, len(names))
	configs := make([]*tfprotov6.DynamicValue, len(names))
	for i := range names {
		config := provider.config(b, map[string]tftypes.Value{
			"display_name": tftypes.NewValue(tftypes.String, fmt.Sprintf("My image %d", i)),
			"image_name":   tftypes.NewValue(tftypes.String, fmt.Sprintf("quay.io/team/img:%d", i)),
			"description":  tftypes.NewValue(tftypes.String, "d"),
			"tags":         tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{tftypes.NewValue(tftypes.String, "a"), tftypes.NewValue(tftypes.String, "b")}),
		})
		configs[i], states[i] = config, provider.create(b, config)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(names) == 0 { // a plan sees each resource once
			provider.reconfigure(b)
		}
		provider.planUnchanged(b, configs[i%len(names)], states[i%len(names)])
	}
}

// benchImages are files of images as a team has them.
func benchImages(number int) map[string]string {
	files := make(map[string]string, number)
	for i := range number {
		files[fmt.Sprintf("image-%d.json", i)] = document(elyra.RuntimeImage{
			DisplayName: fmt.Sprintf("Image %d", i), ImageName: fmt.Sprintf("quay.io/team/image:%d", i),
			Description: "An image of the team", PullPolicy: elyra.PullIfNotPresent, Tags: []string{"gpu", "team-a"},
		})
	}
	return files
}

// BenchmarkRuntimeImagesDataSource lists 1,000 files.
func BenchmarkRuntimeImagesDataSource(b *testing.B) {
	provider := newTestProvider(b, writeImages(b, benchImages(1000)))
	config := newObject(b, provider.schemas(b).DataSourceSchemas["elyra_runtime_images"].ValueType(), nil)
	b.ReportAllocs()
	for b.Loop() {
		read, err := provider.ReadDataSource(b.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: "elyra_runtime_images", Config: config})
		check(b, err, read.Diagnostics)
	}
}

// BenchmarkReadResource reads one image that hasn't changed.
func BenchmarkReadResource(b *testing.B) {
	provider := newTestProvider(b, b.TempDir())
	state := provider.create(b, provider.config(b, map[string]tftypes.Value{
		"display_name": text("Image"), "image_name": text(imageName), "description": text("An image of the team"),
		"pull_policy": text("IfNotPresent"), "tags": texts(setOfStrings, "gpu", "team-a"),
	}))
	b.ReportAllocs()
	for b.Loop() {
		read, err := provider.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
		check(b, err, read.Diagnostics)
	}
}
