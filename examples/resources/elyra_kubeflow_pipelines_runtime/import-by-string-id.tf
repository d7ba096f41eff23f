import {
  to = elyra_kubeflow_pipelines_runtime.production
  id = "production"
}
