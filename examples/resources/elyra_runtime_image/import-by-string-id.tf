import {
  to = elyra_runtime_image.pandas
  id = "pandas_22"
}
