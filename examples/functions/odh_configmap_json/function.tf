locals {
  images = [
    { display_name = "Training with GPU", image_name = "quay.io/acme/training:1.4.0", tags = ["gpu"] },
    { display_name = "Pandas 2.2", image_name = "quay.io/acme/pandas:2.2.3" },
  ]
}

# The data of the ConfigMap pipeline-runtime-images.
output "data" {
  value = {
    for image in local.images :
    provider::elyra::odh_configmap_key(image.display_name) => provider::elyra::odh_configmap_json(image)
  }
}
