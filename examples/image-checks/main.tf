terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "image_name" {
  description = "Container image that pipelines are to run in"
  type        = string
}

# Fails the plan, unless the image can be pulled without credentials and has in it
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

# Only warns: whether the image's Python is one that's still maintained.
check "python_version" {
  assert {
    condition     = try(tonumber(split(".", data.elyra_container_image.training.python.version)[1]) >= 10, false)
    error_message = "${var.image_name} has no Python 3.10 or newer, as far as its file names show."
  }
}

# Runs what was checked, whatever its tag will stand for later.
resource "elyra_runtime_image" "training" {
  display_name = "Training"
  image_name   = data.elyra_container_image.training.pinned_image_name
  tags         = ["checked"]
}

output "pinned" {
  description = "The image by its digest, as it was checked"
  value       = elyra_runtime_image.training.image_name
}
