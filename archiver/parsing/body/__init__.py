"""The body of an article: blocks, pictures, documents, marked text."""
