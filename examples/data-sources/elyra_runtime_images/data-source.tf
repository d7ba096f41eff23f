# Every runtime image that Elyra offers.
data "elyra_runtime_images" "all" {}

output "images" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.image_name }
}

# Where each image comes from: local, shared, or factory.
output "origins" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.origin }
}
