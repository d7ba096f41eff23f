terraform {
  # Ephemeral values reach write-only arguments since 1.11.
  required_version = ">= 1.11"

  required_providers {
    elyra = {
      source = "elyra-ai/elyra"
    }
  }
}
