variable "github_repo_token" {
  type      = string
  sensitive = true
}

output "document" {
  value = provider::elyra::airflow_runtime_json({
    display_name      = "Airflow"
    api_endpoint      = "https://airflow.example.com"
    github_repo       = "acme/dags"
    github_branch     = "main"
    github_repo_token = var.github_repo_token
    cos_endpoint      = "https://s3.amazonaws.com"
    cos_bucket        = "acme-pipelines"
    cos_auth_type     = "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"
  })
  sensitive = true
}
