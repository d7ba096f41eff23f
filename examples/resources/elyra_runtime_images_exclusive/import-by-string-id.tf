import {
  to = elyra_runtime_images_exclusive.all
  id = "all"
}
