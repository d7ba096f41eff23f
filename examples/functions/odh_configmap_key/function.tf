# "python-3.11-ubi9.json"
output "key" {
  value = provider::elyra::odh_configmap_key("Python 3.11 (UBI9)")
}
