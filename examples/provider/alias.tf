# Your own images.
provider "elyra" {}

# Images for a container image. Every user of the image can read them.
provider "elyra" {
  alias = "staging"

  data_dir             = "${path.root}/build/usr/local/share/jupyter"
  file_permission      = "0644"
  directory_permission = "0755"
}

resource "elyra_runtime_image" "staged" {
  provider = elyra.staging

  display_name = "Reporting"
  image_name   = "quay.io/acme/reporting:3.1.0"
}
