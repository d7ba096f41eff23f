# Includes the files that Elyra leaves out because they're invalid.
data "elyra_runtime_images" "checked" {
  include_invalid = true
}

output "invalid" {
  value = {
    for image in data.elyra_runtime_images.checked.runtime_images :
    image.location => image.invalid_reason if image.invalid_reason != null
  }
}
