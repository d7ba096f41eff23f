terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "display_name" {
  type = string
}

resource "terraform_data" "later" {
  input = var.display_name
}

resource "elyra_runtime_image" "now" {
  display_name = "Now"
  image_name   = "a/b:1"
  tags         = ["x"]
}

resource "elyra_runtime_image" "later" {
  display_name = terraform_data.later.output
  image_name   = "a/b:2"
}

data "elyra_runtime_images" "all" {
  depends_on = [elyra_runtime_image.now, elyra_runtime_image.later]
}

output "now" {
  value = provider::elyra::runtime_image_json(elyra_runtime_image.now)
}

output "later" {
  value = provider::elyra::runtime_image_json(elyra_runtime_image.later)
}

output "read" {
  value = [for image in data.elyra_runtime_images.all.runtime_images : provider::elyra::runtime_image_json(image) == image.json]
}
