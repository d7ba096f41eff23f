resource "elyra_runtime_image" "reporting" {
  display_name = "Reporting"
  image_name   = "quay.io/acme/reporting:3.1.0"
}
