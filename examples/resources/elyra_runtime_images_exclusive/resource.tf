resource "elyra_runtime_image" "pandas" {
  display_name = "Pandas 2.2"
  image_name   = "quay.io/acme/pandas:2.2.3"
}

# This one, one that somebody else looks after, and no other.
resource "elyra_runtime_images_exclusive" "all" {
  names = [
    elyra_runtime_image.pandas.name,
    "by_hand",
  ]
}
