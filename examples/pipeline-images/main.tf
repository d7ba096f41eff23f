# Warns about pipelines that run in an image that nobody can choose in Elyra's editor
# anymore. Elyra itself doesn't report this: the pipeline runs with the cluster's
# default pull policy and without a pull secret.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

variable "pipelines" {
  description = "Directory with the pipelines, including its subdirectories"
  type        = string
  default     = "pipelines"
}

resource "elyra_runtime_image" "pandas" {
  display_name = "Pandas 2.2"
  image_name   = "quay.io/acme/pandas:2.2.3"
}

resource "elyra_runtime_image" "training" {
  display_name = "Training with GPU"
  image_name   = "quay.io/acme/training:1.4.0"
  pull_policy  = "IfNotPresent"
}

# All images that exist now, including those that Elyra ships and that people made.
data "elyra_runtime_images" "all" {}

locals {
  configured = concat(
    [elyra_runtime_image.pandas.image_name, elyra_runtime_image.training.image_name],
    data.elyra_runtime_images.all.runtime_images[*].image_name,
  )

  # JupyterLab keeps copies of open files in .ipynb_checkpoints.
  files = [for file in fileset(var.pipelines, "**/*.pipeline") : file if !strcontains(file, ".ipynb_checkpoints")]

  # Nodes without a runtime image are components, which have their own image.
  missing = flatten([
    for file in local.files : [
      for node in provider::elyra::pipeline_runtime_images(file("${var.pipelines}/${file}")) :
      "- ${file}: ${coalesce(node.name, node.id)} runs in ${node.runtime_image}"
      if node.runtime_image != null && !contains(local.configured, node.runtime_image)
    ]
  ])
}

check "pipelines" {
  assert {
    condition     = length(local.missing) == 0
    error_message = join("\n", concat(["These nodes run in images that aren't configured:"], local.missing))
  }
}
