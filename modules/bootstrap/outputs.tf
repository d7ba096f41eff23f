output "config_map_data" {
  description = "Data of the ConfigMap: the document of each image by file name"
  value       = { for name, image in var.images : "${name}.json" => provider::elyra::runtime_image_json(image) }
}

output "runtime_json" {
  description = "The document of the runtime, for a key of data_wo of the Secret that ends with .json"
  value       = provider::elyra::kubeflow_pipelines_runtime_json(var.runtime)
  ephemeral   = true
}

output "jupyterhub_values" {
  description = "Values of the JupyterHub chart, in YAML, that mount the ConfigMap and the Secret in each user's server"
  value = yamlencode({
    singleuser = {
      storage = {
        extraVolumes = [
          { name = "elyra-runtime-images", configMap = { name = var.config_map_name } },
          { name = "elyra-runtimes", secret = { secretName = var.secret_name } },
        ]
        extraVolumeMounts = [
          { name = "elyra-runtime-images", mountPath = "${local.metadata_dir}/runtime-images", readOnly = true },
          { name = "elyra-runtimes", mountPath = "${local.metadata_dir}/runtimes", readOnly = true },
        ]
      }
    }
  })
}
