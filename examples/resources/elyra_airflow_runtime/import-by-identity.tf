import {
  to = elyra_airflow_runtime.production
  identity = {
    name = "production"
  }
}
