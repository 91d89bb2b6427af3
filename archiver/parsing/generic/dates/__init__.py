"""Date and view count of an article on a page of no known platform."""
