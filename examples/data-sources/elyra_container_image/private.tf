# A private image is checked with credentials of the provider. They are sent to
# that registry only, and stand in no state. docker_config_json takes the content
# of the Secret behind pull_secret instead.
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

# Fails the plan, when a cluster could not pull the image.
resource "elyra_runtime_image" "private" {
  display_name = "Training"
  image_name   = data.elyra_container_image.private.image_name
  pull_secret  = var.pull_secret

  lifecycle {
    precondition {
      condition     = data.elyra_container_image.private.anonymous_pull || var.pull_secret != null
      error_message = "${data.elyra_container_image.private.image_name} cannot be pulled without credentials: set pull_secret."
    }
  }
}
