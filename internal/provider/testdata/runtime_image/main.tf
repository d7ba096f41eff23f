variable "display_name" {
  type = string
}

variable "image_name" {
  type = string
}

variable "name" {
  type    = string
  default = null
}

variable "description" {
  type    = string
  default = null
}

variable "pull_policy" {
  type    = string
  default = null
}

variable "pull_secret" {
  type    = string
  default = null
}

variable "tags" {
  type    = set(string)
  default = null
}

variable "overwrite" {
  type    = bool
  default = null
}

resource "elyra_runtime_image" "test" {
  display_name = var.display_name
  image_name   = var.image_name
  name         = var.name
  description  = var.description
  pull_policy  = var.pull_policy
  pull_secret  = var.pull_secret
  tags         = var.tags
  overwrite    = var.overwrite
}
