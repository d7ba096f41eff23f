variable "overwrite" {
  type = bool
}

resource "elyra_runtime_image" "first" {
  display_name = "First"
  image_name   = "team/first:1"
  name         = "shared"
  overwrite    = var.overwrite
}

resource "elyra_runtime_image" "second" {
  display_name = "Second"
  image_name   = "team/second:1"
  name         = "shared"
  overwrite    = var.overwrite
}
