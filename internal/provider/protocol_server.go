package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns the constructor of the protocol server of a provider of that version: the
// framework's, which keeps nothing of a call that is over.
//
// The framework keeps the context of every call until Terraform stops it, for a cancellation that
// is never needed (contextCancels in its internal/proto6server/serve.go). With the context go the
// loggers that it carries: 10 kB a call and 50 kB a resource, more than all else that the provider
// holds. So the calls that Terraform makes for each resource get a [callContext].
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return serverOf(&elyraProvider{version: version}) }
}

func serverOf(p provider.Provider) tfprotov6.ProviderServer {
	return server{providerserver.NewProtocol6(p)().(protocolServer)}
}

// protocolServer is what the framework's server serves.
type protocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
}

type server struct{ protocolServer }

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return withCallContext(ctx, req, s.protocolServer.ValidateResourceConfig)
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return withCallContext(ctx, req, s.protocolServer.UpgradeResourceState)
}

func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return withCallContext(ctx, req, s.protocolServer.UpgradeResourceIdentity)
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return withCallContext(ctx, req, s.protocolServer.ReadResource)
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withCallContext(ctx, req, s.protocolServer.PlanResourceChange)
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withCallContext(ctx, req, s.protocolServer.ApplyResourceChange)
}

// withCallContext calls f with a context that is the caller's until f returns.
func withCallContext[Request, Response any](ctx context.Context, req Request, f func(context.Context, Request) (Response, error)) (Response, error) {
	call := &callContext{}
	call.context.Store(&ctx)
	defer call.context.Store(&ended) //nolint:contextcheck // the point of it is to inherit nothing
	return f(call, req)              //nolint:contextcheck // call is ctx until f returns
}

// ended is what a call's context is after the call.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// callContext is another context during a call, and then a canceled one that holds nothing.
type callContext struct {
	context atomic.Pointer[context.Context]
}

func (c *callContext) Deadline() (time.Time, bool) { return (*c.context.Load()).Deadline() }
func (c *callContext) Done() <-chan struct{}       { return (*c.context.Load()).Done() }
func (c *callContext) Err() error                  { return (*c.context.Load()).Err() }
func (c *callContext) Value(key any) any           { return (*c.context.Load()).Value(key) }
