variable "cos_password" {
  type      = string
  ephemeral = true
}

variable "github_token" {
  type      = string
  ephemeral = true
}

resource "elyra_airflow_runtime" "production" {
  display_name  = "Production"
  api_endpoint  = "https://airflow.example.com"
  github_repo   = "acme/dags"
  github_branch = "main"
  cos_endpoint  = "https://minio.example.com:9000"
  cos_bucket    = "pipelines"
  cos_username  = "pipelines"

  # Increase a version to write another value.
  github_repo_token_wo         = var.github_token
  github_repo_token_wo_version = 1
  cos_password_wo              = var.cos_password
  cos_password_wo_version      = 1
}
