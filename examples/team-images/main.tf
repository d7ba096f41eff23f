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

  required = ["display_name", "image_name"]
  texts    = concat(local.required, ["description", "pull_policy", "pull_secret"])

  # What is wrong with each image, in the words of the file. Without this, Terraform
  # would name a line of this module instead.
  slips = {
    for name, image in local.images : name => !can(keys(image)) ? ["write keys and values below it, not just a value"] : concat(
      [for key in local.required : "${key} is missing" if try(image[key], null) == null],
      [for key in local.texts : "${key} must be one text" if !can(tostring(try(image[key], null)))],
      !can(image.tags) || can(setunion(image.tags, [])) ? [] : ["tags must be a list, such as tags: [gpu]; leave the key out if there are none"],
      [for key in setsubtract(keys(image), concat(local.texts, ["tags"])) : "${key} is not a key of a runtime image"],
    )
  }
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
    precondition {
      condition     = length(local.slips[each.key]) == 0
      error_message = "${local.file}: ${each.key}: ${join("; ", local.slips[each.key])}."
    }
  }
}

output "locations" {
  description = "Where each runtime image is, by name"
  value       = { for name, image in elyra_runtime_image.team : name => image.location }
}

output "images" {
  description = "The whole runtime images, by name, as the provider's functions take them"
  value       = elyra_runtime_image.team
}
