package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestRuntimeImage_concurrently does all that Terraform does with several resources and a data source at
// once, for the race detector.
func TestRuntimeImage_concurrently(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, t.TempDir())
	states, configs := [16]*tfprotov6.DynamicValue{}, [16]*tfprotov6.DynamicValue{}
	each := func(run string, do func(t *testing.T, i int)) {
		t.Run(run, func(t *testing.T) {
			for i := range states {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					t.Parallel()
					do(t, i)
				})
			}
		})
	}
	each("create", func(t *testing.T, i int) {
		configs[i] = provider.image(t, fmt.Sprint("Image ", i), imageName, "Always", "regcred")
		states[i] = provider.create(t, configs[i])
		readImages(t, provider, nil)
	})
	provider.reconfigure(t)
	each("plan", func(t *testing.T, i int) {
		provider.planUnchanged(t, configs[i], states[i])
		readImages(t, provider, nil)
	})
	provider.reconfigure(t)
	each("destroy", func(t *testing.T, i int) { check(t, nil, provider.destroy(t, planned{state: states[i]})) })
}
