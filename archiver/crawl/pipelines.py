"""From the spider to the archive."""

import sqlite3
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Request, Response
from twisted.python.failure import Failure as TwistedFailure

from archiver.archive.history.readings import Novelty
from archiver.crawl.items import NOTED, Failure, Remark, Visit
from archiver.crawl.records import write_record
from archiver.crawl.run_extension import RunLedger, ledger_of
from archiver.crawl.spider import state_of
from archiver.crawl.state import CrawlState
from archiver.crawl.transport.answers import capture_of
from archiver.model import Article, Listing, Problem, Purpose, Unreadable


class ArchivePipeline:
    """Keeps every capture and records what was read of it; articles go on to the feed export as records.

    What comes on other ways than as an item is recorded here too: robots.txt, what guards have to say, and where the
    program itself failed.
    """

    def __init__(self, ledger: RunLedger, state: CrawlState) -> None:
        self._ledger = ledger
        self._state = state

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArchivePipeline":
        """Find the ledger of this crawl, and connect to its signals."""
        pipeline = cls(ledger_of(crawler), state_of(crawler))
        crawler.signals.connect(pipeline.note, NOTED)
        crawler.signals.connect(pipeline.note_defect, signals.spider_error)
        crawler.signals.connect(pipeline.note_defect, signals.item_error)
        crawler.signals.connect(pipeline.keep_robots, signals.response_received)
        return pipeline

    async def process_item(self, item: Visit | Failure | Remark) -> dict[str, Any] | Visit:
        """Record an item; articles are left for the export, and those that were confirmed (304) for their files."""
        if self._ledger.broken:
            raise DropItem("not recorded: the archive cannot be written")
        try:
            novelty = await self._record(item)
        except sqlite3.Error as error:
            self._ledger.give_up(error)
            raise DropItem("not recorded") from error
        if isinstance(item, Visit) and item.is_second:
            raise DropItem("recorded; a second look")
        if isinstance(item, Visit) and novelty and not isinstance(item.page, Article):
            return item
        if not (isinstance(item, Visit) and isinstance(item.page, Article) and item.purpose.final):
            raise DropItem("recorded; not an article")
        return write_record(self._state.site, item.page, item.capture) | {"novelty": novelty}

    def note(self, item: Failure | Remark) -> None:
        """Record what guards and pipelines have to say."""
        if self._ledger.broken or not self._state.is_open:
            return
        try:
            self._note(item)
        except sqlite3.Error as error:
            self._ledger.give_up(error)

    def note_defect(self, failure: TwistedFailure, response: Response | None) -> None:
        """Report a page that the program itself failed on: the spider, or what takes its items."""
        url = response.url if response else self._state.options.start[0]
        self.note(Failure(url, Problem("internal_error", failure.getErrorMessage()[:300])))

    def keep_robots(self, response: Response, request: Request) -> None:
        """Keep the answer to a request that is no target's: robots.txt."""
        if "target" in request.meta or self._ledger.broken or not self._state.is_open:
            return
        page = Unreadable(response.url, Problem("not_html", "robots.txt, asked for before everything else"))
        try:
            self._state.ingest.keep(capture_of(response), page, Purpose("robots", final=False))
        except sqlite3.Error as error:
            self._ledger.give_up(error)

    async def _record(self, item: Visit | Failure | Remark) -> Novelty | None:
        if isinstance(item, Visit):
            return await self._record_visit(item)
        self._note(item)
        if isinstance(item, Failure):
            self._state.discovery.accounting.settle(item.expected, "failed", item.problem.kind)
        return None

    async def _record_visit(self, visit: Visit) -> Novelty | None:
        """Record an answer; what this returns for is on disk."""
        discovery = self._state.discovery
        found = discovery.accounting.accountable if isinstance(visit.page, Listing) else None
        recorded = await self._state.ingest.record(visit.capture, visit.page, visit.purpose, found)
        self._ledger.count(visit, recorded)
        discovery.settle(visit, recorded)
        return recorded.novelty

    def _note(self, item: Failure | Remark) -> None:
        is_error = isinstance(item, Failure)
        self._state.ingest.note(item.url, item.problem, is_error=is_error)
        self._ledger.errors += is_error
