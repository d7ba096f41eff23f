# By name, which is the file name without ".json".
data "elyra_runtime_image" "pandas" {
  name = "pandas"
}

# By the name that Elyra's editors show. The comparison is exact.
data "elyra_runtime_image" "tensorflow" {
  display_name = "Tensorflow 2.15.0"
}

output "pandas_image" {
  value = data.elyra_runtime_image.pandas.image_name
}
