locals {
  # The system-wide Jupyter data directory: users see what's there, and can't change it.
  metadata_dir = "/usr/local/share/jupyter/metadata"
}
