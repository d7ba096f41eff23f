# Every runtime image that Elyra offers.
data "elyra_runtime_images" "all" {}

# The search box and the tag filter of Elyra's user interface.
data "elyra_runtime_images" "gpu" {
  search = "tensorflow"
  tags   = ["gpu", "cuda"]
}

# Also the files that Elyra leaves out because they're invalid.
data "elyra_runtime_images" "checked" {
  include_invalid = true
}

output "images" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.image_name }
}

# Where each image comes from: local, shared, or factory.
output "origins" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.origin }
}

output "gpu_images" {
  value = data.elyra_runtime_images.gpu.runtime_images[*].name
}

output "invalid" {
  value = {
    for image in data.elyra_runtime_images.checked.runtime_images :
    image.location => image.invalid_reason if image.invalid_reason != null
  }
}
