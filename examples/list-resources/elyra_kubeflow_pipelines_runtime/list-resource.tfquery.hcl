# Run: terraform query -generate-config-out=runtimes.tf
list "elyra_kubeflow_pipelines_runtime" "all" {
  provider = elyra
}
