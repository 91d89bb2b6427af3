"""The years before the first crawl: what web archives hold of a site, listed, asked for and recorded."""
