"""From the spider to the archive."""

import sqlite3
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from archiver.crawl.items import Failure, Remark, Visit
from archiver.crawl.records import write_record
from archiver.crawl.run_extension import RunLedger
from archiver.crawl.spider import CommitteeSpider
from archiver.model import Article


class ArchivePipeline:
    """Keeps every capture and records what was read of it; articles go on to the feed export as records."""

    def __init__(self, ledger: RunLedger, crawler: Crawler) -> None:
        self._ledger = ledger
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArchivePipeline":
        """Find the ledger of this crawl."""
        ledger = crawler.get_extension(RunLedger)
        if ledger is None:
            raise RuntimeError("EXTENSIONS must hold RunLedger: the pipeline writes through it")
        return cls(ledger, crawler)

    async def process_item(self, item: Visit | Failure | Remark) -> dict[str, Any] | Visit:
        """Record an item; articles are left for the export, and those that were confirmed (304) for their files."""
        spider = self._crawler.spider
        assert isinstance(spider, CommitteeSpider)
        if self._ledger.broken:
            raise DropItem("not recorded: the archive cannot be written")
        try:
            novelty = await self._record(spider, item)
        except sqlite3.Error as error:
            self._ledger.give_up(error)
            raise DropItem("not recorded") from error
        if isinstance(item, Visit) and item.is_second:
            raise DropItem("recorded; a second look")
        if isinstance(item, Visit) and novelty and not isinstance(item.page, Article):
            return item
        if not (isinstance(item, Visit) and isinstance(item.page, Article) and item.purpose.final):
            raise DropItem("recorded; not an article")
        return write_record(spider.site, item.page, item.capture) | {"novelty": novelty}

    async def _record(self, spider: CommitteeSpider, item: Visit | Failure | Remark) -> str | None:
        if isinstance(item, Visit):
            return await self._ledger.record_visit(spider, item)
        self._ledger.record(spider, item)
        return None
