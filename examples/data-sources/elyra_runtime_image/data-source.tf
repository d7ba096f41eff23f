# By name: the stem of the file.
data "elyra_runtime_image" "pandas" {
  name = "pandas"
}

# By what Elyra's editors show.
data "elyra_runtime_image" "r" {
  display_name = "R Script"
}

output "pandas_image" {
  value = data.elyra_runtime_image.pandas.image_name
}
