// Package odh reads and writes the forms that runtime images have in Open Data Hub
// and OpenShift AI. A ConfigMap named pipeline-runtime-images has one document for
// each image, which is copied to where Elyra finds its factory images.
//
// If the notebook controller runs, it writes that ConfigMap from the tags of
// ImageStreams: each tag's annotation [AnnotationKey] is a JSON array with a
// document that lacks the image name, which the controller takes from the tag's
// from.name. It reads and writes documents with encoding/json, so keys are sorted,
// nothing is indented, and <, >, &, U+2028, and U+2029 are escaped. [ConfigMapValue]
// gives the same bytes, so a ConfigMap made here and one made by the controller
// don't differ.
//
// Source: opendatahub-io/kubeflow (August 2026), components/odh-notebook-controller,
// controllers/notebook_runtime.go (SyncRuntimeImagesConfigMap, formatKeyName,
// parseRuntimeImageMetadata) and its tests.
package odh

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// AnnotationKey is the annotation that makes an ImageStream's tag a runtime image.
const AnnotationKey = "opendatahub.io/runtime-image-metadata"

// maxKeyLength is the length of the longest key of a ConfigMap (Kubernetes'
// validation.IsConfigMapKey).
const maxKeyLength = 253

// The controller makes a hyphen of each run of characters other than letters, digits, dots,
// underscores, and hyphens, and then of each run of hyphens. Together, that's this.
var dashed = regexp.MustCompile(`[^._a-zA-Z0-9]+`)

// controllerKey returns the key that the controller makes of a display name; "" if it skips the image.
func controllerKey(displayName string) string {
	key := strings.Trim(dashed.ReplaceAllString(strings.ToLower(displayName), "-"), "-")
	if key == "" {
		return ""
	}
	return key + ".json"
}

// ConfigMapKey returns the key of the image's document in the ConfigMap, which also becomes the name
// of its file: the display name in lowercase, with a hyphen for each run of characters other than
// letters, digits, dots, underscores, and hyphens. It fails if nothing is left, since the controller
// then skips the image, and if Kubernetes refuses the key.
func ConfigMapKey(displayName string) (string, error) {
	key := controllerKey(displayName)
	switch {
	case key == "":
		return "", fmt.Errorf("the display name %q has no letter a-z, digit, dot, or underscore to make a key of", displayName)
	case strings.HasPrefix(key, ".."):
		return "", fmt.Errorf("the display name %q gives the key %q, and Kubernetes doesn't allow a key that begins with two dots", displayName, key)
	case len(key) > maxKeyLength:
		return "", fmt.Errorf("the display name %.20q… gives a key of %d characters; Kubernetes allows at most %d", displayName, len(key), maxKeyLength)
	}
	return key, nil
}

// NewDocument returns the document of an image as Open Data Hub's own images have it, with the display
// name in metadata, too.
func NewDocument(image elyra.RuntimeImage) elyra.Document {
	displayName, _ := json.Marshal(map[string]string{"display_name": image.DisplayName})
	document, _ := elyra.NewDocument(image).WithExtra(string(displayName)) // which is no field
	return document
}

// ConfigMapValue returns the document as a value in the ConfigMap. It fails if the document has a
// number that the controller can't read.
func ConfigMapValue(document elyra.Document) (string, error) {
	var object map[string]any
	if err := json.Unmarshal(document.Compact(), &object); err != nil {
		return "", fmt.Errorf("the notebook controller can't read it: %w", err)
	}
	value, err := json.Marshal(object)
	return string(value), err
}

// ImageStreamAnnotation returns the value of [AnnotationKey] for an ImageStream's tag whose from.name
// is the image name. It fails as [ConfigMapValue] does.
func ImageStreamAnnotation(document elyra.Document) (string, error) {
	if _, err := ConfigMapValue(document); err != nil {
		return "", err
	}
	decoder := json.NewDecoder(bytes.NewReader(document.Compact()))
	decoder.UseNumber() // the controller rounds numbers, and needn't be helped
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return "", err
	}
	metadata, _ := object["metadata"].(map[string]any)
	delete(metadata, "image_name")
	annotation, err := json.Marshal([]any{object})
	return string(annotation), err
}

// Parse reads a runtime image's document, or the value of [AnnotationKey], which is an array of one. If
// imageName isn't empty, it replaces the one in the text: for an annotation it's the from.name of the
// tag. A document that Elyra rejects is an error with all reasons.
func Parse(text, imageName string) (elyra.Document, error) {
	written := []byte(text)
	isAnnotation := strings.HasPrefix(strings.TrimSpace(text), "[")
	if isAnnotation {
		if err := elyra.JSONFault(written); err != nil {
			return elyra.Document{}, err
		}
		var documents []json.RawMessage
		_ = json.Unmarshal(written, &documents) // no fault, and an array
		if len(documents) != 1 {
			return elyra.Document{}, fmt.Errorf("the array has %d documents; in an annotation it has one", len(documents))
		}
		written = documents[0]
	}
	document, err := elyra.ParseDocument(written)
	if err != nil {
		return elyra.Document{}, describe("", err)
	}
	if imageName != "" {
		document = document.WithImageName(imageName)
	}
	image, err := document.Image("")
	switch {
	case err == nil:
		return document, nil
	case isAnnotation && image.ImageName == "":
		err = fmt.Errorf("%w. An annotation has no image_name: pass the from.name of the ImageStream's tag as the second argument", describe(image.DisplayName, err))
	default:
		err = describe(image.DisplayName, err)
	}
	return elyra.Document{}, err
}

// describe says what's wrong with a document, and which it is if that's known.
func describe(displayName string, err error) error {
	reason := err.Error()
	if invalid := (*elyra.InvalidError)(nil); errors.As(err, &invalid) {
		reason = invalid.Reason()
	}
	if displayName == "" {
		return fmt.Errorf("the text isn't a runtime image: %s", reason)
	}
	return fmt.Errorf("the runtime image %q is invalid: %s", displayName, reason)
}
