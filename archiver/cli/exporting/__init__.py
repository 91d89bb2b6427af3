"""``archiver export``."""
