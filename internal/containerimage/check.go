package containerimage

import (
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
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

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
// answer. An error that is [ErrUnreachable] says that the registry couldn't be reached; an
// [InputError] that an argument is of no use; the context's own error that ctx ended.
func (c *Client) Check(ctx context.Context, imageName string, opts Options) (*Report, error) {
	ck := &checker{client: c, opts: opts, imageName: imageName, report: &Report{}}
	if err := ck.accept(); err != nil {
		return nil, err
	}
	if _, err := c.transport(opts.CACertPEM); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeoutCause(context.WithValue(ctx, deadlineMark{}, time.Now().Add(ck.opts.Timeout)), ck.opts.Timeout, errTimeout)
	defer cancel()
	err := ck.check(limited)

	var problem *Problem
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("check image %q: %w", imageName, context.Cause(ctx))
	case errors.As(err, &problem):
		ck.note(problem)
	case err != nil:
		return nil, err
	}
	ck.conclude()
	return ck.report, nil
}

// checker is one Check under way.
type checker struct {
	client    *Client
	opts      Options
	imageName string
	ref       name.Reference
	want      v1.Platform
	report    *Report
}

// note puts a problem into the report, unless it's nil. Strangers have a word in some: names in an image,
// its environment, its platform.
func (c *checker) note(p *Problem) {
	if p != nil {
		c.report.Problems = append(c.report.Problems, Problem{p.Code, p.Severity, netutil.Line(p.Message, maxSentence), netutil.Line(p.NextStep, maxSentence)})
	}
}

// accept reads the arguments and sets the defaults.
func (c *checker) accept() error {
	var err error
	if c.ref, err = name.ParseReference(c.imageName, name.WeakValidation); err != nil {
		return &InputError{"image_name", fmt.Sprintf("%q isn't an image name such as quay.io/owner/image:tag.", c.imageName)}
	}
	if c.opts.Platform == "" {
		c.opts.Platform = defaultPlatform
	}
	parts := strings.Split(c.opts.Platform, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") || strings.ContainsAny(c.opts.Platform, ": ") {
		return &InputError{"platform", fmt.Sprintf("%q isn't a platform such as %s or linux/arm/v7.", c.opts.Platform, defaultPlatform)}
	}
	c.want = normal(v1.Platform{OS: parts[0], Architecture: parts[1], Variant: strings.Join(parts[2:], "")})
	if c.opts.ElyraVersion == "" {
		c.opts.ElyraVersion = defaultElyraVersion
	}
	if elyraPythons[c.opts.ElyraVersion] == nil {
		return &InputError{"elyra_version", fmt.Sprintf("%q isn't one of %s.", c.opts.ElyraVersion, strings.Join(ElyraVersions(), ", "))}
	}
	for _, program := range c.opts.Programs {
		if program == "" || strings.Contains(program, "/") {
			return &InputError{"programs", fmt.Sprintf("%q isn't the name of a program such as git.", program)}
		}
	}
	switch {
	case c.opts.MaxBytes < 0:
		return &InputError{"max_bytes", "It can't be negative."}
	case c.opts.MaxBytes == 0:
		c.opts.MaxBytes = defaultMaxBytes
	}
	switch {
	case c.opts.Timeout < 0:
		return &InputError{"timeout", "It can't be negative."}
	case c.opts.Timeout > 0:
	case c.opts.Inspect:
		c.opts.Timeout = defaultInspectTimeout
	default:
		c.opts.Timeout = defaultTimeout
	}
	return nil
}

// check looks at the image without and with credentials, and goes on with whichever works. It fails
// with a [*Problem] or an [*UnreachableError].
func (c *checker) check(ctx context.Context) error {
	seen, err := c.see(ctx, authn.Anonymous)
	if errors.As(err, new(*UnreachableError)) {
		return err
	}
	c.report.AnonymousPull = pullable(err)
	if auth := c.findCredentials(ctx); auth != authn.Anonymous {
		signed, signedErr := c.see(ctx, auth)
		if !errors.As(signedErr, new(*UnreachableError)) {
			c.report.AuthenticatedPull = pullable(signedErr)
		}
		var problem *Problem
		switch {
		case err != nil:
			seen, err = signed, signedErr
		case errors.As(signedErr, &problem): // the image can be pulled without
			warning := *problem
			warning.Severity = Warning
			c.note(&warning)
		}
	}
	c.describe(seen)
	if absent := new(bool); isProblem(err, imageNotFound, repositoryNotFound) {
		c.report.Exists = absent
	}
	if err != nil || !c.opts.Inspect {
		return err
	}
	return c.inspect(ctx, seen)
}

