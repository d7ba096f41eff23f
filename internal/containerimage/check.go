package containerimage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Defaults of [Options].
const (
	DefaultPlatform = "linux/amd64"

	// DefaultMaxBytes is 2 GiB, which leaves room for a large Python image;
	// one with a GPU's libraries may need more.
	DefaultMaxBytes = 2 << 30

	// DefaultTimeout is for asking, DefaultInspectTimeout for inspecting too.
	DefaultTimeout        = 30 * time.Second
	DefaultInspectTimeout = 15 * time.Minute
)

// Options say how to look at an image. The zero value asks the registry
// whether the image is there, and reads no layer.
type Options struct {
	// Platform chooses among the platforms of an image: "os/arch" or
	// "os/arch/variant". Empty means [DefaultPlatform].
	Platform string

	// Inspect reads the image's layers, as far as needed, to find python3 and
	// curl in its search path.
	Inspect bool

	// MaxBytes bounds what Inspect may transfer, in bytes of layers as they are
	// stored. 0 means [DefaultMaxBytes].
	MaxBytes int64

	// CACertPEM is one or more certificates in PEM form, of authorities that
	// are trusted in addition to the system's.
	CACertPEM string

	// Timeout bounds the whole check. 0 means [DefaultTimeout], or
	// [DefaultInspectTimeout] with Inspect.
	Timeout time.Duration

	// Progress, when set, hears how an inspection goes along: at the beginning
	// and end of each layer, and about every 16 MiB. It is called from the
	// goroutine that called Check, and holds it up.
	Progress func(Progress)

	names int // see rootfs.New. For tests.
}

// Progress is how far an inspection is.
type Progress struct {
	Layer, Layers int    // the layer being read, 1 the topmost, and how many the image has
	Digest        string // of that layer
	Bytes, Size   int64  // of that layer: transferred, and in all
	Total         int64  // bytes transferred of all layers
}

// Check asks the registry of imageName, without credentials, what it knows of
// the image.
//
// What a registry answers is in the report, be it ever so negative; an error
// means that there is no answer. An error that is [ErrUnreachable] says that
// the registry could not be reached; an [InputError] that an argument is of no
// use; the context's own error that ctx ended.
func Check(ctx context.Context, imageName string, opts Options) (*Report, error) {
	c := &checker{opts: opts, imageName: imageName, report: &Report{}}
	if err := c.accept(); err != nil {
		return nil, err
	}
	base, err := newTransport(opts.CACertPEM)
	if err != nil {
		return nil, err
	}
	defer base.CloseIdleConnections()
	c.session = &session{repo: c.ref.Context(), guard: &guard{inner: base}}

	limited, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, errTimeout)
	defer cancel()
	err = c.check(limited)

	var problem *Problem
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("check image %q: %w", imageName, context.Cause(ctx))
	case errors.As(err, &problem):
		c.report.Problems = append(c.report.Problems, *problem)
	case err != nil:
		return nil, fmt.Errorf("check image %q: %w", imageName, err)
	}
	c.conclude()
	return c.report, nil
}

// checker is one Check under way.
type checker struct {
	opts      Options
	imageName string
	ref       name.Reference
	want      v1.Platform
	session   *session
	report    *Report

	// What the inspection could decide.
	pythonKnown, curlKnown bool
}

// accept reads the arguments and sets the defaults.
func (c *checker) accept() error {
	var err error
	if c.ref, err = name.ParseReference(c.imageName, name.WeakValidation); err != nil {
		return &InputError{"image_name", fmt.Sprintf("%q is no image name such as quay.io/owner/image:tag.", c.imageName)}
	}
	if c.opts.Platform == "" {
		c.opts.Platform = DefaultPlatform
	}
	parts := strings.Split(c.opts.Platform, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") || strings.ContainsAny(c.opts.Platform, ": ") {
		return &InputError{"platform", fmt.Sprintf("%q is no platform such as %s or linux/arm/v7.", c.opts.Platform, DefaultPlatform)}
	}
	c.want = normal(v1.Platform{OS: parts[0], Architecture: parts[1], Variant: strings.Join(parts[2:], "")})
	switch {
	case c.opts.MaxBytes < 0:
		return &InputError{"max_bytes", "It cannot be negative."}
	case c.opts.MaxBytes == 0:
		c.opts.MaxBytes = DefaultMaxBytes
	}
	switch {
	case c.opts.Timeout < 0:
		return &InputError{"timeout", "It cannot be negative."}
	case c.opts.Timeout > 0:
	case c.opts.Inspect:
		c.opts.Timeout = DefaultInspectTimeout
	default:
		c.opts.Timeout = DefaultTimeout
	}
	return nil
}

