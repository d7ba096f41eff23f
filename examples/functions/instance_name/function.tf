# "python_311_ubi9"
output "instance_name" {
  value = provider::elyra::instance_name("Python 3.11 (UBI9)")
}
