# Every runtime image that Elyra offers here.
data "elyra_runtime_images" "all" {}

# As the search box and the tag filter of Elyra's user interface.
data "elyra_runtime_images" "gpu" {
  search = "tensorflow"
  tags   = ["gpu", "cuda"]
}

# What Elyra leaves out, and why.
data "elyra_runtime_images" "checked" {
  include_invalid = true
}

output "images" {
  value = { for image in data.elyra_runtime_images.all.runtime_images : image.name => image.image_name }
}

# Yours (local), from further along the search path (shared), or shipped with Elyra (factory).
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
