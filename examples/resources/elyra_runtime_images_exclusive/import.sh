# By any ID: the resource is about the place that the provider is configured for.
terraform import elyra_runtime_images_exclusive.all all
