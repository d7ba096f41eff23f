data "elyra_runtimes" "all" {}

# Runtimes that still keep their credentials in the document.
output "with_secrets" {
  value = { for runtime in data.elyra_runtimes.all.runtimes : runtime.name => runtime.secrets if length(runtime.secrets) > 0 }
}
