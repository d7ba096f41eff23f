# The images that a pipeline needs, and the nodes that run in them, such as
# { "quay.io/acme/pandas:2.2.3" = ["load.ipynb", "report.ipynb"] }
output "images" {
  value = {
    for node in provider::elyra::pipeline_runtime_images(file("${path.module}/nightly.pipeline")) :
    node.runtime_image => coalesce(node.name, node.id)... if node.runtime_image != null
  }
}
