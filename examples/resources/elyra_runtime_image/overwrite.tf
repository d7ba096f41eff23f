# Hides the image "pandas" that Elyra ships.
resource "elyra_runtime_image" "pandas" {
  name         = "pandas"
  display_name = "Pandas from our registry"
  image_name   = "registry.example.com/elyra/pandas:2.2.3"
  overwrite    = true
}
