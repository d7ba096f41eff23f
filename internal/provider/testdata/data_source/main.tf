variable "name" {
  type    = string
  default = null
}

variable "display_name" {
  type    = string
  default = null
}

variable "image_name" {
  type    = string
  default = null
}

data "elyra_runtime_image" "test" {
  name         = var.name
  display_name = var.display_name
  image_name   = var.image_name
}
