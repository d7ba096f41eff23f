// Package pipeline reads which container image each node of an Elyra pipeline runs in: [Nodes]. It has
// no input or output.
//
// # Grammar
//
// A file ending in .pipeline is a JSON object in the form of Elyra's canvas ("pipeline flow 3.0"). This
// package reads:
//
//	file     = { "primary_pipeline": id, "pipelines": [ flow, … ] }        ; at least one flow
//	flow     = { "id": id, "nodes": [ node, … ], "app_data": flow-data }
//	node     = { "id": id, "type": type, "op": op, "app_data": node-data, "subflow_ref": { "pipeline_id_ref": id } }
//	type     = "execution_node"                                            ; what runs
//	         / "super_node"                                                ; another flow in this place
//	         / "binding"                                                   ; an end of a super node: skipped, as is any other
//
// The version of Elyra's own part of it is app_data.version of the first flow; without one it's 0. What
// a node runs moved from version to version:
//
//	version   where a node's values are        what its image is called            which nodes have one
//	0         app_data                         image, docker_image, runtime_image  all; the type is "pipeline_node" too
//	1, 2, 3   app_data                         runtime_image                       the generic ones
//	4 to 8    app_data.component_parameters    runtime_image                       the generic ones
//
// Generic nodes are those whose op is "execute-notebook-node", "execute-python-node", or
// "execute-r-node". The others are components that bring an image of their own, which has nothing to do
// with Elyra's runtime images. A generic node without an image has the pipeline's default:
// app_data.properties.pipeline_defaults.runtime_image of the primary flow. The text "None" means no
// image.
//
// A node's name is what the editor shows: app_data.ui_data.label, else app_data.label, else the name
// of its file ("filename"; in version 0 also "artifact" and "notebook").
//
// The sources:
//
//   - elyra-ai/pipeline-editor 1.13.0, packages/pipeline-services/src/migration: what the editor does
//     to a file in each older version. It knows the versions 0 to 8.
//   - Elyra 4.1.1, elyra/pipeline/pipeline_definition.py (Pipeline, Node,
//     propagate_pipeline_default_properties), parser.py (super nodes), and pipeline.py (generic nodes,
//     PIPELINE_CURRENT_VERSION). It refuses a file in a newer version, and so does this package.
package pipeline