// findCredentials are those for the image's repository; Anonymous where there are none, or where a
// problem says why.
func (c *checker) findCredentials(ctx context.Context) authn.Authenticator {
	auth, err := c.client.credentials.find(ctx, c.ref.Context())
	if err == nil {
		return auth
	}
	c.note(credentialHelperFailed.problem("The machine's Docker configuration gives no credentials for %s: it can't be read, or a credential helper failed.", registryName(c.ref)).
		cure("Try docker login %s (or podman login) on this machine, or set registry_auth in the provider's configuration.", registryName(c.ref)))
	return authn.Anonymous
}

// isProblem reports whether err is a problem of one of those kinds.
func isProblem(err error, anyOf ...*Kind) bool {
	var problem *Problem
	return errors.As(err, &problem) && slices.ContainsFunc(anyOf, func(k *Kind) bool { return problem.Code == k.Code })
}

// pullable is whether an image that ended in err could be pulled; nil where the registry's answer doesn't
// say. An image for another platform could, and so could something else than an image.
func pullable(err error) *bool {
	yes, no := true, false
	switch {
	case err == nil, isProblem(err, platformNotFound, unsupportedMediaType):
		return &yes
	case isProblem(err, imageNotFound, repositoryNotFound, credentialsRequired, credentialsRefused, credentialsExpired, credentialsDenied):
		return &no
	}
	return nil
}

// sight is what a registry shows of an image: as much as could be seen before an error.
type sight struct {
	session   *session
	digest    string
	mediaType string
	platforms []string
	platform  string
	size      int64
	layers    []v1.Descriptor // the bottom first
	config    *v1.ConfigFile
}

// see goes from the name to the manifest, to the platform's image, to its configuration. It fails
// with a [*Problem] or an [*UnreachableError], and then returns what it saw until then.
func (c *checker) see(ctx context.Context, auth authn.Authenticator) (*sight, error) {
	s, err := c.client.open(ctx, c.ref.Context(), c.opts.CACertPEM, auth)
	if err != nil {
		return &sight{session: s}, c.explain(ctx, &sight{session: s}, stageHandshake, err)
	}
	head, err := s.puller.Head(ctx, c.ref)
	var answer *transport.Error
	var seen *sight
	switch {
	case err == nil:
		seen, err = s.fetch(ctx, c.ref.Context().Digest(head.Digest.String()), c.want)
		var at stageError
		if errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound && errors.As(err, &at) && seen.digest == "" {
			err = digestMismatch.problem("%s says that %s is %s, and has nothing of that digest.", registryName(c.ref), c.ref.Identifier(), head.Digest)
		}
	case ctx.Err() != nil, errors.As(err, &answer) && answer.StatusCode == http.StatusTooManyRequests:
		seen = &sight{session: s}
	default: // HEAD doesn't work everywhere
		seen, err = s.fetch(ctx, c.ref, c.want)
	}
	if err == nil {
		return seen, c.matches(seen)
	}
	at := stageError{stageManifest, err}
	_ = errors.As(err, &at)
	return seen, c.explain(ctx, seen, at.stage, at.error)
}

// matches holds an image against the wanted platform, for one that has no index to say so.
func (c *checker) matches(seen *sight) error {
	has := platformOf(seen.config)
	if has.OS != "" && has.Architecture != "" && !has.Satisfies(v1.Platform{OS: c.want.OS, Architecture: c.want.Architecture}) {
		return noPlatform(c.want, seen.platforms)
	}
	return nil
}

// describe puts what was seen into the report.
func (c *checker) describe(seen *sight) {
	r := c.report
	r.Digest, r.MediaType = seen.digest, seen.mediaType
	r.Platforms, r.Platform, r.Size = seen.platforms, seen.platform, seen.size
	if exists := r.Digest != ""; exists {
		r.Exists, r.PinnedImageName = &exists, pin(c.imageName, r.Digest)
	}
	for _, l := range seen.layers {
		r.Layers = append(r.Layers, l.Digest.String())
	}
	if config := seen.config; config != nil {
		r.Created, r.Labels, r.Env, r.Entrypoint = config.Created.Time, config.Config.Labels, config.Config.Env, config.Config.Entrypoint
		r.ConfigUser, r.WorkingDir = config.Config.User, config.Config.WorkingDir
	}
}

// conclude says whether the prerequisites are met: what the problems say.
func (c *checker) conclude() {
	severity := worst(c.report.Problems)
	if met := severity == Warning; c.opts.Inspect && severity != Unknown {
		c.report.PrerequisitesMet = &met
	}
}

// normal spells a platform one way: a 64-bit ARM is a v8 unless it says more.
func normal(p v1.Platform) v1.Platform {
	if p.Architecture == "arm64" && p.Variant == "v8" {
		p.Variant = ""
	}
	return v1.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}

// pin puts a digest instead of the tag, and leaves the rest as written.
func pin(imageName, digest string) string {
	repo, _, _ := strings.Cut(imageName, "@")
	if i := strings.LastIndex(repo, ":"); i > strings.LastIndex(repo, "/") {
		repo = repo[:i]
	}
	if !strings.Contains(repo, "/") {
		repo = "library/" + repo
	}
	return repo + "@" + digest
}
