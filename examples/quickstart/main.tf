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
  description = "Jupyter data directory for the runtime images, as printed by `jupyter --data-dir`"
  type        = string
}

provider "elyra" {
  data_dir = var.data_dir
}

resource "elyra_runtime_image" "pandas" {
  display_name = "Pandas 2.2"
  image_name   = "quay.io/acme/pandas:2.2.3"
}

resource "elyra_runtime_image" "training" {
  display_name = "Training with GPU"
  description  = "PyTorch and CUDA, for the training team"
  image_name   = "quay.io/acme/training:1.4.0"
  pull_policy  = "IfNotPresent"
  tags         = ["gpu", "training"]
}

output "locations" {
  description = "Location of each runtime image"
  value = {
    (elyra_runtime_image.pandas.display_name)   = elyra_runtime_image.pandas.location
    (elyra_runtime_image.training.display_name) = elyra_runtime_image.training.location
  }
}
