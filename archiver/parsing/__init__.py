"""Reading pages: pure functions from bytes to articles and listings, without network and without database."""
