data "elyra_container_image" "training" {
  image_name        = "quay.io/acme/training:1.4.0"
  inspect           = true
  allow_unreachable = true
}

# Warns, at each plan, when a pipeline with the image would not run.
check "training_image" {
  assert {
    condition     = length(data.elyra_container_image.training.problems) == 0
    error_message = join("\n", [for p in data.elyra_container_image.training.problems : "${p.message} ${p.next_step}"])
  }
}
