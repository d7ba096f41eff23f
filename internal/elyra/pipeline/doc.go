// Package pipeline reads which container image each node of an Elyra pipeline runs in: [Nodes]. It is
// pure: no input or output, no Terraform.
//
// # Grammar
//
// A file ending in .pipeline is a JSON object in the form of Elyra's canvas ("pipeline flow 3.0"). Of
// it, this package reads:
//
//	file     = { "primary_pipeline": id, "pipelines": [ flow, … ] }        ; at least one flow
//	flow     = { "id": id, "nodes": [ node, … ], "app_data": flow-data }
//	node     = { "id": id, "type": type, "op": op, "app_data": node-data, "subflow_ref": { "pipeline_id_ref": id } }
//	type     = "execution_node"                                            ; what runs
//	         / "super_node"                                                ; another flow in this place
//	         / "binding"                                                   ; an end of a super node: skipped, as is any other
//
// The version of Elyra's own part of it is app_data.version of the first flow; none is 0. From version
// to version, what a node runs moved:
//
//	version   where a node's values stand      what its image is called            which nodes have one
//	0         app_data                         image, docker_image, runtime_image  all; the type is "pipeline_node" too
//	1, 2, 3   app_data                         runtime_image                       the generic ones
//	4 to 8    app_data.component_parameters    runtime_image                       the generic ones
//
// Generic nodes are those whose op is "execute-notebook-node", "execute-python-node" or
// "execute-r-node"; the others are components that bring an image of their own, of which Elyra's
// runtime images know nothing. A generic node without an image has the pipeline's default:
// app_data.properties.pipeline_defaults.runtime_image of the primary flow. The text "None" is none.
//
// A node's name is what the editor shows: app_data.ui_data.label, else app_data.label, else the name
// of its file ("filename"; in version 0 also "artifact" and "notebook").
//
// The sources:
//
//   - elyra-ai/pipeline-editor 1.13.0, packages/pipeline-services/src/migration: what the editor does
//     to a file of each older version. It knows the versions 0 to 8.
//   - Elyra 4.1.1, elyra/pipeline/pipeline_definition.py (Pipeline, Node,
//     propagate_pipeline_default_properties), parser.py (super nodes) and pipeline.py (generic nodes,
//     PIPELINE_CURRENT_VERSION). It refuses a file of a newer version, and so does this package.
package pipeline
