import {
  to = elyra_runtime_image.test
  id = "imported"
}

resource "elyra_runtime_image" "test" {
  display_name = "Imported \u00fc"
  image_name   = "them/image:1"
  pull_policy  = "Always"
  tags         = ["a", "b"]
}
