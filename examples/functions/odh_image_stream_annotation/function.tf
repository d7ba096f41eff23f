locals {
  image = {
    display_name = "Training with GPU"
    image_name   = "quay.io/acme/training:1.4.0"
  }
}

# A tag of an ImageStream with the label opendatahub.io/runtime-image = "true".
output "tag" {
  value = {
    name = provider::elyra::parse_image_name(local.image.image_name).tag
    from = {
      kind = "DockerImage"
      name = local.image.image_name
    }
    annotations = {
      "opendatahub.io/runtime-image-metadata" = provider::elyra::odh_image_stream_annotation(local.image)
    }
  }
}
