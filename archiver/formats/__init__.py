"""File formats: what a file is, whether it is whole, and how files are written."""
