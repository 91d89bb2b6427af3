"""Commands that crawl, and that declare sites."""
