# By name, which is the file name without ".json".
data "elyra_runtime_image" "pandas" {
  name = "pandas"
}

# By the name that Elyra's editors show. The comparison is exact.
data "elyra_runtime_image" "r" {
  display_name = "R Script 4.3.1"
}

output "pandas_image" {
  value = data.elyra_runtime_image.pandas.image_name
}
