package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestWriteOnlyVersion_null: a version that was unknown while planning and turns out to be null is an error, not a
// secret that isn't written.
func TestWriteOnlyVersion_null(t *testing.T) {
	t.Parallel()
	const at = "cos_password_wo_version"
	provider := newTestProvider(t, t.TempDir()).of(t, kubeflowPipelinesType.name)
	arguments := func(version any, bucket string) *tfprotov6.DynamicValue {
		return provider.complete(t, set("cos_password", tftypes.NewValue(tftypes.String, nil), "cos_password_wo", runtimeSecret, at, tftypes.NewValue(tftypes.Number, version), "cos_bucket", bucket))
	}
	unknown, null := arguments(tftypes.UnknownValue, "abc"), arguments(nil, "abc")
	fails := func(prior planned) {
		t.Helper()
		plan := provider.respond(t, unknown, prior)
		check(t, nil, plan.Diagnostics)
		planned := provider.attributes(t, plan.PlannedState)
		planned[at] = tftypes.NewValue(tftypes.Number, nil)
		for name, value := range planned {
			if !value.IsKnown() {
				planned[name] = tftypes.NewValue(value.Type(), nil)
			}
		}
		plan.PlannedState = provider.value(t, tftypes.NewValue(provider.resourceType, planned))
		got := provider.apply(t, null, prior.state, plan).Diagnostics
		if len(got) != 1 || !isError(got[0]) || !got[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName(at)) || strings.Contains(got[0].Detail, runtimeSecret) {
			t.Errorf("got %v", got)
		}
	}
	fails(planned{})
	created := provider.reconfigure(t).created(t, arguments(1, "other"))
	provider.reconfigure(t)
	fails(created)
}
