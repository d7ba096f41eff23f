import {
  to = elyra_runtime_image.reporting
  identity = {
    name = "reporting"
  }
}
