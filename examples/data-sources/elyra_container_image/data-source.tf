# Warns, at each plan, when the image would not run.
check "training_image" {
  data "elyra_container_image" "training" {
    image_name        = "quay.io/acme/training:1.4.0"
    inspect           = true
    allow_unreachable = true
  }

  assert {
    condition     = length(data.elyra_container_image.training.problems) == 0
    error_message = join("\n", data.elyra_container_image.training.problems[*].message)
  }
}
