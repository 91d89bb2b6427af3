"""Feeds, sitemaps and other listings for machines."""
