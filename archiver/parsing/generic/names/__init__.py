"""Title, section and author of an article on a page of no known platform."""
