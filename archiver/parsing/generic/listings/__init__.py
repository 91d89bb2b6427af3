"""Rows and pagers of listings of no known platform."""
