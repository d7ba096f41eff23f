# For a place that Terraform doesn't write to itself: a template, a ConfigMap,
# an archive.
output "document" {
  value = provider::elyra::runtime_image_json({
    display_name = "Training with GPU"
    image_name   = "quay.io/acme/training:1.4.0"
    pull_policy  = "IfNotPresent"
    tags         = ["gpu", "training"]
  })
}
