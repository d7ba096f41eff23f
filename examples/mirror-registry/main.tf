# The runtime images that Elyra ships, pulled from a mirror registry. Each is
# hidden behind one of the same name and all else alike; destroying these brings
# the shipped ones back.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "mirror" {
  description = "Registry that mirrors the images, with a path if it has one"
  type        = string
  default     = "registry.example.com/mirror"
}

variable "factory_dir" {
  description = "Jupyter data directory that Elyra was installed to: share/jupyter below what `python -c 'import sys; print(sys.prefix)'` prints"
  type        = string
  default     = "/opt/conda/share/jupyter"
}

# Reads what was shipped, and nothing that hides it.
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
  description = "What to mirror, and where Elyra looks for it"
  value       = { for name, image in local.factory : image.image_name => elyra_runtime_image.mirrored[name].image_name }
}
