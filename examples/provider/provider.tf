terraform {
  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}

# Where Elyra itself looks and writes, on this machine.
provider "elyra" {}

# A directory that becomes part of a container image, readable for all.
provider "elyra" {
  alias = "staging"

  data_dir             = "${path.root}/build/usr/local/share/jupyter"
  file_permission      = "0644"
  directory_permission = "0755"
}
