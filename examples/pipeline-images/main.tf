# Runtime images beside the pipelines that run in them. Elyra compares image names
# as plain text, and says nothing when a pipeline's image is no longer configured.
# Here, a plan warns of each node whose image is not, and refuses to take away an
# image that a node still runs in.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "pipelines" {
  description = "Directory with the pipelines, at any depth"
  type        = string
  default     = "pipelines"
}

variable "images" {
  description = "Runtime images by name"
  type = map(object({
    display_name = string
    image_name   = string
    description  = optional(string)
    pull_policy  = optional(string)
    pull_secret  = optional(string)
    tags         = optional(set(string))
  }))
  default = {
    pandas = {
      display_name = "Pandas 2.2"
      image_name   = "quay.io/acme/pandas:2.2.3"
    }
    training = {
      display_name = "Training with GPU"
      image_name   = "quay.io/acme/training:1.4.0"
      pull_policy  = "IfNotPresent"
      tags         = ["gpu"]
    }
  }
}

locals {
  # JupyterLab keeps copies of what is open in .ipynb_checkpoints.
  files = [for file in fileset(var.pipelines, "**/*.pipeline") : file if !strcontains(file, ".ipynb_checkpoints")]
  nodes = flatten([
    for file in local.files : [
      for node in provider::elyra::pipeline_runtime_images(file("${var.pipelines}/${file}")) : {
        image = node.runtime_image
        name  = "${file}: ${coalesce(node.name, node.id)}"
      } if node.runtime_image != null # others are components that bring their own image
    ]
  ])
  users = { for node in local.nodes : node.image => node.name... }

  # What can be picked in the editor after this plan: these images, and those that
  # come with Elyra.
  configured = concat(
    [for image in var.images : image.image_name],
    [for image in data.elyra_runtime_images.before.runtime_images : image.image_name if !coalesce(image.writable, true)],
  )
  strangers = [for node in local.nodes : "${node.name} runs in ${node.image}" if !contains(local.configured, node.image)]
}

# What is there before the plan. This configuration is taken to be the only one that
# writes there.
data "elyra_runtime_images" "before" {
  lifecycle {
    postcondition {
      condition = alltrue([
        for image in self.runtime_images : !coalesce(image.writable, true) || !contains(keys(local.users), image.image_name)
        || contains([for wanted in var.images : wanted.image_name], image.image_name)
      ])
      error_message = join("\n", concat(["These images would be gone, and pipelines still run in them:"], [
        for image in self.runtime_images : "- ${image.image_name}: ${join(", ", local.users[image.image_name])}"
        if coalesce(image.writable, true) && contains(keys(local.users), image.image_name)
        && !contains([for wanted in var.images : wanted.image_name], image.image_name)
      ]))
    }
  }
}

resource "elyra_runtime_image" "image" {
  for_each = var.images

  name         = each.key
  display_name = each.value.display_name
  image_name   = each.value.image_name
  description  = each.value.description
  pull_policy  = each.value.pull_policy
  pull_secret  = each.value.pull_secret
  tags         = each.value.tags

  # No image is taken away before it is known that none runs in it.
  depends_on = [data.elyra_runtime_images.before]
}

check "images_of_pipelines" {
  assert {
    condition     = length(local.strangers) == 0
    error_message = join("\n", concat(["These nodes run in images that are not configured:"], formatlist("- %s", local.strangers)))
  }
}

output "users" {
  description = "The nodes that run in each image"
  value       = local.users
}
