"""WARC, ARC and WACZ: the formats of web archives, read and written."""
