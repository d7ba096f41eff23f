resource "elyra_runtime_image" "training" {
  name         = "training"
  display_name = "Training with GPU"
  description  = "PyTorch and CUDA, for the training team"
  image_name   = "quay.io/acme/training@sha256:9c2e1c3b0c6a1f6f4a8d4e1d7b5a3f2e1d0c9b8a7f6e5d4c3b2a190817263544"
  pull_policy  = "IfNotPresent"
  pull_secret  = "quay-credentials"
  tags         = ["gpu", "training"]
}
