# The image of an ImageStream's tag in Open Data Hub, as `oc get imagestream` has it
# in JSON.
locals {
  tag = jsondecode(file("${path.module}/imagestream.json")).spec.tags[0]

  image = provider::elyra::parse_runtime_image_json(
    local.tag.annotations["opendatahub.io/runtime-image-metadata"],
    local.tag.from.name,
  )
}

# The same image as a runtime image of Elyra's.
resource "elyra_runtime_image" "image" {
  display_name = local.image.display_name
  image_name   = local.image.image_name
  description  = local.image.description
  pull_policy  = local.image.pull_policy
  pull_secret  = local.image.pull_secret
  tags         = local.image.tags
}

# The same document, for a place that Terraform doesn't write to.
output "document" {
  value = provider::elyra::runtime_image_json(local.image)
}
