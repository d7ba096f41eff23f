# Hides the "pandas" image that Elyra ships.
resource "elyra_runtime_image" "pandas" {
  display_name = "Pandas"
  image_name   = "registry.example.com/elyra/pandas:2.2.3"
  overwrite    = true
}
