variable "images" {
  description = "Runtime images by name. The values are what the function runtime_image_json takes."
  type = map(object({
    display_name = string
    image_name   = string
    description  = optional(string)
    pull_policy  = optional(string)
    pull_secret  = optional(string)
    tags         = optional(list(string), [])
  }))
  default = {}
}

variable "runtime" {
  description = "Runtime configuration on Kubeflow Pipelines: what the function kubeflow_pipelines_runtime_json takes. Ephemeral, so that no state contains the credentials."
  type        = any
  ephemeral   = true
}

variable "config_map_name" {
  description = "Name of the ConfigMap with the images"
  type        = string
  default     = "elyra-runtime-images"
}

variable "secret_name" {
  description = "Name of the Secret with the runtime"
  type        = string
  default     = "elyra-runtimes"
}