// check goes from the name to the manifest, to the platform's image, to its
// configuration, and to its layers when that is wanted. It fails with a
// [*Problem] or an [*UnreachableError].
func (c *checker) check(ctx context.Context) error {
	if err := c.session.open(ctx); err != nil {
		return c.explain(ctx, stageHandshake, err)
	}
	desc, err := c.manifest(ctx)
	if err != nil {
		return err
	}
	c.report.Exists = true
	c.report.Digest = desc.Digest.String()
	c.report.PinnedImageName = pin(c.imageName, c.report.Digest)
	c.report.MediaType = string(desc.MediaType)

	img, err := c.image(ctx, desc)
	if err != nil {
		return err
	}
	manifest, err := img.Manifest()
	if err != nil {
		return c.explain(ctx, stageManifest, err)
	}
	switch mt := manifest.Config.MediaType; {
	case !mt.IsConfig() && mt != "" && mt != "application/octet-stream": // the last from Docker before 1.10
		return c.unsupported(string(mt))
	case manifest.Config.Size > maxDocument:
		return c.explain(ctx, stageConfig, errAnswerTooLarge)
	case len(manifest.Layers) > maxLayers:
		return &Problem{CodeUnsupportedType, fmt.Sprintf("The image has %d layers, more than any runtime mounts.", len(manifest.Layers)),
			"Build it with fewer."}
	}
	c.report.Size = manifest.Config.Size
	for _, l := range manifest.Layers {
		c.report.Size += l.Size
	}
	config, err := img.ConfigFile()
	if err != nil {
		return c.explain(ctx, stageConfig, err)
	}
	c.report.AnonymousPull = true
	c.report.Created = config.Created.Time
	c.report.Labels = config.Config.Labels
	c.report.Env = config.Config.Env
	c.report.Entrypoint = config.Config.Entrypoint

	has := normal(v1.Platform{OS: config.OS, Architecture: config.Architecture, Variant: config.Variant})
	c.report.Platform = has.String()
	if len(c.report.Platforms) == 0 && c.report.Platform != "" {
		c.report.Platforms = []string{c.report.Platform}
	}
	if has.OS != "" && has.Architecture != "" && !has.Satisfies(v1.Platform{OS: c.want.OS, Architecture: c.want.Architecture}) {
		return c.platformNotFound()
	}
	if !c.opts.Inspect {
		return nil
	}
	if has.OS != "" && has.OS != "linux" {
		return &Problem{CodeInspectionPlatform, "The image is for " + c.report.Platform + ", and only Linux images can be inspected.",
			`Set platform to a Linux one such as "` + DefaultPlatform + `"; Elyra's pipelines run on Linux.`}
	}
	return c.inspect(ctx, manifest.Layers, config.Config.Env)
}

// maxLayers is well above what overlayfs mounts at once (500).
const maxLayers = 1000

// manifest finds out what the name stands for, by HEAD, which Docker Hub does
// not count as a pull, and gets that by its digest, so that what comes is what
// was announced. Where HEAD does not work, GET has to do.
func (c *checker) manifest(ctx context.Context) (*remote.Descriptor, error) {
	head, err := c.session.puller.Head(ctx, c.ref)
	var answer *transport.Error
	switch {
	case err == nil:
		desc, err := c.session.puller.Get(ctx, c.ref.Context().Digest(head.Digest.String()))
		if errors.As(err, &answer) && answer.StatusCode == 404 {
			return nil, &Problem{CodeDigestMismatch,
				fmt.Sprintf("%s says that %s is %s, and has nothing of that digest.", registryName(c.ref), c.ref.Identifier(), head.Digest),
				"Push the image again; if it stays so, the registry is broken."}
		}
		if err != nil {
			return nil, c.explain(ctx, stageManifest, err)
		}
		return desc, nil
	case ctx.Err() != nil, errors.As(err, &answer) && answer.StatusCode == 429:
		return nil, c.explain(ctx, stageManifest, err)
	}
	desc, err := c.session.puller.Get(ctx, c.ref)
	if err != nil {
		return nil, c.explain(ctx, stageManifest, err)
	}
	return desc, nil
}

