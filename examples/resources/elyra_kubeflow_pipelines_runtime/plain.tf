variable "cos_password" {
  type      = string
  sensitive = true
}

resource "elyra_kubeflow_pipelines_runtime" "production" {
  display_name        = "Production"
  api_endpoint        = "http://ml-pipeline.kubeflow.svc.cluster.local:8888"
  public_api_endpoint = "https://kubeflow.example.com/pipeline"
  cos_endpoint        = "http://minio.kubeflow.svc.cluster.local:9000"
  cos_bucket          = "pipelines"
  cos_username        = "pipelines"
  cos_password        = var.cos_password
}
