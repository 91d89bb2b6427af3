"""The public views, and whoever reads them."""
