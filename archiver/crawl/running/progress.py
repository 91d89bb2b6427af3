"""The progress line of a crawl, for people at a terminal."""

import sys
import time

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archiver.crawl.run_extension import RunLedger
from archiver.text.counting import count

SECONDS_BETWEEN = 0.2


class Progress:
    """Rewrites one line on stderr while a crawl runs: pages, articles, errors, rate."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._started = time.monotonic()
        self._written = 0.0
        self._pages = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Progress":
        """Connect to the signals of a crawl; NotConfigured where nobody watches."""
        if not crawler.settings.getbool("ARCHIVE_PROGRESS"):
            raise NotConfigured  # without a word: nobody asked for it
        progress = cls(crawler)
        crawler.signals.connect(progress.count_response, signals.response_received)
        crawler.signals.connect(progress.finish, signals.spider_closed)
        return progress

    def count_response(self) -> None:
        """Count an answer and rewrite the line, a few times a second at most."""
        self._pages += 1
        if time.monotonic() - self._written >= SECONDS_BETWEEN:
            self._written = time.monotonic()
            write_progress(self._describe())

    def finish(self) -> None:
        """Clear the line."""
        write_progress("")

    def _describe(self) -> str:
        ledger = self._crawler.get_extension(RunLedger)
        name = self._crawler.spider.name if self._crawler.spider else ""
        rate = self._pages / max(time.monotonic() - self._started, 0.001)
        pages = count(self._pages, "page")
        if ledger is None:
            return f"{name}: {pages}"
        new, changed = ledger.novelties["new"], ledger.novelties["changed"]
        articles = f"{count(new, 'article')} new, {changed} changed"
        return f"{name}: {pages}, {articles}, {count(ledger.errors, 'error')}, {rate:.1f} pages/s"


def write_progress(line: str) -> None:
    """Write a line in the place of the one before."""
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()
