"""HTML and XML: one parser, one tree, its elements, and where its addresses lead."""
