# Puts runtime images into a container image, instead of the ones that Elyra ships.
# The Dockerfile in this directory runs Terraform during the build:
#
#   docker build .

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

variable "data_dir" {
  description = "Data directory of the Python environment that Elyra is installed in: share/jupyter under its sys.prefix"
  type        = string
  default     = "/opt/conda/share/jupyter"
}

provider "elyra" {
  data_dir = var.data_dir

  # Notebooks may run as another user than the one who builds the image.
  file_permission      = "0644"
  directory_permission = "0755"
}

resource "elyra_runtime_image" "reporting" {
  display_name = "Reporting"
  image_name   = "quay.io/acme/reporting:3.1.0"
}

resource "elyra_runtime_image" "training" {
  display_name = "Training with GPU"
  image_name   = "quay.io/acme/training:1.4.0"
  pull_policy  = "IfNotPresent"
  tags         = ["gpu", "training"]
}

# Deletes the images that Elyra ships, which are in the same directory. Creating an
# exclusive set deletes nothing, so import it: then the first apply deletes them.
import {
  to = elyra_runtime_images_exclusive.these
  id = "these"
}

resource "elyra_runtime_images_exclusive" "these" {
  names = [
    elyra_runtime_image.reporting.name,
    elyra_runtime_image.training.name,
  ]
}
