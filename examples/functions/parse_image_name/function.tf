locals {
  image = provider::elyra::parse_image_name("quay.io/acme/training:1.4.0")
}

# The same image in another registry: "registry.example.com/acme/training:1.4.0"
output "mirrored" {
  value = "registry.example.com/${local.image.repository}:${local.image.tag}"
}
