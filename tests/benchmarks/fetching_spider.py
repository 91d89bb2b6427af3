"""A spider that fetches the addresses in a file and does nothing with them: what Scrapy itself takes."""

from pathlib import Path

import scrapy


class FetchingSpider(scrapy.Spider):
    """Takes ``urls``, a file with an address a line."""

    name = "fetching"

    def __init__(self, urls, **arguments):
        super().__init__(**arguments)
        self.start_urls = Path(urls).read_text(encoding="utf-8").split()

    def parse(self, response):
        """Do nothing."""
