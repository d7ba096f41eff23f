package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
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
