"""A case to hand over: one article with all of its evidence, as a file that needs neither archive nor server."""
