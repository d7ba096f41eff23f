# The provider sends credentials only to their registry, and they're in no
# state. docker_config_json takes the content of the Secret behind pull_secret.
variable "registry_password" {
  type      = string
  sensitive = true
}

provider "elyra" {
  registry_auth = {
    "quay.io" = { username = "acme+robot", password = var.registry_password }
  }
}

data "elyra_container_image" "private" {
  image_name = "quay.io/acme/private/training:1.4.0"
}

variable "pull_secret" {
  description = "Kubernetes Secret with which pipelines pull the image"
  type        = string
  default     = null
}

# Fails the plan if the cluster can't pull the image. exists and anonymous_pull
# are null if the registry gave no clear answer.
resource "elyra_runtime_image" "private" {
  display_name = "Private training"
  image_name   = data.elyra_container_image.private.image_name
  pull_secret  = var.pull_secret

  lifecycle {
    precondition {
      condition     = data.elyra_container_image.private.exists != false
      error_message = "${data.elyra_container_image.private.image_name} doesn't exist."
    }
    precondition {
      condition = anytrue([
        data.elyra_container_image.private.exists == false,
        data.elyra_container_image.private.anonymous_pull != false,
        var.pull_secret != null,
      ])
      error_message = "${data.elyra_container_image.private.image_name} can't be pulled without credentials: set pull_secret."
    }
  }
}
