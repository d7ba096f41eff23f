# By the name of the instance, which is the stem of its file.
terraform import elyra_runtime_image.pandas pandas_22
