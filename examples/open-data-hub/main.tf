# Manifests of runtime images for Open Data Hub and OpenShift AI. If the notebook
# controller runs, apply the ImageStreams. It writes the ConfigMap from them:
#
#   terraform output -raw image_streams | oc apply -n opendatahub -f -
#
# If it doesn't run, apply the ConfigMap:
#
#   terraform output -raw config_map | oc apply -n my-project -f -

terraform {
  required_version = ">= 1.8"

  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
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

locals {
  config_map = {
    apiVersion = "v1"
    kind       = "ConfigMap"
    metadata = {
      name = "pipeline-runtime-images"
    }
    data = {
      for image in var.images :
      provider::elyra::odh_configmap_key(image.display_name) => provider::elyra::odh_configmap_json(image)
    }
  }

  image_streams = {
    for name, image in var.images : name => {
      apiVersion = "image.openshift.io/v1"
      kind       = "ImageStream"
      metadata = {
        name = name
        labels = {
          "opendatahub.io/runtime-image" = "true"
        }
      }
      spec = {
        lookupPolicy = {
          local = true
        }
        tags = [{
          name = coalesce(provider::elyra::parse_image_name(image.image_name).tag, "latest")
          annotations = {
            "opendatahub.io/runtime-image-metadata" = provider::elyra::odh_image_stream_annotation(image)
          }
          from = {
            kind = "DockerImage"
            name = image.image_name
          }
        }]
      }
    }
  }
}

output "config_map" {
  description = "Manifest of the ConfigMap that workbenches mount"
  value       = yamlencode(local.config_map)
}

output "image_streams" {
  description = "Manifests of the ImageStreams that the notebook controller reads"
  value       = join("---\n", [for image_stream in local.image_streams : yamlencode(image_stream)])
}
