package provider

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestNewServer_keepsNoContext holds that the context of a call, and all that it carries, is free
// for the collector when the call is over.
func TestNewServer_keepsNoContext(t *testing.T) {
	provider := startProvider(t, &elyraProvider{version: "test"}, nil)
	config := provider.image(t, "Image", imageName, "", "")

	type key struct{}
	freed := make(chan bool)
	func() {
		carried := new([1 << 10]byte)
		runtime.AddCleanup(carried, func(freed chan bool) { close(freed) }, freed)
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, carried))
		defer cancel() // as gRPC does when a call is over
		resp, err := provider.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceName, Config: config})
		check(t, err, resp.Diagnostics)
	}()
	for range 100 { // a cleanup runs some time after the collection that finds its object free
		runtime.GC()
		select {
		case <-freed:
			runtime.KeepAlive(provider)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatal("the provider still holds the context of a call that is over")
}
