package containerimage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/elyra-ai/terraform-provider-elyra/internal/netutil"
)

// Defaults of [Options].
const (
	defaultPlatform = "linux/amd64"

	// defaultMaxBytes is 200 MiB: what a plan can bear. Images with a GPU's libraries are larger.
	defaultMaxBytes = 200 << 20

	// defaultTimeout is for asking, defaultInspectTimeout for inspecting too.
	defaultTimeout        = 30 * time.Second
	defaultInspectTimeout = 15 * time.Minute
)

// Options say how to look at an image. The zero value asks the registry
// whether the image is there, and reads no layer.
type Options struct {
	// Platform chooses among the platforms of an image: "os/arch" or
	// "os/arch/variant". Empty means [defaultPlatform].
	Platform string

	// Inspect reads the image's layers, to find what Elyra needs in it.
	Inspect bool

	// ElyraVersion is the Elyra that runs the image, one of [ElyraVersions]. Empty means
	// [defaultElyraVersion].
	ElyraVersion string

	// ArbitraryUser asks for an arbitrary user of group 0, as OpenShift runs containers, instead of the
	// image's own.
	ArbitraryUser bool

	// CRIORuntime asks for how Elyra runs the container where CRIO_RUNTIME is set: it installs packages into
	// an empty volume.
	CRIORuntime bool

	// Programs are names of more programs to look for.
	Programs []string

	// MaxBytes bounds the layers that Inspect reads, in bytes as they're stored. 0 means [defaultMaxBytes].
	MaxBytes int64

	// CACertPEM is one or more certificates in PEM form, of authorities that
	// are trusted in addition to the system's.
	CACertPEM string

	// Timeout bounds the whole check. 0 means [defaultTimeout], or
	// [defaultInspectTimeout] with Inspect.
	Timeout time.Duration
}

// Check asks the registry of imageName what it knows of the image, without credentials first, and
// with those of the Client where it has any for the repository.
//
// What a registry answers is in the report, however negative; an error means that there is no
// answer. An [UnreachableError] says that the registry couldn't be reached; an [InputError] that an argument
// can't be used; the context's own error that ctx ended.
func (c *Client) Check(ctx context.Context, imageName string, opts Options) (*Report, error) {
	ck := &checker{client: c, opts: opts, imageName: imageName}
	if err := ck.accept(); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeoutCause(context.WithValue(ctx, deadlineMark{}, time.Now().Add(ck.opts.Timeout)), ck.opts.Timeout, errTimeout)
	defer cancel()
	seen, err := ck.check(limited)

	var problem *Problem
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("check image %q: %w", imageName, context.Cause(ctx))
	case errors.As(err, &problem):
		ck.note(problem)
	case err != nil:
		return nil, err
	}
	report := seen.Report
	report.Problems = ck.problems
	has := func(s Severity) bool {
		return slices.ContainsFunc(ck.problems, func(p Problem) bool { return p.Severity == s })
	}
	if met := !has(severityError); opts.Inspect && (!met || !has(severityUnknown)) {
		report.PrerequisitesMet = &met
	}
	return &report, nil
}

// checker is one Check under way.
type checker struct {
	client    *Client
	opts      Options
	imageName string
	ref       name.Reference
	registry  string // as people call it
	transport http.RoundTripper
	want      v1.Platform
	problems  []Problem
}

// note adds a problem to the report, unless it's nil. Some quote strangers: names in an image, its
// environment, its platform.
func (c *checker) note(p *Problem) {
	if p != nil {
		c.problems = append(c.problems, Problem{p.Code, p.Severity, netutil.Line(p.Message, maxSentence), netutil.Line(p.NextStep, maxSentence)})
	}
}

