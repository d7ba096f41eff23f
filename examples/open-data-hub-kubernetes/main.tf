# Runtime images for Open Data Hub and OpenShift AI. This configuration applies them
# to the cluster. The example open-data-hub writes manifests for other tools instead.

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.20"
    }
  }
}

# Reads the connection to the cluster from the environment, such as KUBE_CONFIG_PATH.
provider "kubernetes" {}

variable "image_streams_namespace" {
  description = "Namespace of the notebook controller: opendatahub, or redhat-ods-applications on OpenShift AI. The controller writes each project's ConfigMap from the ImageStreams in it. Set null if the controller doesn't run"
  type        = string
  default     = "opendatahub"
}

variable "config_map_namespaces" {
  description = "Projects to write the ConfigMap to. If the notebook controller runs, it overwrites the ConfigMap"
  type        = set(string)
  default     = []
}

variable "images" {
  description = "Runtime images, by the name of their ImageStream"
  type = map(object({
    display_name = string
    image_name   = string
    description  = optional(string)
    pull_policy  = optional(string)
    pull_secret  = optional(string)
    tags         = optional(list(string))
    extra_json   = optional(string)
  }))
  default = {
    training = {
      display_name = "Training with GPU (UBI9)"
      image_name   = "quay.io/acme/training:1.4.0"
      pull_policy  = "IfNotPresent"
      tags         = ["gpu", "training"]
    }
    pandas = {
      display_name = "Pandas 2.2"
      image_name   = "quay.io/acme/pandas:2.2.3"
    }
  }
}

resource "kubernetes_manifest" "image_stream" {
  for_each = var.image_streams_namespace == null ? {} : var.images

  manifest = {
    apiVersion = "image.openshift.io/v1"
    kind       = "ImageStream"
    metadata = {
      name      = each.key
      namespace = var.image_streams_namespace
      labels = {
        "opendatahub.io/runtime-image" = "true"
      }
    }
    spec = {
      lookupPolicy = {
        local = true
      }
      tags = [{
        name = coalesce(provider::elyra::parse_image_name(each.value.image_name).tag, "latest")
        annotations = {
          "opendatahub.io/runtime-image-metadata" = provider::elyra::odh_image_stream_annotation(each.value)
        }
        from = {
          kind = "DockerImage"
          name = each.value.image_name
        }
      }]
    }
  }
}

resource "kubernetes_config_map_v1" "runtime_images" {
  for_each = var.config_map_namespaces

  metadata {
    name      = "pipeline-runtime-images"
    namespace = each.key
  }

  data = {
    for image in var.images :
    provider::elyra::odh_configmap_key(image.display_name) => provider::elyra::odh_configmap_json(image)
  }
}
