"""Documents and images of articles: which are asked for, and how."""
