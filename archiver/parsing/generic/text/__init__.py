"""The text of an article on a page of no known platform."""
