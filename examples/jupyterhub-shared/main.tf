# Runtime images for all users of a JupyterHub, on a volume that their servers
# mount read-only: values.yaml beside this file shows how, for Zero to JupyterHub.
# Users see these images beside their own, and cannot change them. New images show
# at once; a change shows once a server restarts, unless the volume passes file
# events on, which network file systems do not.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "shared_dir" {
  description = "Where the shared volume is mounted on the machine that runs Terraform"
  type        = string
  default     = "/srv/jupyterhub/share/jupyter"
}

provider "elyra" {
  data_dir             = var.shared_dir
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
