variable "cos_password" {
  type      = string
  sensitive = true
}

# A file for the directory metadata/runtimes of a Jupyter data directory, such as
# a key of a Kubernetes Secret that workbenches mount.
output "document" {
  value = provider::elyra::kubeflow_pipelines_runtime_json({
    display_name = "Production"
    api_endpoint = "http://ml-pipeline.kubeflow.svc.cluster.local:8888"
    cos_endpoint = "http://minio.kubeflow.svc.cluster.local:9000"
    cos_bucket   = "pipelines"
    cos_username = "pipelines"
    cos_password = var.cos_password
  })
  sensitive = true
}
