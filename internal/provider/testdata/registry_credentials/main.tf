terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "image_name" {
  type = string
}

variable "secret" {
  type      = string
  sensitive = true
  default   = ""
}

variable "late" {
  type      = string
  sensitive = true
  default   = ""
}

# Its output is unknown until it is applied.
resource "terraform_data" "late" {
  input = var.late
}

provider "elyra" {
  # arguments
}

data "elyra_container_image" "test" {
  image_name = var.image_name
  inspect    = true
  # depends_on
}

output "result" {
  value = "result = ${join(", ", concat([
    "anonymous ${data.elyra_container_image.test.anonymous_pull}",
    "authenticated ${data.elyra_container_image.test.authenticated_pull == null ? "null" : data.elyra_container_image.test.authenticated_pull}",
  ], [for p in data.elyra_container_image.test.problems : p.code]))},"
}
