"""What stands on a page beside the article: told for all platforms and for the generic reader."""
