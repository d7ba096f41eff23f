run "documents" {
  module {
    source = "./tests/caller"
  }

  variables {
    cos_password = "hunter2-s3cret"
  }

  assert {
    condition     = jsondecode(output.images["training.json"]).metadata.image_name == "quay.io/acme/training:1.4.0"
    error_message = "The ConfigMap lacks the image."
  }

  assert {
    condition     = output.runtimes == null
    error_message = "The Secret's data isn't ephemeral."
  }

  assert {
    condition     = output.values.singleuser.storage.extraVolumes[1].secret.secretName == "elyra-runtimes"
    error_message = "The chart's values don't mount the Secret."
  }

  assert {
    condition     = output.values.singleuser.storage.extraVolumeMounts[1].mountPath == "/usr/local/share/jupyter/metadata/runtimes"
    error_message = "The runtime isn't where Elyra looks for it."
  }
}
