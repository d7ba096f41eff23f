import {
  to = elyra_runtime_image.pandas
  identity = {
    name = "pandas_22"
  }
}
