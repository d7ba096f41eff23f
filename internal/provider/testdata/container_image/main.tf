variable "image_name" {
  type = string
}

variable "platform" {
  type    = string
  default = null
}

variable "inspect" {
  type    = bool
  default = null
}

variable "elyra_version" {
  type    = string
  default = null
}

variable "arbitrary_user" {
  type    = bool
  default = null
}

variable "crio_runtime" {
  type    = bool
  default = null
}

variable "programs" {
  type    = set(string)
  default = null
}

variable "max_bytes" {
  type    = number
  default = null
}

variable "ca_cert_pem" {
  type    = string
  default = null
}

variable "timeout" {
  type    = string
  default = null
}

variable "allow_unreachable" {
  type    = bool
  default = null
}

data "elyra_container_image" "test" {
  image_name        = var.image_name
  platform          = var.platform
  inspect           = var.inspect
  elyra_version     = var.elyra_version
  arbitrary_user    = var.arbitrary_user
  crio_runtime      = var.crio_runtime
  programs          = var.programs
  max_bytes         = var.max_bytes
  ca_cert_pem       = var.ca_cert_pem
  timeout           = var.timeout
  allow_unreachable = var.allow_unreachable
}
