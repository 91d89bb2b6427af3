"""A spider that fetches the addresses in a file and does nothing with them but count: what Scrapy itself takes."""

from pathlib import Path

import scrapy

COUNT = "fetched.txt"


class FetchingSpider(scrapy.Spider):
    """Takes ``urls``, a file with an address a line; writes beside it how many pages came."""

    name = "fetching"

    def __init__(self, urls, **arguments):
        super().__init__(**arguments)
        self.urls = Path(urls)
        self.start_urls = self.urls.read_text(encoding="utf-8").split()
        self.count = 0

    def parse(self, response):
        """Count a whole page."""
        self.count += response.body.endswith(b"</html>\n")

    def closed(self, reason):
        """Write the count."""
        self.urls.with_name(COUNT).write_text(f"{self.count}\n", encoding="ascii")
