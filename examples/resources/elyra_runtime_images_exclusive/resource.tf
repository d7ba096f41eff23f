resource "elyra_runtime_image" "reporting" {
  display_name = "Reporting"
  image_name   = "quay.io/acme/reporting:3.1.0"
}

# Keeps "reporting" and an image that somebody else manages, and deletes all others.
resource "elyra_runtime_images_exclusive" "all" {
  names = [
    elyra_runtime_image.reporting.name,
    "by_hand",
  ]
}
