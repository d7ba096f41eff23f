variable "display_name" {
  type = string
}

variable "image_name" {
  type = string
}

variable "tag" {
  type = string
}

# Its output is unknown until it is applied.
resource "terraform_data" "source" {
  input = {
    display_name = var.display_name
    image_name   = var.image_name
    tag          = var.tag
  }
}

resource "elyra_runtime_image" "test" {
  display_name = terraform_data.source.output.display_name
  image_name   = terraform_data.source.output.image_name
  tags         = [terraform_data.source.output.tag]
}
