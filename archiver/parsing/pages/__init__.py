"""What kind of page a page is, and whether it is itself: refusals, truncation, several pages of one article."""
