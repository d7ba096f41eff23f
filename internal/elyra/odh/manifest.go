package odh

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// manifest is what's read of an ImageStream, a ConfigMap, or a list of them.
type manifest struct {
	Kind     string     `json:"kind"`
	Items    []manifest `json:"items"`
	Metadata struct {
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Tags []struct {
			Annotations map[string]string `json:"annotations"`
			From        struct {
				Name string `json:"name"`
			} `json:"from"`
		} `json:"tags"`
	} `json:"spec"`
	Data map[string]string `json:"data"`
}

// ParseManifests reads the documents in an ImageStream, a ConfigMap, or a list of them, as `oc get -o
// json` writes it, by their keys in the ConfigMap. Of ImageStreams it reads what the notebook
// controller does: it skips what the controller skips, and of two tags with one key the last counts.
// A document may be one that Elyra rejects.
func ParseManifests(text string) (map[string]elyra.Document, error) {
	if err := elyra.JSONFault([]byte(text)); err != nil {
		return nil, fmt.Errorf("%w. Write the text with: oc get … -o json", err)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		text = `{"kind": "List", "items": ` + text + `}`
	}
	var m manifest
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, errors.New("this isn't an ImageStream, a ConfigMap, or a list of them, as oc get … -o json writes it")
	}
	values := map[string]string{}
	if err := m.addTo(values); err != nil {
		return nil, err
	}
	documents := map[string]elyra.Document{}
	for key, value := range values {
		document, err := elyra.ParseDocument([]byte(value))
		if err != nil {
			return nil, fmt.Errorf("key %q of the ConfigMap: %w", key, describe("", err))
		}
		documents[key] = document
	}
	return documents, nil
}

// addTo adds the ConfigMap's values by their keys.
func (m manifest) addTo(values map[string]string) error {
	switch m.Kind {
	case "List", "ImageStreamList", "ConfigMapList":
		for _, item := range m.Items {
			if item.Kind == "" { // as in the API's own lists
				item.Kind = strings.TrimSuffix(m.Kind, "List")
			}
			if err := item.addTo(values); err != nil {
				return err
			}
		}
	case "ConfigMap":
		for key, value := range m.Data {
			if strings.HasSuffix(key, ".json") { // Elyra reads no other files
				values[key] = value
			}
		}
	case "ImageStream":
		if m.Metadata.Labels["opendatahub.io/runtime-image"] != "true" {
			return nil
		}
		for _, tag := range m.Spec.Tags {
			if key, value := controllerValue(tag.Annotations[AnnotationKey], tag.From.Name); key != "" {
				values[key] = value
			}
		}
	default:
		return fmt.Errorf("the kind is %q, not ImageStream, ConfigMap, or List", m.Kind)
	}
	return nil
}

// controllerValue returns what the controller writes of a tag, and the key; "" if it skips the tag.
func controllerValue(annotation, imageName string) (key, value string) {
	var documents []map[string]any
	if imageName == "" || json.Unmarshal([]byte(annotation), &documents) != nil || len(documents) == 0 {
		return "", ""
	}
	if metadata, ok := documents[0]["metadata"].(map[string]any); ok {
		metadata["image_name"] = imageName
	}
	displayName, _ := documents[0]["display_name"].(string)
	written, err := json.Marshal(documents[0])
	if err != nil {
		return "", ""
	}
	return controllerKey(displayName), string(written)
}
