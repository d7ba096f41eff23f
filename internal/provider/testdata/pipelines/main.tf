terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "pipelines" {
  type = string
}

locals {
  nodes = {
    for file in fileset(var.pipelines, "*.pipeline") :
    file => provider::elyra::pipeline_runtime_images(file("${var.pipelines}/${file}"))
  }
}

output "files" {
  value = length(local.nodes)
}

output "images" {
  value = toset([for nodes in local.nodes : join(" ", [for node in nodes : node.runtime_image if node.runtime_image != null])])
}
