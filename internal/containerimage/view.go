package containerimage

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// maxLayers is well above what overlayfs mounts at once (500).
const maxLayers = 1000

// stageError says what was being asked when an error came.
type stageError struct {
	stage
	error
}

func (e stageError) Unwrap() error { return e.error }

// fetch gets the manifest that ref names, and the configuration of the platform's image. It fails
// with a [stageError] or a [*Problem].
func (s *session) fetch(ctx context.Context, ref name.Reference, want v1.Platform) (*sight, error) {
	seen := &sight{session: s}
	desc, err := s.puller.Get(ctx, ref)
	if err != nil {
		return seen, stageError{stageManifest, err}
	}
	seen.digest, seen.mediaType = desc.Digest.String(), printable(string(desc.MediaType))
	img, err := s.image(ctx, desc, want, seen)
	if err != nil {
		return seen, err
	}
	manifest, err := img.Manifest()
	if err != nil {
		return seen, stageError{stageManifest, err}
	}
	if err := acceptable(manifest); err != nil {
		return seen, err
	}
	if seen.config, err = img.ConfigFile(); err != nil {
		return seen, stageError{stageConfig, err}
	}
	seen.layers, seen.size = manifest.Layers, manifest.Config.Size
	for _, l := range manifest.Layers {
		seen.size += l.Size
	}
	seen.platform = platformOf(seen.config).String()
	if len(seen.platforms) == 0 && seen.platform != "" {
		seen.platforms = []string{seen.platform}
	}
	return seen, nil
}

// acceptable refuses what isn't an image, and what is too large.
func acceptable(manifest *v1.Manifest) error {
	switch mt := manifest.Config.MediaType; {
	case !mt.IsConfig() && mt != "" && mt != "application/octet-stream": // the last from Docker before 1.10
		return unsupported(string(mt))
	case manifest.Config.Size > maxDocument:
		return stageError{stageConfig, errAnswerTooLarge}
	case len(manifest.Layers) > maxLayers:
		return unsupportedMediaType.problem("The image has %d layers, more than any runtime mounts.", len(manifest.Layers)).cure("Build it with fewer.")
	}
	return nil
}

// maxNested bounds how many indexes lie between an image and its name.
const maxNested = 4

// image is the platform's image of a manifest or an index.
func (s *session) image(ctx context.Context, desc *remote.Descriptor, want v1.Platform, seen *sight) (v1.Image, error) {
	for nested := 0; desc.MediaType.IsIndex(); nested++ {
		if nested == maxNested {
			return nil, unsupportedMediaType.problem("It's an index of indexes, more than %d deep.", maxNested)
		}
		idx, err := desc.ImageIndex()
		if err != nil {
			return nil, stageError{stageManifest, err}
		}
		index, err := idx.IndexManifest()
		if err != nil {
			return nil, stageError{stageManifest, err}
		}
		child, err := choose(index, want, seen)
		if err != nil {
			return nil, err
		}
		if desc, err = s.puller.Get(ctx, s.repo.Digest(child.String())); err != nil {
			return nil, stageError{stageManifest, err}
		}
	}
	if !desc.MediaType.IsImage() {
		return nil, unsupported(string(desc.MediaType))
	}
	img, err := desc.Image()
	if err != nil {
		return nil, stageError{stageManifest, err}
	}
	return img, nil
}

// choose finds the wanted platform in an index, and notes all that it has. An entry without a platform is
// taken when there's no other: a nested index, or an image whose configuration says what it's for.
func choose(index *v1.IndexManifest, want v1.Platform, seen *sight) (v1.Hash, error) {
	var chosen, nameless *v1.Hash
	for i, m := range index.Manifests {
		switch {
		case !m.MediaType.IsImage() && !m.MediaType.IsIndex():
			continue
		case m.Platform == nil || m.Platform.OS == "" && m.Platform.Architecture == "":
			if nameless == nil {
				nameless = &index.Manifests[i].Digest
			}
			continue
		}
		p := normal(*m.Platform)
		if p.OS == "unknown" { // an attestation, not an image
			continue
		}
		if name := p.String(); !slices.Contains(seen.platforms, name) {
			seen.platforms = append(seen.platforms, name)
		}
		if chosen == nil && p.Satisfies(want) {
			chosen = &index.Manifests[i].Digest
		}
	}
	switch {
	case chosen != nil:
		return *chosen, nil
	case nameless != nil:
		return *nameless, nil
	}
	return v1.Hash{}, noPlatform(want, seen.platforms)
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

// printable is a media type, or "" for something else that was sent in its place.
func printable(mediaType string) string {
	if mediaTypes.MatchString(mediaType) {
		return mediaType
	}
	return ""
}

var mediaTypes = regexp.MustCompile(`^[a-z]+/[a-z0-9.+_-]{1,100}$`)

// platformOf is what an image says it is for.
func platformOf(config *v1.ConfigFile) v1.Platform {
	return normal(v1.Platform{OS: config.OS, Architecture: config.Architecture, Variant: config.Variant})
}
