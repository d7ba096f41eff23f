terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
  default   = null
}

variable "password" {
  type      = string
  sensitive = true
  default   = null
}

variable "header" {
  type      = string
  sensitive = true
}

provider "elyra" {
  endpoint    = var.endpoint
  token       = var.token
  password    = var.password
  headers     = { "X-Secret" = var.header }
  max_retries = 0
}

resource "elyra_runtime_image" "test" {
  display_name = "Secret keeper"
  image_name   = "team/image:1"
}

data "elyra_runtime_image" "test" {
  name = elyra_runtime_image.test.name
}
