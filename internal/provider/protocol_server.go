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
// holds. So the calls that Terraform makes for each resource are given a context that lets go.
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
	return lend(ctx, req, s.protocolServer.ValidateResourceConfig)
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return lend(ctx, req, s.protocolServer.UpgradeResourceState)
}

func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return lend(ctx, req, s.protocolServer.UpgradeResourceIdentity)
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return lend(ctx, req, s.protocolServer.ReadResource)
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return lend(ctx, req, s.protocolServer.PlanResourceChange)
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return lend(ctx, req, s.protocolServer.ApplyResourceChange)
}

// lend calls f with a context that is the caller's until f returns.
func lend[Request, Response any](ctx context.Context, req Request, f func(context.Context, Request) (Response, error)) (Response, error) {
	lent := &lentContext{}
	lent.context.Store(&ctx)
	defer lent.context.Store(&over) //nolint:contextcheck // the point of it is to inherit nothing
	return f(lent, req)             //nolint:contextcheck // lent is ctx until f returns
}

// over is what a lent context is after its call.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// lentContext is another context until that one is taken back; from then on it is a cancelled one
// that holds nothing.
type lentContext struct {
	context atomic.Pointer[context.Context]
}

func (l *lentContext) Deadline() (time.Time, bool) { return (*l.context.Load()).Deadline() }
func (l *lentContext) Done() <-chan struct{}       { return (*l.context.Load()).Done() }
func (l *lentContext) Err() error                  { return (*l.context.Load()).Err() }
func (l *lentContext) Value(key any) any           { return (*l.context.Load()).Value(key) }
