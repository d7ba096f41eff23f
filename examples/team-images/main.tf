# The runtime images of a team, from a file that anybody can edit. Apply it as it
# stands, or call it as a module:
#
#   module "team_images" {
#     source = "./team-images"
#     file   = "our-images.yaml"
#     tags   = ["team-a"]
#   }

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "file" {
  description = "YAML file with the runtime images by name; the one beside this module if unset"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags that all runtime images get"
  type        = set(string)
  default     = []
}

locals {
  file   = var.file != null ? var.file : "${path.module}/images.yaml"
  images = yamldecode(file(local.file))
  keys   = ["description", "display_name", "image_name", "pull_policy", "pull_secret", "tags"]
}

resource "elyra_runtime_image" "team" {
  for_each = local.images

  name         = each.key
  display_name = each.value.display_name
  image_name   = each.value.image_name
  description  = try(each.value.description, null)
  pull_policy  = try(each.value.pull_policy, null)
  pull_secret  = try(each.value.pull_secret, null)
  tags         = setunion(var.tags, try(each.value.tags, []))

  lifecycle {
    # A slip such as "pull-policy" would otherwise go unnoticed.
    precondition {
      condition     = length(setsubtract(keys(each.value), local.keys)) == 0
      error_message = "${local.file}: ${each.key} has keys that no runtime image has: ${join(", ", setsubtract(keys(each.value), local.keys))}."
    }
  }
}

output "locations" {
  description = "Where each runtime image is, by name"
  value       = { for name, image in elyra_runtime_image.team : name => image.location }
}
