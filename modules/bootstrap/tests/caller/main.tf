# Terraform allows no ephemeral output in a root module, so a module calls this one.
terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

variable "cos_password" {
  type      = string
  ephemeral = true
}

module "bootstrap" {
  source = "../.."

  images = {
    training = { display_name = "Training", image_name = "quay.io/acme/training:1.4.0", tags = ["gpu"] }
  }
  runtime = {
    display_name = "Production"
    api_endpoint = "http://ml-pipeline:8888"
    cos_endpoint = "http://minio:9000"
    cos_bucket   = "pipelines"
    cos_username = "pipelines"
    cos_password = var.cos_password
  }
}

output "images" {
  value = module.bootstrap.config_map_data
}

output "values" {
  value = yamldecode(module.bootstrap.jupyterhub_values)
}

output "runtimes" {
  # It is ephemeral: all that may leave is null.
  value = ephemeralasnull(module.bootstrap.runtime_json)
}
