"""Two states of an article held against each other, and what in them is no content."""
