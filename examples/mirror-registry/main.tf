# Pulls the images that Elyra ships from a mirror registry. Each new image hides the
# shipped one with the same name. Destroying them makes the shipped ones visible
# again.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

variable "mirror" {
  description = "Mirror registry, with its path if it has one"
  type        = string
  default     = "registry.example.com/mirror"
}

variable "factory_dir" {
  description = "Jupyter data directory of Elyra's Python environment: share/jupyter under the directory that `python -c 'import sys; print(sys.prefix)'` prints"
  type        = string
  default     = "/opt/conda/share/jupyter"
}

# Reads only the directory with the shipped images.
provider "elyra" {
  alias    = "factory"
  data_dir = var.factory_dir
}

data "elyra_runtime_images" "factory" {
  provider = elyra.factory
}

locals {
  factory = { for image in data.elyra_runtime_images.factory.runtime_images : image.name => image }
  parts   = { for name, image in local.factory : name => provider::elyra::parse_image_name(image.image_name) }
}

resource "elyra_runtime_image" "mirrored" {
  for_each = local.factory

  name         = each.key
  display_name = each.value.display_name
  description  = each.value.description
  pull_policy  = each.value.pull_policy
  pull_secret  = each.value.pull_secret
  tags         = each.value.tags
  overwrite    = true

  image_name = join("", [
    "${var.mirror}/${local.parts[each.key].repository}",
    local.parts[each.key].tag == null ? "" : ":${local.parts[each.key].tag}",
    local.parts[each.key].digest == null ? "" : "@${local.parts[each.key].digest}",
  ])
}

output "images" {
  description = "The mirrored image for each shipped image"
  value       = { for name, image in local.factory : image.image_name => elyra_runtime_image.mirrored[name].image_name }
}
