resource "elyra_kubeflow_pipelines_runtime" "production" {
  display_name   = "Production"
  api_endpoint   = "https://kubeflow.example.com/pipeline"
  user_namespace = "team"
  auth_type      = "KUBERNETES_SERVICE_ACCOUNT_TOKEN"
  cos_endpoint   = "https://s3.eu-central-1.amazonaws.com"
  cos_bucket     = "acme-pipelines"
  cos_auth_type  = "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS"
}
