# Fails the plan if a pipeline with the image would fail, and says why. If the
# result is unknown or the registry doesn't respond, the plan continues.
data "elyra_container_image" "training" {
  image_name        = "quay.io/acme/training:1.4.0"
  inspect           = true
  max_bytes         = 4 * 1024 * 1024 * 1024
  allow_unreachable = true

  lifecycle {
    postcondition {
      condition     = alltrue([for p in self.problems : p.severity != "error"])
      error_message = join("\n", [for p in self.problems : "${p.code}: ${p.message} ${p.next_step}" if p.severity == "error"])
    }
  }
}

# Warns about all other problems.
check "training_image" {
  assert {
    condition     = length(data.elyra_container_image.training.problems) == 0
    error_message = join("\n", [for p in data.elyra_container_image.training.problems : "${p.code}: ${p.message} ${p.next_step}"])
  }
}

# Pipelines run the image that was checked, even if its tag moves.
resource "elyra_runtime_image" "training" {
  display_name = "Training"
  image_name   = coalesce(data.elyra_container_image.training.pinned_image_name, data.elyra_container_image.training.image_name)
}
