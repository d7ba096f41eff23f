# Runtime images that are part of a container image. Terraform writes them to a
# staging directory, which the Dockerfile beside this file copies to where Elyra
# finds images for all users:
#
#   terraform apply && docker build .

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "staging_dir" {
  description = "Directory that the Dockerfile copies to /usr/local/share/jupyter"
  type        = string
  default     = "build"
}

provider "elyra" {
  data_dir = var.staging_dir

  # Files belong to root in the image, and a notebook does not run as root.
  file_permission      = "0644"
  directory_permission = "0755"
}

resource "elyra_runtime_image" "pandas" {
  display_name = "Pandas 2.2"
  image_name   = "quay.io/acme/pandas:2.2.3"
}

resource "elyra_runtime_image" "training" {
  display_name = "Training with GPU"
  image_name   = "quay.io/acme/training:1.4.0"
  pull_policy  = "IfNotPresent"
  tags         = ["gpu", "training"]
}
