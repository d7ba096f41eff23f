package containerimage

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// maxLayers is well above what overlayfs mounts at the same time (500).
const maxLayers = 1000

// maxNested bounds how many indexes lie between an image and its name.
const maxNested = 4

// sight is what a registry shows of an image: as much as could be seen before an error.
type sight struct {
	Report
	session *session
	asked   stage           // what was asked for last
	layers  []v1.Descriptor // the bottom first
	config  *v1.ConfigFile
}

// see goes from the name to the manifest, to the platform's image, to its configuration. It fails
// with a [*Problem] or an [*UnreachableError], and then returns what it saw until then.
func (c *checker) see(ctx context.Context, auth authn.Authenticator) (*sight, error) {
	s, err := c.open(ctx, auth)
	seen := &sight{session: s, asked: stageHandshake}
	if err == nil {
		err = c.fetch(ctx, seen)
	}
	if err != nil {
		err = c.explain(ctx, seen, err)
	}
	return seen, err
}

// fetch gets the manifest that the image's name stands for, and the configuration of the platform's image.
func (c *checker) fetch(ctx context.Context, seen *sight) error {
	seen.asked = stageManifest
	ref, puller := c.ref, seen.session.puller
	var answer *transport.Error
	head, err := puller.Head(ctx, ref)
	switch {
	case err == nil:
		ref = c.ref.Context().Digest(head.Digest.String())
	case ctx.Err() != nil, errors.As(err, &answer) && answer.StatusCode == http.StatusTooManyRequests:
		return err
	} // HEAD doesn't work everywhere
	desc, err := puller.Get(ctx, ref)
	if err != nil {
		if head != nil && errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound {
			return digestMismatch.problem("%s says that %s is %s, and has nothing of that digest.", c.registry, c.ref.Identifier(), head.Digest)
		}
		return err
	}
	seen.Digest, seen.MediaType = desc.Digest.String(), printable(string(desc.MediaType))
	seen.Exists, seen.PinnedImageName = new(true), pin(c.imageName, seen.Digest)
	for nested := 0; desc.MediaType.IsIndex(); nested++ {
		if nested == maxNested {
			return unsupportedMediaType.problem("It's an index of indexes, more than %d deep.", maxNested)
		}
		idx, err := desc.ImageIndex()
		if err != nil {
			return err
		}
		index, err := idx.IndexManifest()
		if err != nil {
			return err
		}
		child, err := c.choose(index, seen)
		if err != nil {
			return err
		}
		if desc, err = puller.Get(ctx, c.ref.Context().Digest(child.String())); err != nil {
			return err
		}
	}
	if !desc.MediaType.IsImage() {
		return unsupported(string(desc.MediaType))
	}
	img, err := desc.Image()
	if err != nil {
		return err
	}
	return c.describe(img, seen)
}

// choose finds the wanted platform in an index, and notes all that it has. An entry without a platform is
// taken when there's no other: a nested index, or an image whose configuration says what it's for.
func (c *checker) choose(index *v1.IndexManifest, seen *sight) (v1.Hash, error) {
	var chosen, nameless *v1.Hash
	for _, m := range index.Manifests {
		switch {
		case !m.MediaType.IsImage() && !m.MediaType.IsIndex():
			continue
		case m.Platform == nil || m.Platform.OS == "" && m.Platform.Architecture == "":
			if nameless == nil {
				nameless = &m.Digest
			}
			continue
		}
		p := normal(*m.Platform)
		if p.OS == "unknown" { // an attestation, not an image
			continue
		}
		if name := p.String(); !slices.Contains(seen.Platforms, name) {
			seen.Platforms = append(seen.Platforms, name)
		}
		if chosen == nil && p.Satisfies(c.want) {
			chosen = &m.Digest
		}
	}
	switch {
	case chosen != nil:
		return *chosen, nil
	case nameless != nil:
		return *nameless, nil
	}
	return v1.Hash{}, noPlatform(c.want, seen.Platforms)
}

// describe reads the manifest and the configuration of the platform's image.
func (c *checker) describe(img v1.Image, seen *sight) error {
	manifest, err := img.Manifest()
	if err != nil {
		return err
	}
	seen.asked = stageConfig
	switch mt := manifest.Config.MediaType; {
	case !mt.IsConfig() && mt != "" && mt != "application/octet-stream": // the last from Docker before 1.10
		return unsupported(string(mt))
	case manifest.Config.Size > maxDocument:
		return errAnswerTooLarge
	case len(manifest.Layers) > maxLayers:
		return unsupportedMediaType.problem("The image has %d layers, more than any runtime mounts.", len(manifest.Layers)).cure("Build it with fewer.")
	}
	file, err := img.ConfigFile()
	if err != nil {
		return err
	}
	seen.config, seen.layers, seen.Size = file, manifest.Layers, manifest.Config.Size
	for _, l := range manifest.Layers {
		seen.Size += l.Size
		seen.Layers = append(seen.Layers, l.Digest.String())
	}
	config := file.Config
	seen.Created, seen.Labels, seen.Env, seen.Entrypoint = file.Created.Time, config.Labels, config.Env, config.Entrypoint
	seen.ConfigUser, seen.WorkingDir = config.User, config.WorkingDir
	platform := normal(v1.Platform{OS: file.OS, Architecture: file.Architecture, Variant: file.Variant})
	seen.Platform = platform.String()
	if len(seen.Platforms) == 0 && seen.Platform != "" {
		seen.Platforms = []string{seen.Platform}
	}
	if platform.OS != "" && platform.Architecture != "" && !platform.Satisfies(v1.Platform{OS: c.want.OS, Architecture: c.want.Architecture}) {
		return noPlatform(c.want, seen.Platforms)
	}
	return nil
}

func noPlatform(want v1.Platform, has []string) error {
	if len(has) == 0 {
		return platformNotFound.problem("There's no %s image under this name.", want)
	}
	return platformNotFound.problem("There's no %s image under this name, only %s.", want, strings.Join(has, ", ")).
		cure("Build and push it for that platform. If the cluster's nodes are of the other kind, set platform = %q.", has[0])
}

func unsupported(mediaType string) error {
	if types.MediaType(mediaType).IsSchema1() {
		return unsupportedMediaType.problem("The image is stored in the format that Docker gave up in 2017 (%s).", mediaType).
			cure("Pull it with a runtime that still can, and push it again.")
	}
	return unsupportedMediaType.problem("It isn't a container image: its media type is %q.", printable(mediaType))
}

var mediaTypes = regexp.MustCompile(`^[a-z]+/[a-z0-9.+_-]{1,100}$`)

// printable is a media type, or "" for something else that was sent in its place.
func printable(mediaType string) string {
	if mediaTypes.MatchString(mediaType) {
		return mediaType
	}
	return ""
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
