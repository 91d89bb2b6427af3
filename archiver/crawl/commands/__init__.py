"""Commands of the ``scrapy`` program that this project replaces."""
