variable "tag" {
  type = string
}

provider "elyra" {
  max_retries     = 0
  request_timeout = "5s"
}

resource "elyra_runtime_image" "test" {
  count = 30

  display_name = "Image ${count.index}"
  image_name   = "team/image-${count.index}:${var.tag}"
}
