// Package odh holds the forms that runtime images take in Open Data Hub and
// OpenShift AI. There, a ConfigMap named pipeline-runtime-images carries one
// document for each image and is copied to where Elyra finds its factory images.
//
// Where the notebook controller runs, it writes that ConfigMap itself, from the
// tags of ImageStreams: each tag's annotation [AnnotationKey] is a JSON array
// of one document without the image name, which the controller takes from the
// tag's from.name. The controller parses the annotation and writes the document
// with encoding/json, so that keys are sorted, nothing is indented, and <, >, &,
// U+2028 and U+2029 are escaped. [ConfigMapValue] gives the same bytes, so that a
// ConfigMap made from here and one made by the controller do not differ; it has
// metadata.display_name for the same reason.
//
// Source: opendatahub-io/kubeflow, components/odh-notebook-controller,
// controllers/notebook_runtime.go (formatKeyName, parseRuntimeImageMetadata) and
// its tests.
package odh

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// AnnotationKey is the annotation of an ImageStream's tag that makes it a runtime
// image.
const AnnotationKey = "opendatahub.io/runtime-image-metadata"

// maxKeyLength is the longest key of a ConfigMap (a file name; Kubernetes'
// validation.IsConfigMapKey).
const maxKeyLength = 253

// The controller turns runs of what is no letter, digit, dot, underscore or hyphen
// into hyphens and then runs of hyphens into one: together, this.
var dashed = regexp.MustCompile(`[^._a-zA-Z0-9]+`)

// ConfigMapKey returns the key of the image's document in the ConfigMap, which
// becomes the name of its file: the display name in lower case, each run of
// other characters than letters, digits, dots, underscores and hyphens a
// hyphen. It fails where nothing is left, since the controller then skips the
// image, and where Kubernetes refuses the key.
func ConfigMapKey(displayName string) (string, error) {
	key := strings.Trim(dashed.ReplaceAllString(strings.ToLower(displayName), "-"), "-")
	if key == "" {
		return "", errors.New("the display name has no letter a-z, digit, dot or underscore to make a key of")
	}
	key += ".json"
	switch {
	case strings.HasPrefix(key, ".."):
		return "", fmt.Errorf("the display name gives the key %q, and Kubernetes takes no key that begins with two dots", key)
	case len(key) > maxKeyLength:
		return "", fmt.Errorf("the display name gives a key of %d characters; Kubernetes takes at most %d", len(key), maxKeyLength)
	}
	return key, nil
}

// ConfigMapValue returns the image's document for the ConfigMap.
func ConfigMapValue(image elyra.RuntimeImage) string {
	return encode(document(image, true))
}

// ImageStreamAnnotation returns the value of [AnnotationKey] for an ImageStream's
// tag whose from.name is the image name.
func ImageStreamAnnotation(image elyra.RuntimeImage) string {
	return encode([]any{document(image, false)})
}

func document(image elyra.RuntimeImage, withImageName bool) map[string]any {
	metadata := map[string]any{"display_name": image.DisplayName}
	put := func(key, value string) {
		if value != "" {
			metadata[key] = value
		}
	}
	put("description", image.Description)
	put("pull_policy", string(image.PullPolicy))
	put("pull_secret", image.PullSecret)
	if withImageName {
		put("image_name", image.ImageName)
	}
	if len(image.Tags) > 0 {
		metadata["tags"] = slices.Sorted(slices.Values(image.Tags))
	}
	return map[string]any{
		"display_name": image.DisplayName,
		"metadata":     metadata,
		"schema_name":  elyra.SchemaName,
	}
}

func encode(value any) string {
	b, _ := json.Marshal(value) // strings, and maps and slices of them, never fail
	return string(b)
}
