locals {
  images = {
    forecast = "quay.io/acme/forecast:2.0.0"
    scoring  = "quay.io/acme/scoring:1.3.0"
  }
}

resource "elyra_runtime_image" "team" {
  for_each = local.images

  name         = each.key
  display_name = title(each.key)
  image_name   = each.value
}
