"""Files of web archives (WARC, ARC, WACZ), taken over into the history of a site."""
