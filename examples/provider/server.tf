variable "jupyter_token" {
  description = "Token of the Jupyter Server"
  type        = string
  sensitive   = true
}

provider "elyra" {
  endpoint = "https://hub.example.com/user/jdoe/"
  token    = var.jupyter_token
}
