terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

variable "image_name" {
  description = "Container image that pipelines run in"
  type        = string
}

# The plan fails unless the image can be pulled without credentials and contains
# what Elyra needs.
data "elyra_container_image" "training" {
  image_name = var.image_name
  inspect    = true

  lifecycle {
    postcondition {
      condition     = self.anonymous_pull == true && self.prerequisites_met == true
      error_message = join("\n", [for p in self.problems : "${p.message} ${p.next_step}"])
    }
  }
}

# Warns if the image's Python is older than 3.10.
check "python_version" {
  assert {
    condition     = try(tonumber(split(".", data.elyra_container_image.training.python.version)[1]) >= 10, false)
    error_message = "${var.image_name} doesn't seem to contain Python 3.10 or later."
  }
}

# Pins the image that was checked, even if its tag moves later.
resource "elyra_runtime_image" "training" {
  display_name = "Training"
  image_name   = data.elyra_container_image.training.pinned_image_name
  tags         = ["checked"]
}

output "pinned" {
  description = "The checked image, by its digest"
  value       = elyra_runtime_image.training.image_name
}