// accept reads the arguments and sets the defaults.
func (c *checker) accept() error {
	var err error
	if c.ref, err = name.ParseReference(c.imageName, name.WeakValidation); err != nil {
		return &InputError{"image_name", fmt.Sprintf("%q isn't an image name such as quay.io/owner/image:tag.", c.imageName)}
	}
	c.registry = registryName(c.ref.Context().RegistryStr())
	c.opts.Platform = cmp.Or(c.opts.Platform, defaultPlatform)
	parts := strings.Split(c.opts.Platform, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") || strings.ContainsAny(c.opts.Platform, ": ") {
		return &InputError{"platform", fmt.Sprintf("%q isn't a platform such as %s or linux/arm/v7.", c.opts.Platform, defaultPlatform)}
	}
	c.want = normal(v1.Platform{OS: parts[0], Architecture: parts[1], Variant: strings.Join(parts[2:], "")})
	for _, program := range c.opts.Programs {
		if program == "" || strings.Contains(program, "/") {
			return &InputError{"programs", fmt.Sprintf("%q isn't the name of a program such as git.", program)}
		}
	}
	c.opts.ElyraVersion = cmp.Or(c.opts.ElyraVersion, defaultElyraVersion)
	c.opts.MaxBytes = cmp.Or(c.opts.MaxBytes, defaultMaxBytes)
	timeout := defaultTimeout
	if c.opts.Inspect {
		timeout = defaultInspectTimeout
	}
	c.opts.Timeout = cmp.Or(c.opts.Timeout, timeout)
	c.transport, err = c.client.transport(c.opts.CACertPEM)
	return err
}

// check looks at the image without and with credentials, and goes on with whichever works. It fails
// with a [*Problem] or an [*UnreachableError].
func (c *checker) check(ctx context.Context) (*sight, error) {
	seen, err := c.see(ctx, authn.Anonymous)
	if errors.As(err, new(*UnreachableError)) {
		return nil, err
	}
	anonymous, authenticated := pullable(err), (*bool)(nil)
	if auth := c.findCredentials(ctx); auth != authn.Anonymous {
		signed, signedErr := c.see(ctx, auth)
		authenticated = pullable(signedErr)
		var problem *Problem
		switch {
		case err != nil:
			seen, err = signed, signedErr
		case errors.As(signedErr, &problem): // the image can be pulled without
			warning := *problem
			warning.Severity = severityWarning
			c.note(&warning)
		}
	}
	seen.AnonymousPull, seen.AuthenticatedPull = anonymous, authenticated
	if isProblem(err, imageNotFound, repositoryNotFound) {
		seen.Exists = new(bool)
	}
	if err == nil && c.opts.Inspect {
		err = c.inspect(ctx, seen)
	}
	return seen, err
}

// findCredentials are those for the image's repository; Anonymous where there are none, or where a
// problem says why.
func (c *checker) findCredentials(ctx context.Context) authn.Authenticator {
	if auth, ok := c.client.credentials.find(ctx, c.ref.Context()); ok {
		return auth
	}
	c.note(credentialHelperFailed.problem("The machine's Docker configuration gives no credentials for %s: it can't be read, or a credential helper failed.", c.registry).
		cure("Try docker login %s (or podman login) on this machine, or set registry_auth in the provider's configuration.", c.registry))
	return authn.Anonymous
}

// isProblem reports whether err is a problem of one of those kinds.
func isProblem(err error, anyOf ...*Kind) bool {
	problem, ok := errors.AsType[*Problem](err)
	return ok && slices.ContainsFunc(anyOf, func(k *Kind) bool { return problem.Code == k.Code })
}

// pullable is whether an image that ended in err could be pulled; nil where the registry's answer doesn't
// say. An image for another platform could, and so could something else than an image.
func pullable(err error) *bool {
	switch {
	case err == nil, isProblem(err, platformNotFound, unsupportedMediaType):
		return new(true)
	case isProblem(err, imageNotFound, repositoryNotFound, credentialsRequired, credentialsRefused, credentialsDenied):
		return new(false)
	}
	return nil
}
