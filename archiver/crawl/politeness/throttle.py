"""The delay between requests: as long as the host needs for an answer, and never shorter than it asked for."""

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Request, Response

from archiver.crawl.politeness.limits import is_hurried


class HostThrottle(AutoThrottle):
    """Scrapy's AutoThrottle with a floor for each host, that of its robots.txt; off where no delay is wanted.

    Scrapy's own (2.19) knows one floor, DOWNLOAD_DELAY, and would undo a Crawl-delay with the first quick answer. Like
    it, this one learns nothing from answers other than 200 that come quicker than the delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        if is_hurried(crawler.settings, "AUTOTHROTTLE_ENABLED"):
            raise NotConfigured
        super().__init__(crawler)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None or self.crawler.engine is None:
            return
        chosen = self.crawler.engine.downloader.per_slot_settings.get(key, {})
        slot.delay = max(slot.delay, float(chosen.get("delay", 0.0)))
