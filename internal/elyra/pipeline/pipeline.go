package pipeline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// newestVersion is the newest known version (Elyra's PIPELINE_CURRENT_VERSION).
const newestVersion = 8

// genericNodes are the ops of nodes that run a file of the user's in a runtime image.
var genericNodes = []any{"execute-notebook-node", "execute-python-node", "execute-r-node"}

// Node is one step of a pipeline.
type Node struct {
	// ID is unique within the file.
	ID string
	// Name is what the editor shows; empty for a component without one.
	Name string
	// RuntimeImage is the container image that it runs in, exactly as the node or the pipeline's
	// default has it. It's empty for a component that brings its own, and if neither node nor pipeline
	// has one, which Elyra refuses to run.
	RuntimeImage string
}

// Nodes returns the nodes in a pipeline's file, in their order; the nodes of a super node are in its
// place. It fails if the text isn't a pipeline, and if a newer Elyra saved it.
func Nodes(text []byte) ([]Node, error) {
	if err := elyra.JSONFault(text); err != nil {
		return nil, err
	}
	var file any
	_ = json.Unmarshal(text, &file) // no fault
	flows, _ := at(file, "pipelines").([]any)
	if len(flows) == 0 {
		return nil, errors.New(`this isn't a pipeline of Elyra: it has no "pipelines"`)
	}
	version, err := versionOf(flows[0])
	if err != nil {
		return nil, err
	}
	primary := flowOf(flows, at(file, "primary_pipeline"))
	if primary == nil {
		return nil, errors.New(`this isn't a pipeline of Elyra: "primary_pipeline" isn't the id of one of its "pipelines"`)
	}
	defaultImage, err := imageOf(at(primary, "app_data", "properties", "pipeline_defaults"), "runtime_image")
	if err != nil {
		return nil, fmt.Errorf("the pipeline's default: %w", err)
	}
	w := walker{flows: flows, version: version, defaultImage: defaultImage, seen: map[string]bool{}}
	if err := w.walk(primary); err != nil {
		return nil, err
	}
	return w.nodes, nil
}

// versionOf returns the version of Elyra's part of the format. Development versions of Elyra wrote
// fractions, and text.
func versionOf(flow any) (float64, error) {
	written := at(flow, "app_data", "version")
	if written == nil {
		return 0, nil
	}
	version, err := strconv.ParseFloat(fmt.Sprint(written), 64)
	if err != nil {
		return 0, fmt.Errorf("the pipeline's version is %.20q, which isn't a number", fmt.Sprint(written))
	}
	if !(version <= newestVersion) { // nor NaN
		return 0, fmt.Errorf("the pipeline is in version %v of the format, and this provider reads versions up to %d: a newer Elyra saved it", version, newestVersion)
	}
	return version, nil
}

// flowOf returns the flow with that id; nil if there isn't one.
func flowOf(flows []any, id any) any {
	name, isText := id.(string)
	for _, flow := range flows {
		if isText && at(flow, "id") == name {
			return flow
		}
	}
	return nil
}

// walker collects the nodes of flows.
type walker struct {
	flows        []any
	version      float64
	defaultImage string
	seen         map[string]bool // flows by their id, since super nodes can form a circle
	nodes        []Node
}

func (w *walker) walk(flow any) error {
	id := text(at(flow, "id"))
	if w.seen[id] {
		return nil
	}
	w.seen[id] = true
	nodes, _ := at(flow, "nodes").([]any)
	for _, node := range nodes {
		switch at(node, "type") {
		case "execution_node", "pipeline_node":
			if err := w.add(node); err != nil {
				return err
			}
		case "super_node":
			if inner := flowOf(w.flows, at(node, "subflow_ref", "pipeline_id_ref")); inner != nil {
				if err := w.walk(inner); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *walker) add(written any) error {
	values := at(written, "app_data", "component_parameters")
	imageKeys, fileKeys := []string{"runtime_image"}, []string{"filename"}
	if w.version < 4 {
		values = at(written, "app_data")
	}
	if w.version < 1 {
		imageKeys, fileKeys = []string{"image", "docker_image", "runtime_image"}, []string{"artifact", "notebook", "filename"}
	}
	node := Node{
		ID:   text(at(written, "id")),
		Name: cmp.Or(text(at(written, "app_data", "ui_data", "label")), text(at(written, "app_data", "label"))),
	}
	for _, key := range fileKeys {
		if file := text(at(values, key)); file != "" {
			node.Name = cmp.Or(node.Name, path.Base(file))
		}
	}
	if w.version < 1 || slices.Contains(genericNodes, at(written, "op")) {
		image, err := imageOf(values, imageKeys...)
		if err != nil {
			return fmt.Errorf("the node %q: %w", cmp.Or(node.Name, node.ID), err)
		}
		node.RuntimeImage = cmp.Or(image, w.defaultImage)
	}
	w.nodes = append(w.nodes, node)
	return nil
}

// imageOf returns the image at the first of the keys that exists; "" if none does.
func imageOf(values any, keys ...string) (string, error) {
	for _, key := range keys {
		switch image := at(values, key).(type) {
		case nil:
		case string:
			if image == "None" { // as Elyra reads it
				return "", nil
			}
			return image, nil
		default:
			return "", fmt.Errorf("%s isn't a string", key)
		}
	}
	return "", nil
}

// at follows keys through objects; nil if there's nothing.
func at(value any, keys ...string) any {
	for _, key := range keys {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

func text(value any) string {
	s, _ := value.(string)
	return s
}
