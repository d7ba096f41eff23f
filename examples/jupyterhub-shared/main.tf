# Runtime images for all users of a JupyterHub, on a volume that their servers mount
# read-only. For Zero to JupyterHub, values.yaml in this directory mounts it. Users
# see these images next to their own and can't change them. New images appear
# immediately. To see a changed image, restart the server, because network volumes
# don't deliver file events.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

variable "shared_dir" {
  description = "Mount point of the shared volume on the machine that runs Terraform"
  type        = string
  default     = "/srv/jupyterhub/share/jupyter"
}

provider "elyra" {
  data_dir             = var.shared_dir
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
