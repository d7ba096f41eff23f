# A team's runtime images, from a YAML file that everybody on the team can edit.
# Apply this directory, or use it as a module:
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
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

variable "file" {
  description = "YAML file with the runtime images, by name. Defaults to images.yaml in this module"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags to add to all runtime images"
  type        = set(string)
  default     = []
}

locals {
  file   = var.file != null ? var.file : "${path.module}/images.yaml"
  images = yamldecode(file(local.file))

  required = ["display_name", "image_name"]
  texts    = concat(local.required, ["description", "pull_policy", "pull_secret"])

  # Mistakes in the file, for each image. Without this, an error would point to a
  # line of this module instead of the file.
  mistakes = {
    for name, image in local.images : name => !can(keys(image)) ? ["must contain keys and values, not just a value"] : concat(
      [for key in local.required : "${key} is missing" if try(image[key], null) == null],
      [for key in local.texts : "${key} must be a single text" if !can(tostring(try(image[key], null)))],
      !can(image.tags) || can(setunion(image.tags, [])) ? [] : ["tags must be a list, such as tags: [gpu]. If there are none, delete the key"],
      [for key in setsubtract(keys(image), concat(local.texts, ["tags"])) : "${key} isn't a key of a runtime image"],
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
      condition     = length(local.mistakes[each.key]) == 0
      error_message = "${local.file}: ${each.key}: ${join("; ", local.mistakes[each.key])}."
    }
  }
}

output "locations" {
  description = "Location of each runtime image, by name"
  value       = { for name, image in elyra_runtime_image.team : name => image.location }
}

output "images" {
  description = "All attributes of each runtime image, by name. The provider's functions accept these objects"
  value       = elyra_runtime_image.team
}
