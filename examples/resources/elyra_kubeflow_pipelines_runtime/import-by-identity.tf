import {
  to = elyra_kubeflow_pipelines_runtime.production
  identity = {
    name = "production"
  }
}
