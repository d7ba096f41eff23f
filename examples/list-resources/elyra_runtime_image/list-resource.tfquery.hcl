# Run: terraform query -generate-config-out=images.tf
list "elyra_runtime_image" "all" {
  provider = elyra
}

list "elyra_runtime_image" "gpu" {
  provider         = elyra
  include_resource = true
  limit            = 50

  config {
    search = "tensorflow"
    tags   = ["gpu", "cuda"]
  }
}
