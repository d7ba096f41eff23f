terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "data_dir" {
  description = "Jupyter data directory to keep the runtime images in, as `jupyter --data-dir` prints it"
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
  description = "Where each runtime image is"
  value = {
    (elyra_runtime_image.pandas.display_name)   = elyra_runtime_image.pandas.location
    (elyra_runtime_image.training.display_name) = elyra_runtime_image.training.location
  }
}
