terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "second" {
  type    = string
  default = "a/b:1"
}

resource "elyra_runtime_image" "first" {
  display_name = "First"
  image_name   = "a/b:1"
  pull_policy  = "Always"
}

resource "elyra_runtime_image" "second" {
  display_name = "Second"
  image_name   = var.second
  pull_policy  = "Never"
}
