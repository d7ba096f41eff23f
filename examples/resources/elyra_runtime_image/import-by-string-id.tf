import {
  to = elyra_runtime_image.reporting
  id = "reporting"
}
