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
	"cmp"
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
		return "", fmt.Errorf("the display name %q has no letter a-z, digit, dot or underscore to make a key of", displayName)
	}
	key += ".json"
	switch {
	case strings.HasPrefix(key, ".."):
		return "", fmt.Errorf("the display name %q gives the key %q, and Kubernetes takes no key that begins with two dots", displayName, key)
	case len(key) > maxKeyLength:
		return "", fmt.Errorf("the display name %.20q… gives a key of %d characters; Kubernetes takes at most %d", displayName, len(key), maxKeyLength)
	}
	return key, nil
}

// ConfigMapValue returns the image's document for the ConfigMap. It fails where the document has a
// number that the controller cannot read.
func ConfigMapValue(document elyra.Document) (string, error) {
	object, _, err := form(document)
	if err != nil {
		return "", err
	}
	return encode(object)
}

// ImageStreamAnnotation returns the value of [AnnotationKey] for an ImageStream's
// tag whose from.name is the image name. It fails as [ConfigMapValue] does.
func ImageStreamAnnotation(document elyra.Document) (string, error) {
	object, metadata, err := form(document)
	if err != nil {
		return "", err
	}
	delete(metadata, "image_name")
	return encode([]any{object})
}

// form reads a document as the controller does, and adds what it expects.
func form(document elyra.Document) (object, metadata map[string]any, err error) {
	if err := json.Unmarshal(document.Compact(), &object); err != nil {
		return nil, nil, fmt.Errorf("the notebook controller cannot read it: %w", err)
	}
	metadata, _ = object["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["display_name"] = object["display_name"]
	if tags, ok := metadata["tags"].([]any); ok {
		slices.SortFunc(tags, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	object["metadata"] = metadata
	return object, metadata, nil
}

func encode(value any) (string, error) {
	b, err := json.Marshal(value)
	return string(b), err
}

// Parse reads a runtime image's document, or the value of [AnnotationKey], which is an array of one. The
// imageName, where it is not empty, takes the place of the one in it: of an annotation it is the
// from.name of the tag. It fails for what Elyra leaves out of its lists, with all reasons.
func Parse(text, imageName string) (elyra.Document, elyra.RuntimeImage, error) {
	none := elyra.RuntimeImage{}
	document, annotation, err := read(text)
	if err != nil {
		return elyra.Document{}, none, err
	}
	if imageName != "" {
		document = document.WithImageName(imageName)
	}
	image, err := document.Image("")
	if err == nil {
		return document, image, nil
	}
	err = describe(image, err)
	if annotation && image.ImageName == "" {
		err = fmt.Errorf("%w; an annotation has no image_name: give the from.name of the ImageStream's tag as the second argument", err)
	}
	return elyra.Document{}, none, err
}

// describe says which image is invalid.
func describe(image elyra.RuntimeImage, err error) error {
	reason := err.Error()
	if invalid := (*elyra.InvalidError)(nil); errors.As(err, &invalid) {
		reason = invalid.Reason()
	}
	if image.DisplayName == "" {
		return fmt.Errorf("the text is not a runtime image: %s", reason)
	}
	return fmt.Errorf("the runtime image %q is invalid: %s", image.DisplayName, reason)
}

// read reads text that is a document, or an array of one.
func read(text string) (document elyra.Document, annotation bool, err error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "[") {
		document, err = parse([]byte(text))
		return document, false, err
	}
	var documents []json.RawMessage
	if err := elyra.JSONFault([]byte(text)); err != nil {
		return elyra.Document{}, true, err
	}
	_ = json.Unmarshal([]byte(text), &documents) // no fault, and an array
	if len(documents) != 1 {
		return elyra.Document{}, true, fmt.Errorf("the array has %d documents; in an annotation it has one", len(documents))
	}
	document, err = parse(documents[0])
	return document, true, err
}

func parse(text []byte) (elyra.Document, error) {
	document, err := elyra.ParseDocument(text)
	if err != nil {
		return document, describe(elyra.RuntimeImage{}, err)
	}
	return document, nil
}
