# Written by: oc get imagestreams -n opendatahub -o json > imagestreams.json
locals {
  images = provider::elyra::odh_runtime_images(file("${path.module}/imagestreams.json"))
}

# The image names by key, such as
# { "training-with-gpu-ubi9.json" = "quay.io/acme/training:1.4.0" }
output "image_names" {
  value = { for key, image in local.images : key => image.image_name }
}

# The same images as data of the ConfigMap pipeline-runtime-images.
output "data" {
  value = { for key, image in local.images : key => provider::elyra::odh_configmap_json(image) }
}
