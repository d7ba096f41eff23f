# Run: terraform query -generate-config-out=runtimes.tf
list "elyra_airflow_runtime" "all" {
  provider = elyra
}