// image is the platform's image of a manifest or an index.
func (c *checker) image(ctx context.Context, desc *remote.Descriptor) (v1.Image, error) {
	if desc.MediaType.IsIndex() {
		idx, err := desc.ImageIndex()
		if err != nil {
			return nil, c.explain(ctx, stageManifest, err)
		}
		index, err := idx.IndexManifest()
		if err != nil {
			return nil, c.explain(ctx, stageManifest, err)
		}
		child, err := c.choose(index)
		if err != nil {
			return nil, err
		}
		desc, err = c.session.puller.Get(ctx, c.ref.Context().Digest(child.String()))
		if err != nil {
			return nil, c.explain(ctx, stageManifest, err)
		}
	}
	if !desc.MediaType.IsImage() {
		return nil, c.unsupported(string(desc.MediaType))
	}
	img, err := desc.Image()
	if err != nil {
		return nil, c.explain(ctx, stageManifest, err)
	}
	return img, nil
}

// choose finds the wanted platform in an index, and reports all that it has.
// An entry without a platform is taken when there is no other: what it is for
// its configuration says.
func (c *checker) choose(index *v1.IndexManifest) (v1.Hash, error) {
	var chosen, nameless *v1.Hash
	for i, m := range index.Manifests {
		if !m.MediaType.IsImage() {
			continue
		}
		if m.Platform == nil {
			nameless = &index.Manifests[i].Digest
			continue
		}
		p := normal(*m.Platform)
		if p.OS == "unknown" { // an attestation, not an image
			continue
		}
		if s := p.String(); !slices.Contains(c.report.Platforms, s) {
			c.report.Platforms = append(c.report.Platforms, s)
		}
		if chosen == nil && p.Satisfies(c.want) {
			chosen = &index.Manifests[i].Digest
		}
	}
	switch {
	case chosen != nil:
		return *chosen, nil
	case nameless != nil:
		return *nameless, nil
	}
	return v1.Hash{}, c.platformNotFound()
}

func (c *checker) platformNotFound() error {
	p := &Problem{CodePlatformNotFound, fmt.Sprintf("There is no %s image under this name.", c.want),
		"Build and push it for that platform."}
	if len(c.report.Platforms) > 0 {
		p.Message = fmt.Sprintf("There is no %s image under this name, only %s.", c.want, strings.Join(c.report.Platforms, ", "))
		p.NextStep = fmt.Sprintf("Build and push it for that platform, or, if the cluster's nodes are of the other kind, set platform = %q.", c.report.Platforms[0])
	}
	return p
}

func (c *checker) unsupported(mediaType string) error {
	if types.MediaType(mediaType).IsSchema1() {
		return &Problem{CodeUnsupportedType, "The image is stored in the format that Docker gave up in 2017 (" + mediaType + ").",
			"Pull it with a runtime that still can, and push it again."}
	}
	return &Problem{CodeUnsupportedType, fmt.Sprintf("This is no container image: its media type is %q.", clip(mediaType)),
		"Check image_name: registries also hold charts, models and signatures."}
}

// conclude says whether the prerequisites are met, from what is known.
func (c *checker) conclude() {
	if !c.opts.Inspect {
		return
	}
	r := c.report
	no := c.pythonKnown && r.Python == nil || c.curlKnown && r.Curl == nil ||
		r.Has(CodeImageNotFound) || r.Has(CodeRepositoryNotFound) || r.Has(CodePlatformNotFound) || r.Has(CodeUnsupportedType)
	if no || c.pythonKnown && c.curlKnown {
		met := !no
		r.PrerequisitesMet = &met
	}
}

// normal spells a platform one way: a 64-bit ARM is a v8 unless it says more.
func normal(p v1.Platform) v1.Platform {
	if p.Architecture == "arm64" && p.Variant == "v8" {
		p.Variant = ""
	}
	return v1.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}

// pin puts a digest in the place of the tag, and leaves the rest as written.
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
