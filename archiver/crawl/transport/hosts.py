"""The allowed hosts."""

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from archiver.crawl.spider import find_state
from archiver.urls import host_of

REQUISITE = "requisite"
"""Marks, in ``meta``, requests for what a page needs to be shown: they may leave for more hosts (see CrawlOptions)."""


class HostGuard:
    """Lets no request leave for a host that the crawl was not started for.

    Scrapy's own OffsiteMiddleware lets requests with ``dont_filter`` through, retries and robots.txt redirects
    among them (seen with Scrapy 2.19); here there is no exemption.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "HostGuard":
        """Make the guard of one crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest for a host that is not allowed."""
        state = find_state(self._crawler.spider)
        if state is None:
            return
        covers = state.options.covers_requisite if request.meta.get(REQUISITE) else state.options.covers
        if not covers(request.url):
            raise IgnoreRequest(f"{host_of(request.url)} is not a host of this crawl")
