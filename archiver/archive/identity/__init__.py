"""Who an article is, and where: keys and addresses."""
