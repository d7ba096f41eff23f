import {
  to = elyra_airflow_runtime.production
  id = "production"
}
