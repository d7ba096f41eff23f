# Runtime images that are part of a container image, in the place of those that ship
# with Elyra. Terraform runs in the build, see the Dockerfile beside this file:
#
#   docker build .

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "data_dir" {
  description = "Data directory of the Python environment that Elyra is installed in: share/jupyter below its sys.prefix"
  type        = string
  default     = "/opt/conda/share/jupyter"
}

provider "elyra" {
  data_dir = var.data_dir

  # A notebook need not run as the user that builds the image.
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

# Removes the images that ship with Elyra, which are in the same directory.
resource "elyra_runtime_images_exclusive" "these" {
  names = [
    elyra_runtime_image.pandas.name,
    elyra_runtime_image.training.name,
  ]
}
