terraform {
  required_providers {
    elyra = {
      source  = "elyra-ai/elyra"
      version = "~> 0.1"
    }
  }
}

# Uses the directories that Elyra uses on this machine.
provider "elyra" {}
