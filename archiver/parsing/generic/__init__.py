"""Pages of no known platform, read by what such pages have in common."""
