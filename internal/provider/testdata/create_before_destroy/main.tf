variable "display_name" {
  type = string
}

resource "elyra_runtime_image" "test" {
  display_name = var.display_name
  image_name   = "team/image:1"
  name         = "kept"
  overwrite    = true

  lifecycle {
    create_before_destroy = true
  }
}
