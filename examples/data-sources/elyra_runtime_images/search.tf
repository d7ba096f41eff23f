# Like the search box and the tag filter of Elyra's user interface.
data "elyra_runtime_images" "gpu" {
  search = "tensorflow"
  tags   = ["gpu", "cuda"]
}

output "gpu_images" {
  value = data.elyra_runtime_images.gpu.runtime_images[*].name
}
